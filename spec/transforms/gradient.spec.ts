import { runtime } from '../../lib/base/runtime.ts';
import type { DType, Op, Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  argMax,
  ArgumentError,
  cast,
  ceil,
  cos,
  defineOp,
  DTypeError,
  floor,
  floorDiv,
  GradientTape,
  greater,
  matMul,
  mul,
  notDifferentiable,
  round,
  scalar,
  ShapeError,
  sign,
  sin,
  specOf,
  split,
  square,
  stopGradient,
  sum,
  tensor,
  UnsupportedError,
  variable,
  zerosLike,
} from '../../lib/index.ts';

/* What `tape.gradient` takes and returns; the life of a tape is in tape.spec.ts. */

const none = { unconnectedGradients: 'none' } as const;
const zero = { unconnectedGradients: 'zero' } as const;

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** A stopped tape over what `f` computes from `x`. */
function taped<T>(
  x: Tensor | readonly Tensor[],
  f: () => T,
  persistent = true,
): readonly [GradientTape, T] {
  const tape = new GradientTape({ persistent });
  const y = tape.run(() => {
    tape.watch(x);
    return f();
  });
  return [tape, y];
}

describe('sources of gradient', () => {
  // 16
  it('keep their structure', () => {
    const [a, b, c] = [scalar(2), scalar(3), scalar(5)];
    const [tape, y] = taped([a, b, c], () => mul(mul(a, b), c));
    expect(tape.gradient(y, a).item()).toBe(15);
    expect(tape.gradient(y, [a, b]).map((g) => g.item())).toEqual([15, 10]);
    const found = tape.gradient(y, { first: a, rest: [b, { last: c }] });
    expect(found.first.item()).toBe(15);
    expect(found.rest[0].item()).toBe(10);
    expect(found.rest[1].last.item()).toBe(6);
    expect(tape.gradient(y, [])).toEqual([]);
    expect(tape.gradient(y, {})).toEqual({});
  });

  it('may be given twice, and each gets its gradient', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(x, x));
    const found = tape.gradient(y, { a: x, b: [x, x] });
    expect([found.a, ...found.b].map((g) => g.item())).toEqual([6, 6, 6]);
  });

  it('are left as they were given', () => {
    const x = scalar(3);
    const sources = [x, x];
    const [tape, y] = taped(x, () => mul(x, x));
    tape.gradient(y, sources);
    expect(sources[0]).toBe(x);
  });

  // 25
  it('may be intermediate results', () => {
    const x = scalar(3);
    const [tape, [y, z]] = taped(x, () => {
      const first = mul(x, x);
      return [first, mul(first, first)];
    });
    expect(tape.gradient(z, [x, y]).map((g) => g.item())).toEqual([108, 18]);
    expect(tape.gradient(y, z, none)).toBe(null);
  });

  it('may be one of several outputs of an op', () => {
    const x = tensor([1, 2, 3, 4]);
    const [tape, [a, b, y]] = taped(x, () => {
      const [first, second] = split(x, 2);
      return [first, second, sum(mul(first, square(second)))];
    });
    expect(tape.gradient(y, [a, b, x]).map((g) => g.arraySync())).toEqual([
      [9, 16],
      [6, 16],
      [9, 16, 6, 16],
    ]);
  });

  it('are refused when they are not tensors, and the tape stays usable', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(x, x), false);
    for (const wrong of [3, null, undefined, 'x', [x, 3], { x: null }]) {
      expect(() => tape.gradient(y, wrong as never)).toThrow(ArgumentError);
    }
    expect(() => tape.gradient(y, [x, { w: null }] as never)).toThrow(
      'gradient: sources[1].w must be a tensor or variable',
    );
    expect(tape.gradient(y, x).item()).toBe(6);
  });
});

