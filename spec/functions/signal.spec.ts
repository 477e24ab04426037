import type { Tensor } from '../../lib/index.ts';
import { grad, mul, ones, setDefaultFloat, signal, square, sum, tensor } from '../../lib/index.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const { dct, frame, hammingWindow, hannWindow, idct, inverseStft, inverseStftWindowFn } = signal;
const { kaiserBesselDerivedWindow, kaiserWindow, overlapAndAdd, stft, vorbisWindow } = signal;

function requireNear(actual: Tensor, expected: ArrayLike<number>, digits = 6): void {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits);
  });
}

function noise(...shape: number[]): Tensor {
  const random = randomNumbers(2);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, () => random.uniform(-1, 1));
  return tensor(values, shape, 'float64');
}

describe('frame', () => {
  const x = tensor([1, 2, 3, 4, 5]);

  it('cuts at every step', () => {
    expect(frame(x, 3, 1).arraySync()).toEqual([
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
    ]);
    expect(frame(x, 3, 2).arraySync()).toEqual([
      [1, 2, 3],
      [3, 4, 5],
    ]);
    expect(frame(x, 3, 5).arraySync()).toEqual([[1, 2, 3]]);
  });

  it('finds nothing where frames are too long, whatever the step', () => {
    expect(frame(x, 6, 1).shape).toEqual([0, 6]);
    expect(frame(x, 6, 0).shape).toEqual([0, 6]);
    expect(() => frame(x, 5, 0)).toThrow(
      'frame: frameStep must be an integer of at least 1; got 0',
    );
  });

  it('fills up at the end', () => {
    expect(frame(x, 3, 3, true).arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 0],
    ]);
    expect(frame(x, 3, 3, true, 100).arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 100],
    ]);
    expect(frame(x, 4, 2, true).arraySync()).toEqual([
      [1, 2, 3, 4],
      [3, 4, 5, 0],
      [5, 0, 0, 0],
    ]);
    expect(frame(x, 4, 1, true, 42).shape).toEqual([5, 4]);
    expect(frame(x, 1, 3, true).arraySync()).toEqual([[1], [4]]);
  });

  it('cuts any axis', () => {
    expect(
      frame(
        tensor([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        2,
        1,
        false,
        0,
        0,
      ).arraySync(),
    ).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [3, 4],
        [5, 6],
      ],
    ]);
  });

  it('has overlapAndAdd for an adjoint', () => {
    const g = noise(3, 4);
    const f = grad((y: Tensor) => sum(mul(frame(y, 4, 2), g)));
    expect(f(noise(9)).dataSync().slice(0, 8)).toEqual(overlapAndAdd(g, 2).dataSync());
  });
});

describe('overlapAndAdd', () => {
  it('adds what overlaps, and leaves gaps 0', () => {
    expect(
      overlapAndAdd(
        [
          [1, 1],
          [1, 1],
        ],
        1,
      ).arraySync(),
    ).toEqual([1, 2, 1]);
    expect(
      overlapAndAdd(
        [
          [1, 1],
          [1, 1],
        ],
        3,
      ).arraySync(),
    ).toEqual([1, 1, 0, 1, 1]);
    expect(overlapAndAdd(ones([2, 0, 3]), 3).shape).toEqual([2, 0]);
  });
});

describe('stft', () => {
  // Values of TensorFlow.
  it('has the values of TensorFlow', () => {
    const flat = tensor([1, 1, 1, 1, 1]);
    const spectrum = stft(flat, 3, 1);
    expect([spectrum.shape, spectrum.dtype]).toEqual([[3, 3], 'complex64']);
    requireNear(
      spectrum,
      [1, 2, 3].flatMap(() => [1, 0, 0, -1, -1, 0]),
    );
    requireNear(stft([1, 2, 3, 4, 5], 5, 1), [
      ...[6, 0, -0.70710677, -5.1213202, -3, 1, 0.70710677, 0.87867975, 0, 0],
    ]);
    requireNear(stft(ones([6]), 5, 1, 3), [1.5, 0, -0.75, 0.4330127, 1.5, 0, -0.75, 0.4330127]);
    const hamming = stft(flat, 3, 2, 3, (length) => hammingWindow(length));
    requireNear(hamming, [1.16, 0, -0.46, -0.79674333, 1.16, 0, -0.46, -0.79674333]);
  });

  it('is undone by overlapping frames', () => {
    const x = noise(2, 32);
    const forward = (n: number): Tensor => hannWindow(n, true, 'float64');
    const spectrum = stft(x, 8, 4, 16, forward);
    const y = inverseStft(spectrum, 8, 4, 16, inverseStftWindowFn(4, forward));
    // The first and the last half frame are covered once only, by a window that begins at 0.
    requireNear(y.slice([0, 4], [2, 24]), x.slice([0, 4], [2, 24]).dataSync(), 13);
  });

  it('takes windows as arrays, too', () => {
    requireNear(
      stft([1, 1], 2, 1, 2, () => [1, 0]),
      [1, 0, 1, 0],
    );
    expect(() => stft([1, 1], 2, 1, 2, 'hann' as never)).toThrow(
      "stft: windowFn must be a function of the length; got 'hann'",
    );
  });
});

