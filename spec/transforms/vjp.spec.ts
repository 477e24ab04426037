import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ArgumentError,
  argMax,
  DTypeError,
  exp,
  grad,
  jvp,
  linearize,
  mul,
  randomUniform,
  scalar,
  ShapeError,
  sin,
  square,
  sub,
  sum,
  tensor,
  topk,
  variable,
  vjp,
  vmap,
  zeros,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const number = (x: Tensor): unknown => x.arraySync();

describe('vjp', () => {
  it('gives the value and a pullback that may be called again', () => {
    const { value, pullback } = vjp((x) => mul(x, x), tensor([1, 2]));
    expect(number(value)).toEqual([1, 4]);
    expect(number(pullback([1, 10]))).toEqual([2, 40]);
    expect(number(pullback(tensor([1, 0])))).toEqual([2, 0]);
  });

  it('takes an array for the list of arguments, and mirrors it', () => {
    const { value, pullback } = vjp((a, b) => mul(a, square(b)), [2, 3]);
    expect(value.item()).toBe(18);
    const [da, db] = pullback(1);
    expect([da.item(), db.item()]).toEqual([9, 12]);
    expect(pullback(0).map(number)).toEqual([0, 0]);
    const one = vjp((x) => sum(x), [[1, 2, 3]]);
    expect(one.pullback(2).map(number)).toEqual([[2, 2, 2]]);
  });

  it('takes structures of arguments and of results', () => {
    const model = { w: tensor([1, 2]), layers: [variable(3), 4] as const, none: [] };
    const { value, pullback } = vjp(
      (p) => ({ a: mul(p.w, p.layers[0]), b: [p.layers[1]] as const }),
      model,
    );
    expect(number(value.a)).toEqual([3, 6]);
    const found = pullback({ a: [1, 10], b: [5] });
    expect(number(found.w)).toEqual([3, 30]);
    expect(found.layers.map(number)).toEqual([21, 5]);
    expect(found.none).toEqual([]);
  });

  it('hands aux through', () => {
    const aux = { seen: [1] };
    const { value, pullback, aux: kept } = vjp((x) => ({ value: exp(x), aux }), 0, { aux: true });
    expect([value.item(), pullback(2).item()]).toEqual([1, 2]);
    expect(kept).toBe(aux);
  });

  it('gives zeros where f ignores an argument, and for what has no derivatives', () => {
    const { pullback } = vjp((a: Tensor) => [a, argMax(a)] as const, [tensor([1, 2]), [3, 4]]);
    expect(pullback([[1, 2], tensor(0, [], 'int32')]).map(number)).toEqual([
      [1, 2],
      [0, 0],
    ]);
  });

  it('runs f once', () => {
    let calls = 0;
    const { value, pullback } = vjp(
      (x) => {
        calls++;
        return mul(x, randomUniform([3]));
      },
      tensor([1, 1, 1]),
    );
    expect(number(pullback([1, 1, 1]))).toEqual(number(value));
    pullback([0, 0, 0]);
    expect(calls).toBe(1);
  });

  it('has a pullback that can be differentiated', () => {
    const second = grad((x) => vjp((t) => mul(t, mul(t, t)), x).pullback(1))(2);
    expect(second.item()).toBe(12);
    const { pullback } = vjp(sin, 0.5);
    expect(grad((g) => pullback(g))(3).item()).toBeCloseTo(Math.cos(0.5), 6);
    const tangent = jvp((g) => pullback(g), 3, 2).tangent;
    expect(tangent.item()).toBeCloseTo(2 * Math.cos(0.5), 6);
    expect(number(vmap((g: Tensor) => pullback(g))([1, 2]))).toEqual([
      pullback(1).item(),
      pullback(2).item(),
    ]);
  });

  it('refuses what does not fit', () => {
    const { pullback } = vjp((x) => mul(x, x), tensor([1, 2]));
    expect(() => pullback([1, 2, 3])).toThrow(
      "pullback: cotangent must have the result's shape [2]; got [3]",
    );
    expect(() => pullback(tensor(Float64Array.of(1, 2)))).toThrow(DTypeError);
    const two = vjp((x) => ({ a: x, b: [x] }), 1);
    expect(() => two.pullback({ a: 1, b: [] })).toThrow(
      'pullback: cotangent.b must be an array of 1; got an array of 0',
    );
    expect(() => two.pullback({ a: 1, b: [[1]] })).toThrow(
      "pullback: cotangent.b[0] must have the result's shape []; got [1]",
    );
    expect(() => vjp((x) => x, tensor([1], [1], 'int32'))).toThrow(
      'vjp: primals must be a float tensor; got int32 [1]',
    );
    expect(() => vjp((x) => x, [{ a: [1, tensor([true])] }])).toThrow(
      'vjp: primals[0].a[1] must be a float tensor; got bool [1]',
    );
    expect(() => vjp((x) => x, 'x' as never)).toThrow("Argument 'primals' passed to 'vjp'");
    expect(() => vjp((x) => x, { a: null } as never)).toThrow("Argument 'primals.a' passed to");
    expect(() => vjp(3 as never, 1)).toThrow('vjp: f must be a function; got 3');
    expect(() => vjp((x) => [x, 3], 1)).toThrow('vjp: result of f[1] must be a tensor');
    expect(() => vjp((x) => x, 1, { aux: true } as never)).toThrow(
      'vjp: result of f must be {value, aux}; got a tensor; so aux: true wants it',
    );
    expect(() => vjp((x) => x, 1, { aux: 1 } as never)).toThrow('vjp: aux must be true or false');
    expect(() => vjp((x) => x, 1, { has: true } as never)).toThrow(ArgumentError);
  });
});