describe('the target of gradient', () => {
  // 17
  it('is the sum of several', () => {
    const x = scalar(2);
    const [tape, y] = taped(x, () => mul(x, x));
    expect(tape.gradient([x, y], x).item()).toBe(5);
    expect(tape.gradient({ a: y, b: [y, y] }, x).item()).toBe(12);
  });

  // 18
  it('may be the source itself, recorded or not', () => {
    const [x, v] = [tensor([2, 3]), variable(scalar(5))];
    const tape = new GradientTape({ persistent: true });
    tape.stop();
    expect(tape.gradient(x, x).arraySync()).toEqual([1, 1]);
    expect(tape.gradient(v, v).item()).toBe(1);
    expect(tape.gradient([x, x], [x, x]).map((g) => g.arraySync())).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it('may be a source that lies behind a cut', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => stopGradient(x));
    expect(tape.gradient(y, y).item()).toBe(1);
    expect(tape.gradient(mul(y, y), y, none)).toBe(null);
  });

  // 19
  it('stands for the sum of its elements', () => {
    const x = tensor([1, 2, 3]);
    const [tape, y] = taped(x, () => mul(x, x));
    expect(tape.gradient(y, x).arraySync()).toEqual([2, 4, 6]);
  });

  // 22
  it('is refused when it is no tensor or empty, and the tape stays usable', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(x, x), false);
    for (const wrong of [null, undefined, 9, [y, null], [], {}]) {
      expect(() => tape.gradient(wrong as never, x)).toThrow(ArgumentError);
    }
    expect(() => tape.gradient(9 as never, x)).toThrow(
      'gradient: target must be a tensor, a variable or a structure of them; got 9; a plain number is a constant to every tape',
    );
    expect(tape.gradient(y, x).item()).toBe(6);
  });
});

describe('outputGradients', () => {
  const x = tensor([1, 2, 3]);

  // 20
  it('take the place of ones, a null standing for them', () => {
    const [tape, [y, z]] = taped(x, () => [mul(x, x), sum(x)]);
    const seed = tensor([1, 10, 100]);
    expect(tape.gradient(y, x, { outputGradients: seed }).arraySync()).toEqual([2, 40, 600]);
    expect(tape.gradient(y, x, { outputGradients: null }).arraySync()).toEqual([2, 4, 6]);
    const options = { outputGradients: { y: null, more: [scalar(7)] } };
    expect(tape.gradient({ y, more: [z] }, x, options).arraySync()).toEqual([9, 11, 13]);
    const swapped = { outputGradients: { more: [scalar(7)], y: null } };
    expect(tape.gradient({ y, more: [z] }, x, swapped).arraySync()).toEqual([9, 11, 13]);
  });

  it('may be variables', () => {
    const [tape, y] = taped(x, () => sum(x));
    const options = { outputGradients: variable(scalar(2)) };
    expect(tape.gradient(y, x, options).arraySync()).toEqual([2, 2, 2]);
  });

  it('must match the targets in structure, shape and dtype; the tape stays usable', () => {
    const [tape, y] = taped(x, () => mul(x, x), false);
    const withSeed =
      (outputGradients: unknown, target: unknown = y) =>
      () =>
        tape.gradient(target as Tensor, x, { outputGradients: outputGradients as Tensor });
    expect(withSeed(scalar(2))).toThrow(ShapeError);
    expect(withSeed(scalar(2))).toThrow(
      "gradient: outputGradients must have the target's shape [3]; got []",
    );
    expect(withSeed(tensor([1, 2, 3], [3], 'int32'))).toThrow(DTypeError);
    expect(withSeed([y])).toThrow('outputGradients must be one tensor, as the target is');
    expect(withSeed(5)).toThrow(ArgumentError);
    expect(withSeed([y], [y, y])).toThrow(
      'gradient: outputGradients must be an array of one tensor (or null, for ones) per target: 2; got 1',
    );
    expect(withSeed([y, scalar(1)], [y, y])).toThrow('outputGradients[1] must have the');
    expect(withSeed({ a: y, c: y }, { a: y, b: y })).toThrow("must have the key 'b'");
    expect(withSeed([y, 3], [y, y])).toThrow(ArgumentError);
    expect(tape.gradient(y, x).arraySync()).toEqual([2, 4, 6]);
  });
});

