import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  abs,
  apply,
  argMax,
  ArgumentError,
  cast,
  ceil,
  complex,
  DTypeError,
  defineOp,
  floor,
  floorDiv,
  gather,
  GradientTape,
  greater,
  IndexedSlices,
  mul,
  notDifferentiable,
  round,
  scalar,
  ShapeError,
  sign,
  square,
  sum,
  TapeError,
  tensor,
  UnconnectedGradientError,
  UnsupportedError,
  variable,
} from '../../lib/index.ts';

/*
 * What TensorFlow 2.21 does, item by item, and where gradtape decides otherwise: such a test says
 * "departs". The numbers count the rules that were observed there; 39 to 53 are in
 * semanticsOfRules.spec.ts.
 */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const none = { unconnectedGradients: 'none' } as const;
const zero = { unconnectedGradients: 'zero' } as const;
const int32 = (value: number): Tensor => tensor(value, [], 'int32');
const numbers = (tensors: readonly Tensor[]): unknown[] => tensors.map((x) => x.arraySync());

/** What `f` computes on a tape that watches `x`, which then is asked for a gradient. */
function taped<T>(
  x: Parameters<GradientTape['watch']>[0],
  f: () => T,
  persistent = false,
): [GradientTape, T] {
  const tape = new GradientTape({ persistent });
  return [tape, tape.run(() => (tape.watch(x as Tensor), f()))];
}

describe('the life of a tape', () => {
  it('1: gives one set of gradients or jacobians unless it is persistent', () => {
    const x = tensor([[1, 2]]);
    const text = 'tape must be persistent to compute more than one set of gradients';
    const uses: ((tape: GradientTape, y: Tensor) => unknown)[] = [
      (tape, y) => tape.gradient(y, x),
      (tape, y) => tape.jacobian(y, x),
      (tape, y) => tape.batchJacobian(y, x),
    ];
    for (const use of uses) {
      const [tape, y] = taped(x, () => square(x));
      use(tape, y);
      expect(() => tape.gradient(y, x)).toThrow(TapeError);
      expect(() => tape.jacobian(y, x)).toThrow(`jacobian: ${text}`);
      expect(() => tape.batchJacobian(y, x)).toThrow(`batchJacobian: ${text}`);
    }
  });

  it('2: says so when nothing was recorded; departs: a tape records from its construction', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    tape.stop();
    const y = square(x);
    expect(() => tape.gradient(y, x)).toThrow('computed after recording stopped');
  });

  it('3: may not be entered inside itself', () => {
    const tape = new GradientTape();
    expect(() => tape.run(() => tape.run(() => 1))).toThrow(
      'run: tape must not be inside its own run; got a nested call',
    );
  });

  it('4: may be left and entered again', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(2, x));
    const z = tape.run(() => mul(2, y));
    expect(tape.gradient(z, x).item()).toBe(4);
  });

  it('5: is reset while it records, and then starts anew', () => {
    const v = variable(1);
    const tape = new GradientTape();
    const loss = tape.run(() => {
      const before = mul(v, v);
      tape.reset();
      return before.add(mul(v, v));
    });
    expect(() => tape.reset()).toThrow('reset: tape must be recording; got a stopped tape');
    expect(tape.gradient(loss, v).item()).toBe(2);
  });

  it('6: is not paused unless it records', () => {
    const tape = new GradientTape();
    tape.stop();
    expect(() => tape.stopRecording(() => 1)).toThrow(
      'stopRecording: tape must be recording; got a stopped tape',
    );
  });

  it('7: is paused alone, and keeps its watches', () => {
    const x = scalar(3);
    const outer = new GradientTape();
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const paused = inner.stopRecording(() => square(x));
    expect(inner.gradient([paused, square(x)], x).item()).toBe(6);
    expect(outer.gradient(paused, x).item()).toBe(6);
  });

  it('8: stops at a gradient inside if it is not persistent, else records it', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(square(x), x).item()).toBe(6);
    expect(tape.isRecording).toBe(false);
    expect(() => tape.watch(x)).toThrow('watch: tape must be recording; got a used tape');
    const [persistent, first] = taped(x, () => {
      const inside = new GradientTape({ persistent: true });
      inside.watch(x);
      const slope = inside.gradient(square(x), x);
      expect(inside.gradient(slope, x).item()).toBe(2);
      inside.stop();
      return slope;
    });
    expect(persistent.gradient(first, x).item()).toBe(2);
  });

  it('9: is closed by an error, and usable for what was recorded', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    let y = x;
    const failing = (): never => {
      tape.watch(x);
      y = square(x);
      throw new Error('inside');
    };
    expect(() => tape.run(failing)).toThrow('inside');
    expect([tape.isRecording, tape.gradient(y, x).item()]).toEqual([false, 6]);
  });
});

