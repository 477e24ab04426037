import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  ArgumentError,
  cos,
  DTypeError,
  floor,
  ForwardAccumulator,
  GradientTape,
  mul,
  pow,
  scalar,
  ShapeError,
  split,
  square,
  TapeError,
  tensor,
  UnconnectedGradientError,
  variable,
} from '../../lib/index.ts';

const none = { unconnectedGradients: 'none' } as const;
const zero = { unconnectedGradients: 'zero' } as const;

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);

function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('ForwardAccumulator', () => {
  it('carries tangents along with values', () => {
    const x = tensor([1, 2, 3, 4]);
    const accumulator = new ForwardAccumulator(x, tensor([1, 0, 0, 1]));
    const [a, b] = split(square(x), 2);
    accumulator.stop();
    expect(accumulator.jvp([a, b]).map((t) => t.arraySync())).toEqual([
      [2, 0],
      [0, 8],
    ]);
  });

  // 46
  it('takes structures that match', () => {
    const [x, y] = [scalar(2), scalar(3)];
    const accumulator = new ForwardAccumulator({ x, y }, { y: scalar(10), x: scalar(1) });
    const z = accumulator.run(() => mul(x, y));
    expect(accumulator.jvp(z).item()).toBe(23);
    const start = runtime.layers.length;
    expect(() => new ForwardAccumulator([x, y], [scalar(1)])).toThrow(ArgumentError);
    expect(() => new ForwardAccumulator({ x }, { y: scalar(1) })).toThrow("must have the key 'x'");
    expect(() => new ForwardAccumulator(x, 1 as never)).toThrow(ArgumentError);
    expect(() => new ForwardAccumulator(null as never, x)).toThrow(ArgumentError);
    expect(runtime.layers.length).toBe(start);
  });

  it('refuses a primal that is given twice', () => {
    const x = scalar(2);
    expect(messageOf(() => new ForwardAccumulator([x, x], [x, x]))).toBe(
      'ForwardAccumulator: primals[1] must be another one than those before it; got the same one twice; add up its tangents',
    );
  });

  it('refuses primals that are no floats', () => {
    const x = tensor([1, 2], [2], 'int32');
    expect(() => new ForwardAccumulator(x, x)).toThrow('primals must be a float tensor');
  });

  // 49
  it('refuses tangents of another shape or dtype', () => {
    expect(() => new ForwardAccumulator(scalar(2), tensor([1, 2]))).toThrow(ShapeError);
    expect(messageOf(() => new ForwardAccumulator([scalar(2)], [tensor([1, 2])]))).toBe(
      "ForwardAccumulator: tangents[0] must have the primal's shape []; got [2]",
    );
    expect(() => new ForwardAccumulator(scalar(2), float64(1))).toThrow(DTypeError);
  });

  // 47
  it('looks up tangents, inside and after, in the structure of the results', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const y = accumulator.run(() => {
      const inside = square(x);
      expect(accumulator.jvp(inside).item()).toBe(6);
      return inside;
    });
    const found = accumulator.jvp({ y, list: [y, x] });
    expect(found.y.item()).toBe(6);
    expect(found.list.map((t) => t.item())).toEqual([6, 1]);
    const other = scalar(5);
    expect(accumulator.jvp([y, other], none)[1]).toBe(null);
    expect(accumulator.jvp(other, zero).item()).toBe(0);
    expect(() => accumulator.jvp(other)).toThrow(UnconnectedGradientError);
    expect(() => accumulator.jvp(y, { unconnectedGradients: 'x' } as never)).toThrow(ArgumentError);
  });

  it('says why a result has no tangent', () => {
    const x = scalar(3);
    const before = square(x);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const rounded = accumulator.run(() => floor(x));
    const after = square(x);
    const causes = [before, after, rounded, tensor([1], [1], 'int32')].map((result) => {
      try {
        accumulator.jvp(result);
      } catch (error) {
        return (error as UnconnectedGradientError).cause;
      }
      return 'none';
    });
    expect(causes).toEqual([
      'watched after use',
      'computed after recording stopped',
      'not derived',
      'cut',
    ]);
    expect(messageOf(() => accumulator.jvp([after]))).toBe(
      "jvp: results[0] must depend on the primals; got a tensor float32 [] that was computed after recording stopped; compute it before stop(), or inside run(f) (or pass {unconnectedGradients: 'zero'} for zeros or 'none' for null)",
    );
  });

  // 48
  it('refuses run inside run, and goes on with a later one', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const y = accumulator.run(() => {
      expect(() => accumulator.run(() => 1)).toThrow('accumulator must not be inside its own run');
      return mul(4, x);
    });
    const z = accumulator.run(() => square(y));
    expect(accumulator.jvp(z).item()).toBe(96);
  });

  // 50
  it('nests by the order of entry, not of construction', () => {
    const x = float64(1.1);
    const inner = new ForwardAccumulator(x, float64(1));
    const outer = new ForwardAccumulator(x, float64(1));
    const y = outer.run(() => inner.run(() => pow(x, 3.5)));
    expect(inner.jvp(y).item()).toBeCloseTo(3.5 * 1.1 ** 2.5, 12);
    const nested = new ForwardAccumulator(x, float64(1));
    const around = new ForwardAccumulator(x, float64(1));
    const second = around.run(() => nested.jvp(nested.run(() => pow(x, 3.5))));
    expect(around.jvp(second).item()).toBeCloseTo(8.75 * 1.1 ** 1.5, 12);
    // The inner one does not see the tangents of the outer one.
    const reversed = around.run(() => nested.run(() => around.jvp(pow(x, 3.5))));
    expect(nested.jvp(reversed, none)).toBe(null);
  });

  // 51
  it('inside a tape is followed by it; a tape inside it does not hear the tangents', () => {
    const x = float64(1);
    const tape = new GradientTape();
    const tangent = tape.run(() => {
      tape.watch(x);
      const inner = new ForwardAccumulator(x, float64(0.1));
      return inner.jvp(inner.run(() => cos(x)));
    });
    expect(tape.gradient(tangent, x).item()).toBeCloseTo(-0.1 * Math.cos(1), 14);

    const accumulator = new ForwardAccumulator(x, float64(1));
    const inner = new GradientTape({ persistent: true });
    const [y, g] = accumulator.run(() =>
      inner.run(() => {
        inner.watch(x);
        const inside = cos(x);
        return [inside, inner.stopRecording(() => inner.gradient(inside, x))];
      }),
    );
    expect(inner.gradient(accumulator.jvp(y), x, none)).toBe(null);
    expect(accumulator.jvp(g).item()).toBeCloseTo(-Math.cos(1), 14);
  });

  // 53
  it('follows variables through their values', () => {
    const v = variable(scalar(3));
    const accumulator = new ForwardAccumulator(v, scalar(1));
    const y = square(v);
    v.assign(scalar(10));
    const z = square(v);
    accumulator.stop();
    expect(accumulator.jvp([y, z, v]).map((t) => t.item())).toEqual([6, 20, 1]);
    expect(accumulator.jvp(variable(scalar(1)), none)).toBe(null);
  });

  it('ends with disposal, and then refuses everything', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const y = square(x);
    accumulator[Symbol.dispose]();
    expect(accumulator.isRecording).toBe(false);
    expect(() => accumulator.jvp(y)).toThrow('jvp: accumulator must not be disposed');
    expect(() => accumulator.run(() => 1)).toThrow(TapeError);
    expect([x.trackerId, x.otherTrackers]).toEqual([0, null]);
  });

  it('refuses an async callback, and can be run again', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    expect(() => accumulator.run(() => Promise.reject(new Error('later')))).toThrow(
      'run: callback must be synchronous',
    );
    expect(accumulator.isRecording).toBe(false);
    expect(accumulator.jvp(accumulator.run(() => square(x))).item()).toBe(6);
  });

  it('is closed by an error in run', () => {
    const accumulator = new ForwardAccumulator(scalar(3), scalar(1));
    expect(() =>
      accumulator.run(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(accumulator.isRecording).toBe(false);
  });
});