describe('unconnectedGradients', () => {
  // 21
  it('gives null or zeros of the shape and dtype of the source', () => {
    const [x, w] = [scalar(3), tensor(Float64Array.of(1, 2))];
    const [tape, y] = taped([x, w], () => mul(x, x));
    expect(tape.gradient(y, [x, w], none)[1]).toBe(null);
    const [, zeros] = tape.gradient(y, [x, w], zero);
    expect([zeros.dtype, zeros.arraySync()]).toEqual(['float64', [0, 0]]);
    const v = variable(tensor([1, 2]));
    expect(tape.gradient(y, v, zero).arraySync()).toEqual([0, 0]);
  });

  it('is one of the two, and options have no other keys; the tape stays usable', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(x, x), false);
    const call = (options: unknown) => () => tape.gradient(y, x, options as never);
    expect(call({ unconnectedGradients: 'nonsense' })).toThrow(
      "gradient: unconnectedGradients must be one of 'none', 'zero'; got 'nonsense'",
    );
    expect(call({ unconectedGradients: 'none' })).toThrow("did you mean 'unconnectedGradients'?");
    expect(call('none')).toThrow(ArgumentError);
    expect(() => new GradientTape({ persistant: true } as never)).toThrow(
      "did you mean 'persistent'?",
    );
    expect(() => new GradientTape({ persistent: 1 } as never)).toThrow(ArgumentError);
    expect(tape.gradient(y, x).item()).toBe(6);
  });

  it('throws by default, and the tape can be asked for others', () => {
    const [x, w] = [scalar(3), scalar(1)];
    const [tape, y] = taped([x, w], () => mul(x, x), false);
    expect(() => tape.gradient(y, [x, w])).toThrow('gradient: sources[1] must reach the target');
    expect(tape.gradient(y, x).item()).toBe(6);
  });
});

describe('the path of a gradient', () => {
  // 23
  it.each<[string, (x: Tensor) => Tensor]>([
    ['floor', floor],
    ['ceil', ceil],
    ['round', round],
    ['floorDiv', (x) => floorDiv(x, 2)],
    ['a comparison', (x) => cast(greater(x, 2), 'float32')],
    ['an integer cast', (x) => cast(cast(x, 'int32'), 'float32')],
    ['stopGradient', stopGradient],
    ['argMax', (x) => cast(argMax(x), 'float32')],
  ])('is cut by %s', (_, cut) => {
    const x = tensor([3]);
    const [tape, [y, z]] = taped(x, () => [cut(x), mul(cut(x), x)]);
    expect(tape.gradient(y, x, none)).toBe(null);
    expect(tape.gradient(z, x, none)?.arraySync()).toEqual(
      taped(x, () => [...cut(x).dataSync()])[1],
    );
  });

  it('passes sign and zerosLike, with zeros', () => {
    const x = scalar(3);
    const [tape, [y, z]] = taped(x, () => [sign(x), zerosLike(x)]);
    expect([tape.gradient(y, x).item(), tape.gradient(z, x).item()]).toEqual([0, 0]);
  });

  it('does not lead to an integer target', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => cast(x, 'int32'));
    expect(tape.gradient(y, x, none)).toBe(null);
    expect(tape.gradient(y, x, zero).item()).toBe(0);
    expect(tape.gradient(y, y, none)).toBe(null);
  });

  // 24
  it('may not hold an op without derivative, which does no harm elsewhere', () => {
    const opaque: Op = defineOp({
      name: 'opaque',
      infer: ([x]) => [specOf(x.shape, x.dtype)],
      kernel: ([x], [y]) => y.values.set(x.values),
      derivative: notDifferentiable('its derivative is not known'),
      batch: (inputs) => apply(opaque, inputs, undefined),
    });
    const [x, w] = [scalar(3), scalar(5)];
    const [tape, y] = taped([x, w], () => mul(w, apply(opaque, [mul(x, x)], undefined)[0]), false);
    const error = (): unknown => tape.gradient(y, x);
    expect(error).toThrow(UnsupportedError);
    expect(error).toThrow(
      'opaque: op must be differentiable to lie on the path of a gradient; got its derivative is not known',
    );
    // The tape was not used up by that.
    expect(tape.gradient(y, w).item()).toBe(9);
  });

  // 26
  it.each<[DType & ('float32' | 'float64')]>([['float32'], ['float64']])(
    'keeps the dtype of a %s source across casts',
    (dtype) => {
      const other = dtype === 'float32' ? 'float64' : 'float32';
      const x = cast(scalar(3), dtype);
      const [tape, y] = taped(x, () => square(cast(x, other)));
      const g = tape.gradient(y, x);
      expect([g.dtype, g.item()]).toEqual([dtype, 6]);
    },
  );

  // 27
  it('undoes broadcasting', () => {
    const [a, b] = [tensor([[[1, 2, 3]], [[4, 5, 6]]]), tensor([[1], [2], [3], [4]])];
    const [tape, y] = taped([a, b], () => mul(a, b));
    const [da, db] = tape.gradient(y, [a, b]);
    expect(da.arraySync()).toEqual([[[10, 10, 10]], [[10, 10, 10]]]);
    expect(db.arraySync()).toEqual([[21], [21], [21], [21]]);
  });

  it('may be a million ops long', () => {
    const [x, w] = [scalar(1), scalar(1)];
    const [tape, y] = taped(
      x,
      () => {
        let z = x;
        for (let i = 0; i < 1_000_000; i++) z = mul(z, w);
        return z;
      },
      false,
    );
    expect(tape.gradient(y, x).item()).toBe(1);
  }, 60_000);

  it('holds a result that is used many times', () => {
    const x = scalar(2);
    const [tape, y] = taped(x, () => {
      let z = x;
      for (let i = 0; i < 30; i++) z = add(z, z);
      return z;
    });
    expect(tape.gradient(y, x).item()).toBe(2 ** 30);
  });
});

