import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  concat,
  cos,
  customGradient,
  floor,
  GradientTape,
  jacobian,
  matMul,
  mul,
  reshape,
  scalar,
  ShapeError,
  sin,
  square,
  sum,
  TapeError,
  tensor,
  UnconnectedGradientError,
  variable,
  vmap,
  zeros,
} from '../../lib/index.ts';
import { difference, refute } from '../../lib/testing/compare.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const number = (x: Tensor): unknown => x.arraySync();
const double = (values: readonly number[], shape?: readonly number[]): Tensor =>
  tensor(Float64Array.from(values), shape);

const close = (actual: Tensor, expected: Tensor, tolerance: number): void => {
  expect(actual.shape).toEqual(expected.shape);
  refute('close', difference(actual.dataSync(), expected.dataSync(), tolerance));
};

const x = double([0.3, -1.2, 0.7]);
const w = double([0.5, -1, 2, 0.25, 1.5, -0.75], [2, 3]);

describe('tape.jacobian', () => {
  const taped = (f: (a: Tensor) => Tensor, a: Tensor): readonly [GradientTape, Tensor] => {
    const tape = new GradientTape();
    tape.watch(a);
    return [tape, tape.run(() => f(a))];
  };

  it('has the shape of the target, then that of the source', () => {
    const m = tensor([
      [1, 2],
      [3, 4],
    ]);
    const [tape, y] = taped((a) => mul(a, a), m);
    const found = tape.jacobian(y, m);
    expect(found.shape).toEqual([2, 2, 2, 2]);
    expect(Array.from(found.dataSync())).toEqual([2, 0, 0, 0, 0, 4, 0, 0, 0, 0, 6, 0, 0, 0, 0, 8]);
    const [other, z] = taped((a) => sum(mul(a, a)), m);
    expect(number(other.jacobian(z, m))).toEqual([
      [2, 4],
      [6, 8],
    ]);
  });

  it('keeps the structure of its sources', () => {
    const v = variable(w);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = tape.run(() => matMul(v, reshape(x, [3, 1])));
    const found = tape.jacobian(y, { x, more: [v] });
    expect([found.x.shape, found.more[0].shape]).toEqual([
      [2, 1, 3],
      [2, 1, 2, 3],
    ]);
    for (const mode of ['reverse', 'forward'] as const) {
      for (const chunkSize of [1, 2, 7]) {
        const again = tape.jacobian(y, [x, v], { mode, chunkSize });
        close(again[0], found.x, 0);
        close(again[1], found.more[0], 0);
      }
    }
  });

  it('uses up a tape that is not persistent', () => {
    const [tape, y] = taped(square, x);
    tape.jacobian(y, x);
    expect(() => tape.jacobian(y, x)).toThrow(TapeError);
    expect(() => tape.jacobian(y, x)).toThrow(
      'jacobian: tape must be persistent to compute more than one set of gradients; got a tape that was used already',
    );
    expect(() => tape.gradient(y, x)).toThrow(TapeError);
  });

  it('stops a recording tape, or is recorded by a persistent one', () => {
    const tape = new GradientTape();
    tape.watch(x);
    tape.jacobian(square(x), x);
    expect(tape.isRecording).toBe(false);
    for (const mode of ['reverse', 'forward'] as const) {
      for (const chunkSize of [1, 2]) {
        const kept = new GradientTape({ persistent: true });
        kept.watch(x);
        const first = kept.jacobian(mul(x, square(x)), x, { mode, chunkSize });
        const second = kept.gradient(sum(first), x);
        kept.stop();
        close(second, mul(x, 6), 1e-15);
      }
    }
  });

  it('takes intermediate values for sources, in both modes', () => {
    for (const mode of ['reverse', 'forward'] as const) {
      const a = scalar(3);
      const tape = new GradientTape({ persistent: true });
      tape.watch(a);
      const [y, z] = tape.run(() => {
        const inner = square(a);
        return [inner, square(inner)] as const;
      });
      expect(tape.jacobian(z, [a, y], { mode }).map(number)).toEqual([108, 18]);
      expect(() => tape.jacobian(y, z, { mode })).toThrow(UnconnectedGradientError);
    }
  });

  it('adds up what arrives at the values of a variable, in both modes', () => {
    for (const mode of ['reverse', 'forward'] as const) {
      const v = variable(double([2, 1]));
      const tape = new GradientTape();
      const y = tape.run(() => {
        const before = square(v);
        v.assign(double([10, 20]));
        return add(before, square(v));
      });
      expect(number(tape.jacobian(y, v, { mode }))).toEqual([
        [24, 0],
        [0, 42],
      ]);
    }
  });

  it('is the identity for a target that is its own source, recorded or not', () => {
    const [tape, y] = taped(square, x);
    const unit = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(number(tape.jacobian(y, y))).toEqual(unit);
    const v = variable(x);
    expect(number(new GradientTape().jacobian(v, v))).toEqual(unit);
    const self = new GradientTape().batchJacobian(w, w);
    expect(self.shape).toEqual([2, 3, 3]);
    expect(number(self)).toEqual([unit, unit]);
  });

  it('throws for an unconnected source, unless told otherwise', () => {
    const other = scalar(1);
    const [tape, y] = taped(square, x);
    expect(() => tape.jacobian(y, other)).toThrow(
      'jacobian: sources must reach the target; got a tensor float32 [] that was never watched',
    );
    expect(() => tape.jacobian(y, [x, other])).toThrow(UnconnectedGradientError);
    const none = tape.jacobian(y, [x, other], { unconnectedGradients: 'none' });
    expect(none[1]).toBeNull();
    const [again, z] = taped((a) => floor(a), x);
    expect(() => again.jacobian(z, x)).toThrow('only through floor');
    expect(number(again.jacobian(z, x, { unconnectedGradients: 'zero' }))).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    const integers = tensor([1, 2], undefined, 'int32');
    expect(() => taped(square, x)[0].jacobian(y, integers)).toThrow('dtype has no derivatives');
  });

  it('throws where a rule on the way gives null', () => {
    const blocked = customGradient((a) => ({ value: a, gradFunc: () => null }));
    const [tape, y] = taped(blocked, x);
    expect(() => tape.jacobian(y, x)).toThrow('jacobian: sources must reach the target');
    const [other, z] = taped(blocked, x);
    expect(other.jacobian(z, x, { unconnectedGradients: 'none' })).toBeNull();
  });

  it('refuses other targets and options', () => {
    const tape = new GradientTape({ persistent: true });
    tape.stop();
    expect(() => tape.jacobian([x] as never, x)).toThrow(
      'jacobian: target must be one tensor or variable; got [an object (Tensor)]; call it once for each target of a persistent tape',
    );
    expect(() => tape.jacobian(x, 3 as never)).toThrow('jacobian: sources must be a tensor');
    expect(() => tape.jacobian(x, x, { parallel: 1 } as never)).toThrow(ArgumentError);
    expect(() => tape.jacobian(x, x, { unconnectedGradients: 'x' as never })).toThrow(
      "unconnectedGradients must be one of 'none', 'zero'; got 'x'",
    );
    expect(() => tape.jacobian(x, x, { chunkSize: 1.5 })).toThrow('chunkSize must be an integer');
  });
});