describe('watching', () => {
  it('10: takes tensors, variables and structures of them', () => {
    const [x, v] = [scalar(3), variable(2, false)];
    const [tape, y] = taped({ x, list: [v] }, () => mul(x, v));
    expect(numbers(tape.gradient(y, [x, v]))).toEqual([2, 3]);
    const other = new GradientTape();
    expect(() => other.watch([1, 2] as never)).toThrow(ArgumentError);
    other.stop();
  });

  it('11: departs: refuses integers and truth values, which have no gradient', () => {
    const tape = new GradientTape();
    for (const x of [int32(1), tensor([true])])
      expect(() => tape.watch(x)).toThrow('watch: tensors must be a float tensor');
    tape.stop();
  });

  it('12: counts from now on, and once', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const y = mul(x, x);
    tape.watch(x);
    tape.watch(x);
    const z = mul(x, x);
    expect(tape.gradient([y, z], x).item()).toBe(6);
  });

  it('13: departs: is an error when the tape is not recording', () => {
    const tape = new GradientTape();
    tape.stop();
    expect(() => tape.watch(scalar(1))).toThrow(
      'watch: tape must be recording; got a stopped tape',
    );
  });

  it('14: happens to trainable variables when they are read', () => {
    const [late, early, fixed] = [variable(2), variable(3), variable(4, false)];
    const counter = variable(tensor([1, 2], [2], 'int32'));
    const [tape, y] = taped([], () => mul(mul(early, late), fixed));
    const listed = tape.run(() => (counter.read(), tape.watchedVariables()));
    expect(listed.map(({ id }) => id)).toEqual([late.id, early.id, counter.id]);
    expect(numbers(tape.gradient(y, [late, early]))).toEqual([12, 8]);
    expect(tape.watchedVariables().length).toBe(3);
    const blind = new GradientTape({ watchAccessedVariables: false });
    const z = square(late);
    expect(blind.watchedVariables()).toEqual([]);
    expect(blind.gradient(z, late, none)).toBe(null);
    tape.run(() => tape.reset());
    expect(tape.watchedVariables()).toEqual([]);
  });

  it('15: is a matter of each tape', () => {
    const x = scalar(3);
    const outer = new GradientTape();
    const inner = new GradientTape();
    inner.watch(x);
    const slope = inner.gradient(square(x), x);
    expect(outer.gradient(slope, x, none)).toBe(null);
    const ended = new GradientTape();
    ended.watch(x);
    const [second, y] = taped(x, () => square(x));
    ended.stop();
    expect(ended.gradient(second.gradient(y, x), x, none)).toBe(null);
  });
});