describe('an error in a rule', () => {
  const failing: Op = defineOp({
    name: 'failing',
    infer: ([x]) => [specOf(x.shape, x.dtype)],
    kernel: ([x], [y]) => y.values.set(x.values),
    derivative: {
      kind: 'rules',
      vjp: () => {
        throw new Error('in the rule');
      },
    },
    batch: (inputs) => apply(failing, inputs, undefined),
  });

  it('leaves the library usable, and half a tape unused', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(x, apply(failing, [x], undefined)[0]);
    expect(() => tape.gradient(y, x)).toThrow('in the rule');
    expect(() => tape.gradient(y, x)).toThrow('a tape that was used already');
    const [other, z] = taped(x, () => square(x));
    expect(other.gradient(z, x).item()).toBe(6);
  });

  it('leaves a persistent tape as it was', () => {
    const x = scalar(3);
    const [tape, [y, z]] = taped(x, () => [apply(failing, [x], undefined)[0], square(x)]);
    expect(() => tape.gradient(y, x)).toThrow('in the rule');
    expect(tape.gradient(z, x).item()).toBe(6);
  });
});

describe('gradients of real functions', () => {
  it('agree with closed forms', () => {
    const x = tensor(Float64Array.of(0.3, -1.2));
    const [tape, y] = taped(x, () => sum(mul(sin(x), cos(x))));
    const expected = [0.3, -1.2].map((t) => Math.cos(2 * t));
    tape
      .gradient(y, x)
      .dataSync()
      .forEach((g, i) => {
        expect(g).toBeCloseTo(expected[i], 14);
      });
  });

  it('are those of a layer of weights', () => {
    const weights = { kernel: variable(tensor([[1], [2]])), bias: variable(tensor([3])) };
    const tape = new GradientTape();
    const y = add(matMul([[5, 7]], weights.kernel), weights.bias);
    const found = tape.gradient(y, weights);
    expect(found.kernel.arraySync()).toEqual([[5], [7]]);
    expect(found.bias.arraySync()).toEqual([1]);
  });
});
