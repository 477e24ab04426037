import { runtime } from '../../lib/base/runtime.ts';
import type { GradSaveFunc, Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  cos,
  customGradient,
  ForwardAccumulator,
  grad,
  gradPassThrough,
  GradientTape,
  mul,
  pow,
  recomputeGrad,
  round,
  scalar,
  ShapeError,
  sin,
  square,
  stopGradient,
  TapeError,
  tensor,
  variable,
} from '../../lib/index.ts';

/* The rest of semantics.spec.ts: rules of one's own, and forward mode. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const none = { unconnectedGradients: 'none' } as const;
const zero = { unconnectedGradients: 'zero' } as const;
const float64 = (value: number): Tensor => tensor(Float64Array.of(value), []);

function jvp(f: (x: Tensor) => Tensor, x: Tensor, t: Tensor): Tensor {
  const accumulator = new ForwardAccumulator(x, t);
  return accumulator.jvp(accumulator.run(() => f(x)));
}

describe("rules of one's own", () => {
  it('39: return one gradient per input, or null', () => {
    const returning = (found: unknown) => () => {
      const f = customGradient((a: Tensor, b: Tensor) => ({
        value: mul(a, b),
        gradFunc: () => found as Tensor[],
      }));
      const x = scalar(2);
      const tape = new GradientTape();
      tape.watch(x);
      return tape.gradient(f(x, 3), x, zero).item();
    };
    expect(returning([scalar(1)])).toThrow(
      'customGradient: gradFunc must return one gradient (or null) per input: 2; got 1',
    );
    expect(returning([null, null])()).toBe(0);
  });

  it('40: return gradients of the variables that f reads, too', () => {
    const v = variable(3, true, 'v');
    const f = (found: unknown) =>
      customGradient((x) => ({ value: mul(x, v), gradFunc: () => found as Tensor }));
    const slopes = (found: unknown) => () => {
      const tape = new GradientTape();
      const y = f(found)(2);
      return tape.gradient(y, v, zero).item();
    };
    expect(slopes(scalar(1))).toThrow(
      "return {inputs, variables} because f reads variables that are not inputs: 'v'",
    );
    expect(slopes({ inputs: null, variables: [] })).toThrow(
      'gradFunc must return one gradient (or null) per variable: 1; got 0',
    );
    expect(slopes({ inputs: null, variables: [scalar(7)] })()).toBe(7);
  });

  it('41: get zeros for an output that is not used', () => {
    const seen: number[] = [];
    const f = customGradient((x) => ({
      value: [square(x), mul(x, 5)],
      gradFunc: (dy: Tensor[]) => {
        seen.push(...dy.map((g) => g.item()));
        return dy[0];
      },
    }));
    expect(grad((x) => f(x)[0])(3).item()).toBe(1);
    expect(seen).toEqual([1, 0]);
  });

  it('42 and 43: are differentiated themselves, unless one nested in them says otherwise', () => {
    const plain = customGradient(
      (x, save) => (
        save(x),
        { value: square(x), gradFunc: (dy, [kept]) => mul(dy, mul(kept, 20)) }
      ),
    );
    expect(grad(grad(plain))(3).item()).toBe(20);
    const first = customGradient((x: Tensor, dy: Tensor, save: GradSaveFunc) => {
      save(dy);
      return {
        value: mul(dy, mul(x, 2)),
        gradFunc: (g: Tensor, [kept]: Tensor[]) => [mul(g, mul(kept, 7)), mul(g, 2)],
      };
    });
    const nested = customGradient(
      (x, save) => (save(x), { value: square(x), gradFunc: (dy, [kept]) => first(kept, dy) }),
    );
    expect([grad(nested)(3).item(), grad(grad(nested))(3).item()]).toEqual([6, 7]);
    expect(jvp(plain, scalar(3), scalar(2)).item()).toBe(120); // forward mode transposes
  });

  it('44: compute once more instead of keeping; departs: also in forward mode', () => {
    let calls = 0;
    const v = variable(1);
    const f = recomputeGrad((x) => (calls++, mul(sin(x), v)));
    const slope = grad(f);
    expect(slope(1).item()).toBeCloseTo(Math.cos(1), 6);
    expect(calls).toBe(2);
    expect(grad(slope)(1).item()).toBeCloseTo(-0.841471, 6);
    expect(jvp(f, scalar(1), scalar(1)).item()).toBeCloseTo(Math.cos(1), 6);
  });

  it('45: stop a gradient, or let it pass as if nothing had happened', () => {
    expect(grad((x) => mul(stopGradient(square(x)), x))(3).item()).toBe(9);
    const passed = gradPassThrough((x) => round(x));
    expect([passed(1.7).item(), grad(passed)(1.7).item()]).toEqual([2, 1]);
  });
});

describe('ForwardAccumulator', () => {
  it('46: takes each primal once, in structures that match; departs: refuses integers', () => {
    const [x, t] = [scalar(3), scalar(1)];
    expect(() => new ForwardAccumulator([x, x], [t, t])).toThrow(
      'primals[1] must be another one than those before it; got the same one twice; add up its tangents',
    );
    expect(() => new ForwardAccumulator({ a: x }, [t])).toThrow(ArgumentError);
    expect(() => new ForwardAccumulator(tensor(1, [], 'int32'), tensor(1, [], 'int32'))).toThrow(
      'primals must be a float tensor',
    );
    const accumulator = new ForwardAccumulator({ a: x, b: [scalar(2)] }, { a: t, b: [scalar(10)] });
    expect(accumulator.jvp(accumulator.run(() => mul(x, 2))).item()).toBe(2);
  });

  it('47: looks up, inside and after, in structures; departs: throws for what was not derived', () => {
    const [x, other] = [scalar(3), scalar(4)];
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const y = square(x);
    expect(accumulator.jvp(y).item()).toBe(6);
    accumulator.stop();
    expect(accumulator.jvp({ y: [y] }).y[0].item()).toBe(6);
    const late = square(x);
    expect([accumulator.jvp(late, none), accumulator.jvp(other, none)]).toEqual([null, null]);
    expect(accumulator.jvp(other, zero).item()).toBe(0);
    expect(() => accumulator.jvp(late)).toThrow(
      'jvp: results must depend on the primals; got a tensor float32 [] that was computed after recording stopped',
    );
  });

  it('48: is not entered twice, and goes on with a later run', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    expect(() => accumulator.run(() => accumulator.run(() => 1))).toThrow(TapeError);
    const y = accumulator.run(() => mul(4, x));
    const z = accumulator.run(() => mul(y, y));
    expect(accumulator.jvp(z).item()).toBe(96);
  });

  it('49: departs: checks the shape of tangents', () => {
    expect(() => new ForwardAccumulator(scalar(3), tensor([1, 2]))).toThrow(ShapeError);
  });

  it('50: nests by the order of entry; the outer one has the higher derivatives', () => {
    const x = float64(1.1);
    const [late, early] = [
      new ForwardAccumulator(x, float64(1)),
      new ForwardAccumulator(x, float64(1)),
    ];
    const [first, value] = early.run(() =>
      late.run(() => {
        const y = pow(x, 3.5);
        return [late.jvp(y), y] as const;
      }),
    );
    expect(early.jvp(value).item()).toBeCloseTo(4.4417057, 6);
    expect(early.jvp(first).item()).toBeCloseTo(10.0947857, 5);
    const reversed = early.run(() => late.run(() => early.jvp(pow(x, 3.5))));
    expect(late.jvp(reversed, none)).toBe(null);
  });

  it('51: around a tape gives products with the Hessian; inside one it is followed', () => {
    const x = float64(1);
    const accumulator = new ForwardAccumulator(x, float64(0.5));
    const slope = accumulator.run(() => {
      const tape = new GradientTape();
      tape.watch(x);
      return tape.gradient(pow(x, 3), x);
    });
    expect(accumulator.jvp(slope).item()).toBeCloseTo(3, 12);
    const tape = new GradientTape();
    tape.watch(x);
    const tangent = jvp(cos, x, float64(0.1));
    expect(tape.gradient(tangent, x).item()).toBeCloseTo(-0.0540302, 6);
    const around = new ForwardAccumulator(x, float64(1));
    const inner = new GradientTape();
    inner.watch(x);
    const y = cos(x);
    around.stop();
    expect(inner.gradient(around.jvp(y), x, none)).toBe(null);
  });

  it("52: departs: is stopped by its own stop, and by no tape's pause", () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const tape = new GradientTape();
    tape.watch(x);
    const y = tape.stopRecording(() => square(x));
    accumulator.stop();
    expect(accumulator.jvp(y).item()).toBe(6);
    expect(tape.gradient(y, x, none)).toBe(null);
    expect(accumulator.jvp(square(x), none)).toBe(null);
  });

  it('53: follows variables, whose tangents stay after they are assigned', () => {
    const v = variable(3);
    const accumulator = new ForwardAccumulator(v, scalar(2));
    const y = square(v);
    v.assign(scalar(10));
    const z = add(square(v), 1);
    accumulator.stop();
    expect(accumulator.jvp([y, z, v]).map((t) => t.item())).toEqual([12, 40, 2]);
  });
});