describe('gradient', () => {
  it('16: has the structure of the sources; departs: refuses an empty target', () => {
    const [x, z] = [scalar(2), scalar(3)];
    const [tape, y] = taped([x, z], () => mul(x, z), true);
    expect(tape.gradient(y, { a: [x, x], b: z })).toMatchObject({ a: [{}, {}], b: {} });
    expect(numbers(tape.gradient(y, [x, x, z]))).toEqual([3, 3, 2]);
    expect(tape.gradient(y, [])).toEqual([]);
    expect(() => tape.gradient([], x)).toThrow('gradient: target must hold at least one tensor');
  });

  it('17 to 19: sums several targets and elements, and takes a source for its own target', () => {
    const [x, v] = [tensor([2, 3]), variable(5)];
    const [tape, y] = taped(x, () => square(x), true);
    expect(tape.gradient([x, y], x).arraySync()).toEqual([5, 7]); // 17
    expect(tape.gradient(x, x).arraySync()).toEqual([1, 1]); // 18
    expect(tape.gradient(v, v).item()).toBe(1);
    expect(tape.gradient(y, x).arraySync()).toEqual([4, 6]); // 19
  });

  it('20: takes outputGradients in place of ones; departs: checks them', () => {
    const x = tensor([1, 2, 3]);
    const [tape, y] = taped(x, () => square(x), true);
    const seeded = (outputGradients: unknown): Tensor =>
      tape.gradient([y, x], x, { outputGradients: outputGradients as Tensor });
    expect(seeded([tensor([1, 0, 2]), null]).arraySync()).toEqual([3, 1, 13]);
    expect(() => seeded([scalar(2), null])).toThrow(ShapeError);
    expect(() => seeded([y])).toThrow(ArgumentError);
    expect(() => seeded([cast(y, 'float64'), null])).toThrow(DTypeError);
  });

  it('21: departs: throws for an unconnected source unless told otherwise', () => {
    const [x, other] = [scalar(3), tensor([1, 2])];
    const [tape, y] = taped([x, other], () => square(x), true);
    expect(() => tape.gradient(y, other)).toThrow(UnconnectedGradientError);
    expect(tape.gradient(y, other, none)).toBe(null);
    expect(tape.gradient(y, other, zero).arraySync()).toEqual([0, 0]);
    expect(() => tape.gradient(y, x, { unconnectedGradients: 'nonsense' as 'none' })).toThrow(
      "gradient: unconnectedGradients must be one of 'none', 'zero'; got 'nonsense'",
    );
  });

  it('22: refuses null for a target', () => {
    const tape = new GradientTape();
    expect(() => tape.gradient(null as never, scalar(1))).toThrow(
      'gradient: target must be a tensor, a variable or a structure of them; got null',
    );
    tape.stop();
  });

  it('23: is cut by integers, comparisons and rounding, and is zeros for sign', () => {
    const x = tensor([2.5, -1]);
    const cuts = [
      argMax,
      ceil,
      floor,
      round,
      (a: Tensor) => floorDiv(a, 2),
      (a: Tensor) => greater(a, 0),
      (a: Tensor) => cast(a, 'int32'),
    ];
    for (const cut of cuts) {
      const [tape, y] = taped(x, () => cut(x));
      expect(tape.gradient(y, x, none)).toBe(null);
    }
    const three = scalar(3);
    const [tape, y] = taped(three, () => mul(cast(cast(three, 'int32'), 'float32'), three));
    expect(tape.gradient(y, three).item()).toBe(3);
    const [other, z] = taped(x, () => sign(x));
    expect(other.gradient(z, x).arraySync()).toEqual([0, 0]);
  });

  it('24: throws for an op without derivative on the path only', () => {
    const opaque = defineOp({
      name: 'opaque',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [x],
      kernel: ([x], [y]) => y.values.set(x.values),
      derivative: notDifferentiable('nobody knows it'),
    });
    const [x, w] = [scalar(3), scalar(5)];
    const [tape, y] = taped([x, w], () => mul(apply(opaque, [x])[0], w), true);
    expect(() => tape.gradient(y, x)).toThrow(UnsupportedError);
    expect(tape.gradient(y, w).item()).toBe(3);
  });

  it('25: takes intermediate results for sources', () => {
    const x = scalar(3);
    const [tape, [y, z]] = taped(
      x,
      () => {
        const one = square(x);
        return [one, square(one)] as const;
      },
      true,
    );
    expect(numbers(tape.gradient(z, [x, y]))).toEqual([108, 18]);
    expect(tape.gradient(y, z, none)).toBe(null);
  });

  it('26 to 28: has the dtype and shape of the source, and conjugates', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => square(cast(x, 'float64')));
    expect(tape.gradient(y, x).dtype).toBe('float32'); // 26
    const [a, b] = [tensor([[[1, 2, 3]], [[4, 5, 6]]]), tensor([[1], [2], [3], [4]])];
    const [broad, c] = taped([a, b], () => mul(a, b));
    expect(broad.gradient(c, [a, b]).map((g) => g.shape)).toEqual([
      [2, 1, 3],
      [4, 1],
    ]); // 27
    const z = complex(1, 2);
    const [both, [w, r]] = taped(z, () => [mul(z, z), abs(z)] as const, true);
    expect(both.gradient(w, z).arraySync()).toEqual([2, -4]); // 28
    expect(numbers([both.gradient(r, z)])[0]).toEqual(
      [1, 2].map((part) => expect.closeTo(part / Math.sqrt(5), 6)),
    );
  });

  it('29: departs: a plain number is a constant', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, () => mul(x, x.item()));
    expect(tape.gradient(y, x).item()).toBe(3);
  });
});

