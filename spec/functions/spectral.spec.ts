import type { Tensor } from '../../lib/index.ts';
import { abs, complex, grad, mul, spectral, square, sum, tensor } from '../../lib/index.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

const { fft, fft2d, fft3d, fftShift, ifft, ifft2d, ifft3d, ifftShift } = spectral;
const { irfft, irfft2d, irfft3d, rfft, rfft2d, rfft3d } = spectral;

function requireNear(actual: Tensor, expected: ArrayLike<number>, digits = 6): void {
  const values = actual.dataSync();
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits);
  });
}

function noise(...shape: number[]): Tensor {
  const random = randomNumbers(1);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = Array.from({ length: size }, () => random.uniform(-1, 1));
  return tensor(values, shape, 'float64');
}

// Values of TensorFlow.
describe('fft and ifft', () => {
  it('have the values of TensorFlow', () => {
    requireNear(fft(complex([1, 2], [1, 1])), [3, 2, -1, 0]);
    requireNear(complex([1, 2], [1, 1]).fft(), [3, 2, -1, 0]);
    requireNear(fft([1, 2, 3]), [6, 0, -1.5, 0.866025, -1.5, -0.866025], 5);
    requireNear(
      fft(complex([1, 2, 3], [1, 2, 3])),
      [6, 6, -2.3660252, -0.63397473, -0.6339747, -2.3660254],
    );
    requireNear(fft([1, 2, 3, 4]), [10, 0, -2, 2, -2, 0, -2, -2]);
    requireNear(ifft(complex([1, 2], [1, 1])), [1.5, 1, -0.5, 0]);
  });

  it('keep the precision of what they are given', () => {
    expect(fft([1, 2]).dtype).toBe('complex64');
    expect(fft(noise(2)).dtype).toBe('complex128');
    expect(fft(tensor([1, 2], [2], 'int32')).dtype).toBe('complex64');
  });

  it('transform along the last axis, or the last two or three', () => {
    const x = complex(noise(2, 3, 4), noise(2, 3, 4));
    const along = (y: Tensor, axis: number): Tensor => {
      const perm = [0, 1, 2].map((i) => (i === axis ? 2 : i === 2 ? axis : i));
      return fft(y.transpose(perm)).transpose(perm);
    };
    requireNear(fft2d(x), along(along(x, 1), 2).dataSync(), 12);
    requireNear(fft3d(x), along(along(along(x, 0), 1), 2).dataSync(), 12);
    requireNear(ifft2d(fft2d(x)), x.dataSync(), 14);
    requireNear(ifft3d(fft3d(x)), x.dataSync(), 14);
    expect(() => fft2d([1, 2])).toThrow('fft2d: x must have at least 2 axes; got shape [2]');
  });

  it('have the transform with the other exponent for a gradient', () => {
    const x = complex(noise(5), noise(5));
    // Of Parseval's sum n Σ |x|².
    requireNear(grad((y: Tensor) => sum(square(abs(fft(y)))))(x), mul(x, 10).dataSync(), 12);
  });
});

describe('rfft', () => {
  it('has the values of TensorFlow', () => {
    requireNear(rfft([1, 2, 3]), [6, 0, -1.5, 0.8660252], 5);
    requireNear(tensor([1, 2, 3]).rfft(), [6, 0, -1.5, 0.8660252], 5);
    requireNear(rfft([-3, -2, -1, 1, 2, 3]), [0, 0, -4, 6.9282026, -3, 1.7320497, -4, 0], 5);
    requireNear(rfft([-3, -2, -1, 1, 2, 3], 3), [-6, 0, -1.5, 0.8660254]);
    requireNear(rfft([-3, -2, -1], 4), [-6, 0, -2, 2, -2, 0]);
    const rows = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    requireNear(rfft(rows, 2), [3, 0, -1, 0, 9, 0, -1, 0]);
    requireNear(rfft(rows, 4), [6, 0, -2, -2, 2, 0, 15, 0, -2, -5, 5, 0]);
  });

  it('is the first half of fft', () => {
    const x = noise(2, 7);
    expect(rfft(x).shape).toEqual([2, 4]);
    expect(rfft(x).dataSync()).toEqual(fft(x).slice([0, 0], [2, 4]).dataSync());
    const half = (y: Tensor, n: number): Tensor => y.slice([0, 0, 0], [-1, -1, n]);
    const block = noise(2, 3, 4);
    requireNear(rfft2d(block), half(fft2d(block), 3).dataSync(), 13);
    requireNear(rfft3d(block), half(fft3d(block), 3).dataSync(), 13);
  });

  it('refuses what it cannot transform', () => {
    expect(() => rfft(complex([1], [1]))).toThrow('rfft: x must be real; got complex64 [1]');
    expect(() => rfft([1], 0)).toThrow('rfft: fftLength must be an integer of at least 1; got 0');
    expect(() => rfft2d([[1]], [1])).toThrow(
      'rfft2d: fftLength must hold a length for each of the last 2 axes; got [1]',
    );
  });
});

describe('irfft', () => {
  it('has the values of TensorFlow', () => {
    requireNear(irfft(complex([1, 2], [0, 0])), [1.5, -0.5]);
    requireNear(complex([1, 2], [0, 0]).irfft(), [1.5, -0.5]);
    const five = [1, 2, 3, 4, 5];
    const expected = [3, -2.6642137, 0.5, -0.45710677, 0, 0.16421354, -0.5, 0.95710677];
    requireNear(irfft(complex(five, five)), expected);
    const rows = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    requireNear(irfft(complex(rows, rows)), [2, -1.5, 0, 0.5, 5, -3, 0, 2]);
  });

  it.each([1, 2, 5, 6])('undoes rfft at length %d', (n) => {
    const x = noise(3, n);
    requireNear(irfft(rfft(x), n), x.dataSync(), 14);
  });

  it('undoes rfft along several axes', () => {
    const x = noise(2, 3, 5);
    requireNear(irfft2d(rfft2d(x), [3, 5]), x.dataSync(), 14);
    requireNear(irfft3d(rfft3d(x), [2, 3, 5]), x.dataSync(), 14);
  });

  it('ignores imaginary parts that no real numbers have', () => {
    const [plain, odd] = [complex([1, 2, 3], [0, 1, 0]), complex([1, 2, 3], [5, 1, 7])];
    requireNear(irfft(odd), irfft(plain).dataSync());
  });
});

describe('fftShift and ifftShift', () => {
  it('move the frequency 0 to the middle and back', () => {
    expect(fftShift([0, 1, 2, -3, -2, -1]).arraySync()).toEqual([-3, -2, -1, 0, 1, 2]);
    const x = noise(3, 5);
    expect(ifftShift(fftShift(x)).dataSync()).toEqual(x.dataSync());
    expect(
      fftShift(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        0,
      ).arraySync(),
    ).toEqual([
      [5, 6],
      [1, 2],
      [3, 4],
    ]);
  });
});
