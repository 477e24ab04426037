import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { requireInteger } from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mul } from '../ops/arithmetic.ts';
import { identity } from '../ops/structural.ts';
import type { Arguments, ArgumentsOf, LikesOf, TensorsOf } from './arguments.ts';
import { readArguments, readDirection, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction, FunctionResult } from './functionRecording.ts';
import { likeResult, runFunction } from './functionRecording.ts';
import type { SeriesNode } from './jetLayer.ts';
import { JetLayer } from './jetLayer.ts';
import { onesOf, zerosOf } from './leaves.ts';
import type { Coefficients } from './seriesRules.ts';
import { requireFunction } from './sync.ts';

/** The value of a function along a curve, and its derivatives there. */
export interface JetResult<R> {
  readonly value: R;
  /** The first, second, ... derivative, each in the structure of the value. */
  readonly series: R[];
}

/** The derivatives of a curve at each of `primals`: lists of what has the structure of a primal. */
export type SeriesOf<P> = P extends readonly unknown[]
  ? { readonly [K in keyof P]: readonly LikesOf<TensorsOf<P[K]>>[] }
  : readonly LikesOf<TensorsOf<P>>[];

/** The value and `N` derivatives: as many as `N` says, if it is a literal up to 50. */
export type Derivatives<R, N extends number> = number extends N ? R[] : Counted<R, N, []>;

type Counted<R, N extends number, Found extends R[]> = Found['length'] extends N
  ? [...Found, R]
  : Found['length'] extends 50
    ? R[]
    : Counted<R, N, [...Found, R]>;

/**
 * Pushes a curve through `f`: from the value and derivatives of x(t) at t = 0 those of f(x(t)), all
 * orders in one pass. The cost grows with the square of the order, where nested derivatives would
 * double it with each.
 *
 * The series hold derivatives, as `jax.experimental.jet` has them: `[x', x'', x''', ...]`, so that the
 * Taylor coefficient of t^k is the k-th divided by k!.
 *
 * @param f - returns a tensor or a structure of tensors
 * @param primals - an array is the list of arguments, anything else the only argument
 * @param series - for each argument the list of its derivatives; one that is shorter than the longest
 *   ends in zeros
 * @returns `{value, series}`, with as many derivatives as the longest list of `series` has
 * @throws ArgumentError when an argument is no float tensor, or `series` does not fit `primals`
 * @throws ShapeError or DTypeError when a derivative does not match its primal
 * @example jet((x) => sin(x), 0, [1, 0, 0]).series // [1, 0, -1]
 * @example jet((a, b) => mul(a, b), [2, 3], [[1], [10]]).series // [23]
 * @see Griewank & Walther 2008, Evaluating Derivatives, chapter 13
 */
export function jet<const P, R>(
  f: (...args: ArgumentsOf<P>) => R,
  primals: P,
  series: SeriesOf<P>,
): JetResult<R>;
export function jet(f: AnyFunction, primals: unknown, series: unknown): unknown {
  requireFunction('jet', 'f', f);
  const args = readPrimals('jet', primals);
  requireFloats('jet', args);
  const given = readSeries(args, series);
  const order = given.length;
  const { result, derivatives } = alongCurve('jet', f, args, given, order);
  return { value: result.tree, series: derivatives.map((leaves) => likeResult(result, leaves)) };
}

/**
 * The function that computes `[f(x), f'(x), ..., f^(order)(x)]`, in one pass.
 *
 * `x` may be an array if `f` applies to each of its elements by itself; the derivatives are then those
 * of each element.
 *
 * @param f - a function of a scalar, which returns a tensor or a structure of them; or of an array, and
 *   then it returns one of the same shape
 * @throws ShapeError when `x` is no scalar and the result of `f` does not have its shape
 * @example derivatives((x) => mul(x, mul(x, x)), 4)(2) // [8, 12, 12, 6, 0]
 * @example derivatives((x) => sin(x), 2)([0, 1])[1] // [1, 0.5403023]
 */
export function derivatives<R, const N extends number>(
  f: (x: Tensor) => R,
  order: N,
): (x: TensorLike) => Derivatives<R, N>;
export function derivatives<R>(f: (x: Tensor) => R, order: number): (x: TensorLike) => R[] {
  const op = 'derivatives';
  requireFunction(op, 'f', f);
  requireInteger(op, 'order', order, { min: 0 });
  return (x) => {
    const args = readArguments(op, [x], ['x']);
    requireFloats(op, args);
    const [input] = args.leaves;
    const curve = order === 0 ? [] : [[onesOf(input)]];
    const { result, derivatives: found } = alongCurve(op, f, args, curve, order);
    result.leaves.forEach((y, i) => {
      if (input.rank > 0 && !sameShape(y.shape, input.shape))
        throw notElementwise(result, i, input);
    });
    return [result.tree, ...found.map((leaves) => likeResult(result, leaves))] as R[];
  };
}