describe('tape.batchJacobian', () => {
  const f = (a: Tensor): Tensor => concat([sin(a), mul(a, sum(a, 1, true))], 1);

  it('gives the derivatives within each example', () => {
    const each = vmap((a: Tensor) => jacobian((b) => concat([sin(b), mul(b, sum(b))]))(a))(w);
    for (const mode of [undefined, 'reverse', 'forward'] as const) {
      for (const chunkSize of [1, 2, 10]) {
        const tape = new GradientTape();
        tape.watch(w);
        const found = tape.batchJacobian(f(w), w, { chunkSize, ...(mode && { mode }) });
        expect(found.shape).toEqual([2, 6, 3]);
        close(found, each, 1e-15);
      }
    }
  });

  it('keeps inner axes', () => {
    const images = double(
      Array.from({ length: 12 }, (_, i) => i / 7),
      [2, 3, 2],
    );
    const tape = new GradientTape();
    tape.watch(images);
    const found = tape.batchJacobian(sum(cos(images), 1), images);
    expect(found.shape).toEqual([2, 2, 3, 2]);
    expect(found.dataSync()[0]).toBe(-Math.sin(0));
    expect(found.dataSync()[2]).toBe(-Math.sin(2 / 7));
    expect(found.dataSync()[1]).toBe(0);
  });

  it('takes empty inner axes and batches of no examples', () => {
    for (const [rows, columns] of [
      [1, 0],
      [0, 2],
    ]) {
      const a = zeros([rows, columns]);
      const tape = new GradientTape();
      tape.watch(a);
      expect(tape.batchJacobian(sin(a), a).shape).toEqual([rows, columns, columns]);
    }
  });

  it('gives zeros where the target does not depend on the source', () => {
    const tape = new GradientTape();
    tape.watch(w);
    expect(number(tape.batchJacobian(floor(w), w))).toEqual(number(zeros([2, 3, 3])));
  });

  it('is recorded by a persistent tape', () => {
    const tape = new GradientTape({ persistent: true });
    tape.watch(w);
    const first = tape.batchJacobian(mul(w, square(w)), w, { chunkSize: 2 });
    const second = tape.gradient(sum(first), w);
    tape.stop();
    close(second, mul(w, 6), 1e-15);
  });

  it('refuses ranks below 2 and batches of different lengths', () => {
    const tape = new GradientTape({ persistent: true });
    tape.stop();
    expect(() => tape.batchJacobian(x, w)).toThrow(
      'batchJacobian: target must have a batch axis and at least one more; got shape [3]',
    );
    expect(() => tape.batchJacobian(w, x)).toThrow('batchJacobian: source must have a batch axis');
    expect(() => tape.batchJacobian(w, zeros([3, 1]))).toThrow(ShapeError);
    expect(() => tape.batchJacobian(w, zeros([3, 1]))).toThrow(
      'batchJacobian: target and source must have one length of the first axis; got [2,3] and [3,1]',
    );
    expect(() => tape.batchJacobian([w] as never, w)).toThrow('target must be one tensor');
    expect(() => tape.batchJacobian(w, w, { mode: 3 as never })).toThrow('mode must be one of');
  });

  it('uses up a tape that is not persistent', () => {
    const tape = new GradientTape();
    tape.watch(w);
    const y = square(w);
    tape.batchJacobian(y, w);
    expect(() => tape.batchJacobian(y, w)).toThrow('batchJacobian: tape must be persistent');
  });
});