describe('variables under a tape', () => {
  it('30 to 32: are read as values, cut by assigning, and may be targets', () => {
    const v = variable(2);
    const [tape, [y, z]] = taped([], () => {
      const one = square(v);
      v.assign(scalar(10));
      return [one, square(v)] as const;
    });
    expect(tape.gradient([y, z], v).item()).toBe(24); // 30
    const x = scalar(3);
    const w = variable(0);
    const [cut, [t, returned]] = taped(
      x,
      () => {
        w.assign(mul(2, x));
        return [square(w), w.assign(w.read().add(1))] as const;
      },
      true,
    );
    expect([
      cut.gradient(t, x, none),
      cut.gradient(t, w).item(),
      cut.gradient(returned, w).item(),
    ]).toEqual([null, 12, 1]); // 31
    const [own] = taped([], () => square(w), true);
    expect(own.gradient(w, w).item()).toBe(1); // 32
  });

  it('33: give rows for a table read by gather; departs: only when asked for, else dense', () => {
    const x = tensor([1, 2, 3]);
    const [tape, y] = taped(x, () => gather(x, [0, 0, 2]), true);
    const slices = tape.gradient(y, x, { sparse: true });
    expect(
      slices instanceof IndexedSlices && numbers([slices.values, slices.indices, slices.toDense()]),
    ).toEqual([
      [1, 1, 1],
      [0, 0, 2],
      [2, 0, 1],
    ]);
    expect(tape.gradient(y, x).arraySync()).toEqual([2, 0, 1]);
  });
});

describe('jacobian and batchJacobian', () => {
  it('34 to 36: have the axes of target and source, inside and outside; departs: need no persistent tape', () => {
    const [x, other] = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([1]),
    ];
    const inside = new GradientTape({ persistent: true });
    inside.watch([x, other]);
    const y = square(x);
    expect(inside.jacobian(y, x).shape).toEqual([2, 2, 2, 2]);
    inside.stop();
    expect(inside.jacobian(y, [other], none)).toEqual([null]);
    expect(inside.jacobian(y, other, zero).shape).toEqual([2, 2, 1]);
    expect(() => inside.jacobian([y] as never, x)).toThrow(ArgumentError);
    const s = scalar(3);
    const [tape, z] = taped(s, () => square(s));
    expect(tape.jacobian(z, s, { chunkSize: 1 }).item()).toBe(6);
  });

  it('37 and 38: of a batch has the axes of one example; zeros where unconnected', () => {
    const [x, empty] = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([], [1, 0]),
    ];
    const [tape, [y, z]] = taped([x, empty], () => [square(x), square(empty)] as const, true);
    expect(tape.batchJacobian(y, x).arraySync()).toEqual([
      [
        [2, 0],
        [0, 4],
      ],
      [
        [6, 0],
        [0, 8],
      ],
    ]);
    expect(tape.batchJacobian(z, empty).shape).toEqual([1, 0, 0]);
    expect(tape.batchJacobian(tensor([[1], [1]]), x).arraySync()).toEqual([[[0, 0]], [[0, 0]]]);
    expect(() => tape.batchJacobian(sum(y, 1), x)).toThrow(ShapeError);
    expect(() => tape.batchJacobian(z, x)).toThrow(ShapeError);
  });
});
