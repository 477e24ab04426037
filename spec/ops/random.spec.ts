import { runtime } from '../../lib/base/runtime.ts';
import { ones, tensor } from '../../lib/functions/creation.ts';
import * as random from '../../lib/ops/random.ts';
import { add } from '../../lib/ops/elementwise.ts';
import { sum } from '../../lib/ops/structural.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { vmap } from '../../lib/transforms/vmap.ts';

const { dropout, randomNormal, randomUniform, redraw, setSeed, truncatedNormal } = random;

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  const list = Array.from(values);
  const mean = list.reduce((total, x) => total + x, 0) / list.length;
  const variance = list.reduce((total, x) => total + (x - mean) ** 2, 0) / list.length;
  return { mean, deviation: Math.sqrt(variance) };
}

beforeEach(() => {
  setSeed(1);
});

describe('the default stream', () => {
  it('goes on from draw to draw and starts again at setSeed', () => {
    const first = randomUniform([3]).arraySync();
    const second = randomUniform([3]).arraySync();
    expect(second).not.toEqual(first);
    setSeed(1);
    expect(randomUniform([3]).arraySync()).toEqual(first);
    expect(randomUniform([3]).arraySync()).toEqual(second);
    setSeed(2);
    expect(randomUniform([3]).arraySync()).not.toEqual(first);
  });

  it('never gives a block twice', () => {
    const { counter } = runtime.random;
    randomNormal([2, 3]);
    randomUniform([]);
    randomUniform([0]);
    expect(runtime.random.counter).toBe(counter + 3 + 1);
  });

  it('takes any integer as seed', () => {
    const draws = [0, 1, -1, 2 ** 32, 2 ** 52, -(2 ** 40)].map((seed) => {
      setSeed(seed);
      return randomUniform([]).item();
    });
    expect(new Set(draws).size).toBe(draws.length);
    expect(() => setSeed(0.5)).toThrow(
      fault('ArgumentError', 'setSeed: seed must be an integer; got 0.5'),
    );
  });
});

describe('a seed', () => {
  it('gives the same numbers at every call and leaves the stream alone', () => {
    const { counter } = runtime.random;
    const first = randomNormal([4], 0, 1, 'float32', 7).arraySync();
    expect(randomNormal([4], 0, 1, 'float32', 7).arraySync()).toEqual(first);
    expect(randomNormal([4], 0, 1, 'float32', 8).arraySync()).not.toEqual(first);
    expect(runtime.random.counter).toBe(counter);
  });

  it('is not the stream that setSeed starts', () => {
    setSeed(7);
    expect(randomUniform([2]).arraySync()).not.toEqual(
      randomUniform([2], 0, 1, 'float32', 7).arraySync(),
    );
  });

  it('may be any number: the least difference gives other numbers', () => {
    const seeds = [3, 3.14, -3.14, 3.14 + 2 ** -51, 0.5, 2 ** 60];
    const draws = seeds.map((seed) => randomUniform([2], 0, 1, 'float64', seed).arraySync());
    expect(new Set(draws.map(String)).size).toBe(seeds.length);
    expect(randomUniform([2], 0, 1, 'float64', 3.14).arraySync()).toEqual(draws[1]);
  });

  it('must be a finite number', () => {
    expect(() => randomUniform([1], 0, 1, 'float32', '7' as unknown as number)).toThrow(
      fault('ArgumentError', "randomUniform: seed must be a finite number; got '7'"),
    );
  });
});

describe('distributions', () => {
  const n = 20000;

  it('are uniform', () => {
    const draw = randomUniform([n], -1, 3);
    expect(draw).toMatchObject({ dtype: 'float32', shape: [n] });
    const values = Array.from(draw.dataSync());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...values)).toBeLessThan(3);
    expect(moments(values).mean).toBeCloseTo(1, 1);
    expect(moments(values).deviation).toBeCloseTo(4 / Math.sqrt(12), 1);
  });

  it('are uniform over integers', () => {
    const draw = randomUniform([n], 2, 5, 'int32');
    expect(draw.dtype).toBe('int32');
    const counts = new Map<number, number>();
    for (const x of draw.dataSync()) counts.set(x, (counts.get(x) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([2, 3, 4]);
    for (const count of counts.values()) expect(count / n).toBeCloseTo(1 / 3, 1);
    expect(random.randomUniformInt([3], 4, 5).arraySync()).toEqual([4, 4, 4]);
  });

  it('are normal', () => {
    const { mean, deviation } = moments(randomNormal([n], 2, 3, 'float64').dataSync());
    expect(mean).toBeCloseTo(2, 0);
    expect(deviation).toBeCloseTo(3, 0);
    expect(moments(random.randomStandardNormal([n]).dataSync()).deviation).toBeCloseTo(1, 1);
  });

  it('are cut at two deviations', () => {
    const values = Array.from(truncatedNormal([n], 1, 2).dataSync());
    expect(Math.max(...values)).toBeLessThanOrEqual(5);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    // The deviation of a standard normal cut at 2.
    expect(moments(values).deviation / 2).toBeCloseTo(0.8796, 1);
  });

  it.each([
    [
      () => randomUniform([1], 1, 0),
      'randomUniform: maxval must be a finite number of at least 1; got 0',
    ],
    [
      () => randomUniform([1], 0.5, 2, 'int32'),
      'randomUniform: minval must be an integer from -2147483648 to 2147483647; got 0.5',
    ],
    [
      () => randomUniform([1], 0, 1, 'complex64' as 'int32'),
      "randomUniform: dtype must be one of 'float32', 'float64', 'int32', 'bool'; got 'complex64'",
    ],
    [
      () => random.randomUniformInt([1], 3, 3),
      'randomUniformInt: maxval must be an integer from 4 to 2147483648; got 3',
    ],
    [() => randomNormal([1], NaN), 'randomNormal: mean must be a finite number; got NaN'],
    [
      () => truncatedNormal([1], 0, -1),
      'truncatedNormal: stdDev must be a finite number of at least 0; got -1',
    ],
  ])('reject parameters that do not fit (%#)', (draw, message) => {
    expect(draw).toThrow(fault('ArgumentError', message));
  });

  it('reject shapes that do not fit', () => {
    const message = 'randomNormal: shape must hold integers of at least 0; got -1 at [0]';
    expect(() => randomNormal([-1])).toThrow(fault('ShapeError', message));
    expect(() => randomUniform([2 ** 20, 2 ** 20])).toThrow(/have at most \d+ elements/);
  });
});