describe('windows', () => {
  it('have the values of TensorFlow.js', () => {
    requireNear(hannWindow(3), [0, 1, 0]);
    requireNear(hannWindow(6), [0, 0.25, 0.75, 1, 0.75, 0.25]);
    requireNear(hannWindow(7), [0, 0.25, 0.75, 1, 0.75, 0.25, 0]);
    requireNear(hammingWindow(6), [0.08, 0.31, 0.77, 1, 0.77, 0.31]);
    requireNear(hammingWindow(7), [0.08, 0.31, 0.77, 1, 0.77, 0.31, 0.08]);
    requireNear(hannWindow(4, false), [0, 0.75, 0.75, 0]);
    requireNear(hannWindow(1), [1]);
  });

  it('have the values of SciPy', () => {
    const half = [0.0013325139979024198, 0.20105486954533092, 0.8494161890910448];
    requireNear(kaiserWindow(6, 8.6, 'float64'), [...half, ...half.slice().reverse()], 14);
    requireNear(kaiserWindow(1, 8.6), [1]);
    const steep = [0, 7.027732781623501e-59, 1, 7.027732781623501e-59, 0];
    requireNear(kaiserWindow(5, 1000, 'float64'), steep, 14);
    requireNear(kaiserWindow(5, -1000, 'float64'), steep, 14);
    const derived = [0.22047876123724322, 0.7071067811865476, 0.9753917755667671];
    const window = kaiserBesselDerivedWindow(6, 4, 'float64');
    requireNear(window, [...derived, ...derived.slice().reverse()], 14);
  });

  it('overlap to a power of 1 where they are made for that', () => {
    for (const window of [vorbisWindow(8, 'float64'), kaiserBesselDerivedWindow(8, 4, 'float64')]) {
      const squares = square(window);
      requireNear(squares.slice(0, 4).add(squares.slice(4)), [1, 1, 1, 1], 14);
    }
  });

  it('have the default float, or that which is asked for', () => {
    expect(hannWindow(3).dtype).toBe('float32');
    setDefaultFloat('float64');
    expect(vorbisWindow(3).dtype).toBe('float64');
    setDefaultFloat('float32');
    expect(() => hannWindow(3, true, 'int32')).toThrow(
      "hannWindow: dtype must be 'float32' or 'float64'; got 'int32'",
    );
    expect(() => kaiserBesselDerivedWindow(3)).toThrow(
      'kaiserBesselDerivedWindow: windowLength must be even; got 3',
    );
    expect(() => hannWindow(0)).toThrow(
      'hannWindow: windowLength must be an integer of at least 1',
    );
  });
});

// Values of SciPy.
const transforms = [
  [
    1,
    [3.5, -4.5, 0.5, 10.5],
    [1.1897227048854202, -1.752566317724502, 0.45777711332057547, 3.0908754911800607],
  ],
  [
    2,
    [5, -2.902954791139611, 0.7071067811865475, 9.621478757477956],
    [1.25, -1.0263495091463983, 0.25, 3.4017064372274906],
  ],
  [
    3,
    [1.9298059894392279, -5.69725394909093, -0.7880274251476389, 8.555475384799342],
    [0.8287360601601728, -1.8678368413652913, -0.13216315863470884, 3.171263939839827],
  ],
  [
    4,
    [2.1642038317300214, -3.9969814027693813, 7.0362931320514415, 6.620493969522707],
    [0.765161602643104, -1.4131463270873743, 2.487705294044953, 2.3406980903270753],
  ],
] as const;

describe.each(transforms)('dct of type %d', (type, plain, ortho) => {
  const x = tensor([1, -2, 3, 0.5], [4], 'float64');

  it('has the values of SciPy', () => {
    requireNear(dct(x, type), plain, 13);
    requireNear(dct(x, type, null, -1, 'ortho'), ortho, 13);
  });

  it('is undone by idct', () => {
    const scale = type === 1 ? 6 : 8;
    requireNear(idct(dct(x, type), type), mul(x, scale).dataSync(), 13);
    requireNear(idct(dct(x, type, null, -1, 'ortho'), type, null, -1, 'ortho'), x.dataSync(), 14);
  });
});

describe('dct', () => {
  it('takes an axis and a length', () => {
    const x = noise(3, 2);
    const columns = dct(x.transpose(), 2, 5).transpose();
    expect(dct(x, 2, 5, 0).dataSync()).toEqual(columns.dataSync());
    expect(dct(x, 2, 5, 0).shape).toEqual([5, 2]);
  });

  it('refuses other types, norms and lengths', () => {
    expect(() => dct([1, 2], 5 as 4)).toThrow('dct: type must be one of 1, 2, 3, 4; got 5');
    expect(() => dct([1, 2], 2, 2, 0, 'none' as 'ortho')).toThrow(
      "dct: norm must be 'ortho' or null; got 'none'",
    );
    expect(() => idct([1], 1)).toThrow('idct: n must be an integer of at least 2; got 1');
  });
});
