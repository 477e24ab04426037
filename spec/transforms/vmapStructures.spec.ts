import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  grad,
  GradientTape,
  mul,
  ones,
  randomUniform,
  scalar,
  ShapeError,
  sum,
  tensor,
  variable,
  vmap,
  zeros,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

interface Point {
  readonly at: Tensor;
  readonly shift: readonly Tensor[];
}

const moved = (p: Point, factor: Tensor): { y: Tensor; all: readonly [Tensor, Tensor] } => ({
  y: mul(sum(add(p.at, p.shift[0])), factor),
  all: [p.at, factor],
});
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const number = (one: Tensor): unknown => one.arraySync();

describe('vmap of structured arguments', () => {
  it('maps over every tensor in them', () => {
    const found = vmap(moved)({ at: x, shift: [variable([10, 20])] }, [1, 2]);
    expect(number(found.y)).toEqual([36, 150]);
    expect(found.all.map(number)).toEqual([number(x), [1, 2]]);
  });

  it('takes axes in the structure of the arguments, and of the result', () => {
    const inAxes = [{ at: 1, shift: [null] }, null];
    const outAxes = { y: 0, all: [1, null] };
    const found = vmap(moved, { inAxes, outAxes })({ at: x, shift: [scalar(1)] }, 2);
    expect(number(found.y)).toEqual([14, 18, 22]);
    expect(found.all.map(number)).toEqual([number(x), 2]);
  });

  it('spreads one axis over a part of a structure', () => {
    const found = vmap((p: Point) => p.at, { inAxes: [{ at: -1, shift: null }] });
    expect(number(found({ at: x, shift: [scalar(1), x] }))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    const tree = vmap((p: { a: Tensor }) => p.a, { inAxes: { a: 1 } })({ a: x });
    expect(tree.shape).toEqual([3, 2]);
  });

  it('gives the derivative of each example', () => {
    const loss = (p: Point): Tensor => sum(mul(p.at, mul(p.at, p.shift[0])));
    const found = vmap(grad(loss))({ at: x, shift: [tensor([1, 10])] });
    expect(number(found.at)).toEqual([
      [2, 4, 6],
      [80, 100, 120],
    ]);
    expect(found.shift.map(number)).toEqual([[14, 77]]);
  });

  it('takes an empty batch', () => {
    const found = vmap(moved)({ at: zeros([0, 3]), shift: [zeros([0])] }, []);
    expect([found.y.shape, found.all[0].shape]).toEqual([[0], [0, 3]]);
  });
});

describe('vmap in chunks', () => {
  const batch = tensor(
    Float32Array.from({ length: 14 }, (_, i) => i - 3),
    [7, 2],
  );
  const f = (row: Tensor): readonly [Tensor, Tensor] => [mul(row, row), sum(row)];

  it.each([1, 2, 3, 7, 100])('of %s equals vmap of all at once', (chunkSize) => {
    const options = { outAxes: [1, 0] };
    const known = vmap(f, options)(batch).map(number);
    expect(vmap(f, { ...options, chunkSize })(batch).map(number)).toEqual(known);
    expect(vmap(() => ones([2]), { chunkSize })(batch).shape).toEqual([7, 2]);
  });

  it('runs the function once for each', () => {
    let calls = 0;
    const counted = (row: Tensor): Tensor => {
      calls++;
      return row;
    };
    vmap(counted, { chunkSize: 3 })(batch);
    expect(calls).toBe(3);
    vmap(counted, { chunkSize: 3 })(zeros([0, 2]));
    expect(calls).toBe(4);
  });

  it('passes arguments without a batch axis to all', () => {
    const found = vmap((a, b) => mul(a, b), { inAxes: [0, null], chunkSize: 2 })([1, 2, 3], 10);
    expect(number(found)).toEqual([10, 20, 30]);
    const kept = vmap((a: Tensor, b: Tensor) => ({ a, b }), {
      inAxes: [0, null],
      outAxes: { a: 0, b: null },
      chunkSize: 2,
    })([1, 2, 3], 10);
    expect([number(kept.a), number(kept.b)]).toEqual([[1, 2, 3], 10]);
  });

  it('can be differentiated, and draws for each example', () => {
    const tape = new GradientTape();
    tape.watch(batch);
    const y = vmap((row: Tensor) => sum(mul(row, row)), { chunkSize: 4 })(batch);
    expect(number(tape.gradient(y, batch))).toEqual(number(mul(batch, 2)));
    const drawn = vmap(() => randomUniform([]), { chunkSize: 3 })(batch);
    expect(new Set(drawn.dataSync()).size).toBe(7);
  });
});

describe('misuse of the axes of vmap', () => {
  const point = { at: x, shift: [x] };
  it.each<[string, () => unknown, string]>([
    [
      'a missing key',
      () => vmap(moved, { inAxes: [{ at: 0 }, null] })(point, 1),
      "vmap: inAxes[0] must have the key 'shift'; got an object; it gives one axis for all, or an axis for each part",
    ],
    [
      'a list of another length',
      () => vmap(moved, { inAxes: [{ at: 0, shift: [0, 0] }, null] })(point, 1),
      'vmap: inAxes[0].shift must be an array of 1; got an array of 2',
    ],
    [
      'a list for an object',
      () => vmap(moved, { inAxes: [[0], null] })(point, 1),
      'vmap: inAxes[0] must be an object; got an array of 1',
    ],
    [
      'a structure for a tensor',
      () => vmap((a) => a, { inAxes: [[0]] })(x),
      'vmap: inAxes[0] must be one axis, or null; got an array of 1',
    ],
    [
      'a structure for the result that it does not have',
      () => vmap((a) => [a], { outAxes: { y: 0 } })(x),
      'vmap: outAxes must be an array of 1; got',
    ],
    [
      'null for a result that varies',
      () => vmap((a) => [a], { outAxes: [null] })(x),
      'vmap: outAxes must give an axis for a result that depends on the example; got null',
    ],
    [
      'a scalar in a structure',
      () => vmap(moved)({ at: x, shift: [scalar(1)] }, [1, 2]),
      'vmap: argument 0.shift[0] must have a batch axis; got float32 []',
    ],
    ['chunks of nothing', () => vmap((a) => a, { chunkSize: 0 }), 'chunkSize must be an integer'],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(message.includes('batch axis') ? ShapeError : ArgumentError);
  });
});