function notElementwise({ leaves, paths }: FunctionResult, index: number, x: Tensor): Error {
  const name = `result of f${paths[index] === '' ? '' : ` at ${paths[index]}`}`;
  const condition = `have the shape of x ${formatShape(x.shape)}`;
  const hint = 'jet takes the direction in which an array is to change';
  const got = formatShape(leaves[index].shape);
  return misuse(ShapeError, 'derivatives', name, condition, got, hint);
}

/** Derivatives of the leaves of the arguments by order: `[k - 1][leaf]`; null for zeros. */
function readSeries(args: Arguments, series: unknown): Coefficients[] {
  const lists = args.isBare ? [series] : series;
  const count = args.trees.length;
  if (!Array.isArray(lists) || lists.length !== count) {
    const condition = `be an array of one list for each of the primals: ${String(count)}`;
    const got = Array.isArray(lists) ? String(lists.length) : formatValue(series);
    throw misuse(ArgumentError, 'jet', 'series', condition, got);
  }
  const perArgument = (lists as readonly unknown[]).map((list, i) => {
    const name = args.isBare ? 'series' : `series[${String(i)}]`;
    if (!Array.isArray(list)) {
      const condition = 'be an array of derivatives: the first, the second, ...';
      throw misuse(ArgumentError, 'jet', name, condition, formatValue(list));
    }
    const first = args.counts.slice(0, i).reduce((sum, own) => sum + own, 0);
    const own: Arguments = {
      trees: [args.trees[i]],
      counts: [args.counts[i]],
      leaves: args.leaves.slice(first, first + args.counts[i]),
      names: [],
      isBare: true,
    };
    return list.map((one, k) => readDirection('jet', `${name}[${String(k)}]`, one, own));
  });
  const order = Math.max(0, ...perArgument.map((list) => list.length));
  return Array.from({ length: order }, (_, k) =>
    perArgument.flatMap((list, i) =>
      k < list.length ? list[k] : new Array<null>(args.counts[i]).fill(null),
    ),
  );
}

interface AlongCurve {
  readonly result: FunctionResult;
  /** By order, then by tensor of the result. */
  readonly derivatives: Tensor[][];
}

function alongCurve(
  op: string,
  f: AnyFunction,
  args: Arguments,
  given: readonly Coefficients[],
  order: number,
): AlongCurve {
  const layer = new JetLayer();
  try {
    // Handles of their own: what f finds in a closure does not move along the curve.
    const inputs = args.leaves.map((x) => identity(x));
    inputs.forEach((x, i) => {
      const coefficients = given.map((one, k) => divided(one[i], factorial(k + 1)));
      layer.follow(x, coefficients);
    });
    return withLayer(layer, () => {
      const result = runFunction({ op, f }, args, inputs);
      const nodes = nodesBehind(layer, result.leaves);
      const found: Tensor[][] = [];
      for (let k = 1; k <= order; k++) {
        // In the order of their ops, so that none has to ask a long chain of others.
        for (const node of nodes) node.at(k);
        const scale = factorial(k);
        found.push(
          result.leaves.map((y) =>
            layer.outside(() => scaled(layer.coefficient(y, k), scale) ?? zerosOf(y)),
          ),
        );
      }
      return { result, derivatives: found };
    });
  } finally {
    layer.clear();
  }
}

/** The nodes that the series of some tensors depend on, in the order of their ops. */
function nodesBehind(layer: JetLayer, tensors: readonly Tensor[]): readonly SeriesNode[] {
  const pending = tensors.flatMap((y) => layer.nodeOf(y) ?? []);
  const reached = new Set(pending);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const parent of next.parents) {
      if (reached.has(parent)) continue;
      reached.add(parent);
      pending.push(parent);
    }
  }
  return layer.nodes.filter((node) => reached.has(node));
}

function scaled(x: Tensor | null, factor: number): Tensor | null {
  return x === null || factor === 1 ? x : mul(x, factor);
}

function divided(x: Tensor | null, divisor: number): Tensor | null {
  return x === null || divisor === 1 ? x : div(x, divisor);
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}