describe.each(['jvp', 'linearize'] as const)('%s', (name) => {
  const both: typeof jvp = ((f: never, primals: never, tangents: never, options: never) => {
    if (name === 'jvp') return jvp(f, primals, tangents, options);
    const { value, pushforward, ...rest } = linearize(f, primals, options) as never as ReturnType<
      typeof linearize<number, number>
    > & { aux: unknown };
    return { value, tangent: pushforward(tangents), ...rest };
  }) as never;

  it('gives the value and its derivative in a direction', () => {
    const { value, tangent } = both((x) => mul(x, x), tensor([1, 2]), [1, 10]);
    expect([number(value), number(tangent)]).toEqual([
      [1, 4],
      [2, 40],
    ]);
    expect(both((a, b) => mul(a, b), [2, 3], [1, 10]).tangent.item()).toBe(23);
  });

  it('takes structures of arguments and of results', () => {
    const { tangent } = both(
      (p) => ({ a: mul(p.w, p.b[0]), c: [scalar(1)] }),
      { w: tensor([1, 2]), b: [variable(3)] },
      { w: [1, 0], b: [10] },
    );
    expect([number(tangent.a), tangent.c.map(number)]).toEqual([[13, 20], [0]]);
  });

  it('hands aux through', () => {
    const found = both((x) => ({ value: exp(x), aux: 'seen' }), 0, 2, { aux: true });
    expect([found.tangent.item(), found.aux]).toEqual([2, 'seen']);
  });

  it('passes ops of several outputs, some of them integers', () => {
    const { value, tangent } = both((x) => topk(x, 2), [[1, 5, 3]], [[10, 20, 30]]);
    expect(number(value.indices)).toEqual([1, 2]);
    expect(number(tangent.values)).toEqual([20, 30]);
    expect(number(tangent.indices)).toEqual([0, 0]);
  });

  it('differentiates what is defined by an expansion or by a transposed rule', () => {
    const slope = (x: Tensor): Tensor => grad(exp)(x);
    expect(both(slope, 0.5, 2).tangent.item()).toBeCloseTo(2 * Math.exp(0.5), 5);
  });

  it('nests in itself without confusing directions', () => {
    // d/dx (x * d/dy (x + y)) is 1; confusing the two perturbations would give 2.
    const outer = both((x) => mul(x, both((y) => add(x, y), 1, 1).tangent), 1, 1);
    expect(outer.tangent.item()).toBe(1);
    const cube = (x: Tensor): Tensor => mul(x, mul(x, x));
    const first = (x: Tensor): Tensor => both(cube, x, 1).tangent;
    const second = (x: Tensor): Tensor => both(first, x, 1).tangent;
    expect(both(second, 2, 1).tangent.item()).toBe(6);
  });

  it('takes batches of no examples', () => {
    const { tangent } = both((x) => sum(mul(x, x), 0), zeros([0, 2]), zeros([0, 2]));
    expect(number(tangent)).toEqual([0, 0]);
  });

  it('refuses what does not fit', () => {
    const op = name === 'jvp' ? 'jvp' : 'pushforward';
    expect(() => both((x) => x, tensor([1, 2]), [1])).toThrow(
      `${op}: tangents must have the primal's shape [2]; got [1]`,
    );
    expect(() => both((x) => x, tensor([1, 2]), [1])).toThrow(ShapeError);
    expect(() => both((x) => x, 1, tensor(Float64Array.of(1), []))).toThrow(DTypeError);
    expect(() => both((a, b) => add(a, b), [1, 2], [1] as never)).toThrow(
      `${op}: tangents must be an array of one for each of the primals: 2; got 1`,
    );
    expect(() => both((p) => p.a, { a: scalar(1) }, { b: 1 } as never)).toThrow(
      `${op}: tangents must have the key 'a'`,
    );
  });
});

describe('the pushforward of linearize', () => {
  it('replays one run of f', () => {
    let calls = 0;
    const { value, pushforward } = linearize((x) => {
      calls++;
      return mul(sin(x), randomUniform([]));
    }, 0.5);
    const ratio = sub(pushforward(1), mul(value, Math.cos(0.5) / Math.sin(0.5)));
    expect(ratio.item()).toBeCloseTo(0, 5);
    expect(pushforward(2).item()).toBe(2 * pushforward(1).item());
    expect(calls).toBe(1);
  });

  it('can be differentiated', () => {
    const { pushforward } = linearize(sin, 0.5);
    expect(grad((t) => pushforward(t))(3).item()).toBeCloseTo(Math.cos(0.5), 6);
    const second = grad((x) => linearize(sin, x).pushforward(1))(0.5);
    expect(second.item()).toBeCloseTo(-Math.sin(0.5), 6);
    expect(number(vmap((t: Tensor) => pushforward(t))([1, 2]))).toEqual([
      pushforward(1).item(),
      pushforward(2).item(),
    ]);
  });
});