describe('vmap', () => {
  it('draws for each example independently', () => {
    const draws = vmap((x) => add(x, randomUniform([2])))([0, 0, 0]);
    expect(draws.shape).toEqual([3, 2]);
    expect(new Set(draws.dataSync()).size).toBe(6);
    const later = randomUniform([8]).dataSync();
    for (const x of later) expect(draws.dataSync()).not.toContain(x);
  });

  it('draws for each example of nested batches', () => {
    const f = vmap(vmap((x) => add(x, randomUniform([], 0, 1, 'float32', 3))));
    const draws = f([
      [0, 0],
      [0, 0],
    ]).dataSync();
    expect(new Set(draws).size).toBe(4);
    expect(
      f([
        [0, 0],
        [0, 0],
      ]).dataSync(),
    ).toEqual(draws);
  });
});

describe('redraw', () => {
  const draw = { shape: [4], dtype: 'float32', key: [1, 2], counter: 10 } as const;

  it('takes new blocks from the stream without a seed', () => {
    const before = runtime.random.counter;
    const again = redraw({ ...draw, isSeeded: false }, 0);
    expect(again).toMatchObject({ key: runtime.random.key, counter: before });
    expect(runtime.random.counter).toBe(before + 2);
  });

  it('goes on in the stream of a seed by the number of the run', () => {
    const before = runtime.random.counter;
    const runs = [0, 1, 2].map((run) => redraw({ ...draw, isSeeded: true }, run).counter);
    expect(runs).toEqual([10, 12, 14]);
    expect(runtime.random.counter).toBe(before);
  });
});

describe('dropout', () => {
  it('keeps a part and scales it', () => {
    const y = dropout(ones([10000]), 0.25);
    const values = Array.from(y.dataSync());
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(values.filter((x) => x === 0).length / 10000).toBeCloseTo(0.25, 1);
  });

  it('drops whole slices along axes of size 1 of noiseShape', () => {
    for (const row of dropout(ones([20, 5]), 0.5, [20, 1], 3).arraySync() as number[][]) {
      expect(new Set(row).size).toBe(1);
    }
  });

  it('repeats with a seed and does nothing at rate 0', () => {
    const x = [1, 2, 3, 4];
    expect(dropout(x, 0.5, undefined, 9).arraySync()).toEqual(
      dropout(x, 0.5, undefined, 9).arraySync(),
    );
    expect(dropout(x, 0).arraySync()).toEqual(x);
    expect(dropout(tensor([4], undefined, 'int32'), 0.5).dtype).toBe('float32');
  });

  it('passes the gradient to what was kept', () => {
    const x = tensor([1, 2, 3, Infinity, 5, 6]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = dropout(x, 0.5, undefined, 4);
    const kept = Array.from(y.dataSync(), (value) => (value === 0 ? 0 : 2));
    expect(tape.gradient(sum(y), x).arraySync()).toEqual(kept);
    expect(new Set(kept).size).toBe(2);
  });

  it.each([1, -0.1, NaN, '0.5' as unknown as number])('rejects the rate %p', (rate) => {
    expect(() => dropout([1], rate)).toThrow(/^dropout: rate must lie in \[0, 1\); got /);
  });

  it('rejects a noiseShape that does not fit', () => {
    expect(() => dropout([[1, 2]], 0.5, [2, 2])).toThrow(
      fault('ShapeError', 'dropout: noiseShape must broadcast to the shape of x, [1,2]; got [2,2]'),
    );
  });
});

describe('dtypes of draws', () => {
  it('are the default of null', () => {
    expect(randomNormal([2], 0, 1, null).dtype).toBe('float32');
    expect(random.randomStandardNormal([2], null, 7).dtype).toBe('float32');
    expect(randomUniform([2], 0, 1, null, null).dtype).toBe('float32');
  });

  it('of integers round the same numbers', () => {
    for (const draw of [randomNormal, random.truncatedNormal]) {
      const floats = draw([50], 0, 10, 'float32', 7).arraySync() as number[];
      const integers = draw([50], 0, 10, 'int32', 7);
      expect(integers.dtype).toBe('int32');
      expect(integers.arraySync()).toEqual(floats.map((x) => Math.round(x) + 0));
    }
  });

  it('toss a coin from 0 to 2', () => {
    const tosses = randomUniform([1000], 0, 2, 'bool', 7);
    expect(tosses.dtype).toBe('bool');
    const heads = (tosses.arraySync() as number[]).filter(Boolean).length;
    expect(heads).toBeGreaterThan(400);
    expect(heads).toBeLessThan(600);
  });
});
