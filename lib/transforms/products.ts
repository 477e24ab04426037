import type { Tensor } from '../core/tensor.ts';
import { requireFloat } from '../core/tensor.ts';
import type { Arguments, ArgumentsOf, DirectionOf, MirrorOf, PrimalsOnly } from './arguments.ts';
import { mirrored, readDirection, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction } from './functionRecording.ts';
import { recordFunction } from './functionRecording.ts';
import { withTangents } from './jvp.ts';
import { placed } from './leaves.ts';
import { tangentsOf } from './linearize.ts';
import type { ScalarFunction } from './scalarGradient.ts';
import { recordGradient, scalarGradient } from './scalarGradient.ts';
import { requireFunction } from './sync.ts';
import { pullBack } from './vjp.ts';

/** What a product with the Hessian gives on the way: `gradient` and `product` mirror the primals. */
export interface HessianProduct<P> {
  readonly value: Tensor;
  readonly gradient: MirrorOf<P>;
  readonly product: MirrorOf<P>;
}

/** A product with the Gauss-Newton matrix: `product` mirrors the primals. */
export interface GaussNewtonProduct<P> {
  /** The loss. */
  readonly value: Tensor;
  readonly product: MirrorOf<P>;
}

/**
 * The product of the Hessian of `f` with a vector, for a few times the cost of a gradient: the Hessian
 * itself is never formed. Forward over reverse mode.
 *
 * @param f - returns a scalar
 * @param primals - an array is the list of arguments, anything else the only argument
 * @param vector - in the form of `primals`
 * @returns `{value, gradient, product}`, the last two in the form of `primals`
 * @throws ShapeError when `f` does not return a scalar, or a part of `vector` does not match
 * @throws ArgumentError when an argument is no float tensor, `f` returns something other than one
 *   tensor, or `vector` has another structure than `primals`
 * @example hvp((x) => sum(mul(x, mul(x, x))), [[1, 2]], [[1, 10]]).product // [[6, 120]]
 */
export function hvp<const P>(
  f: (...args: ArgumentsOf<P>) => Tensor,
  primals: P & PrimalsOnly<P>,
  vector: DirectionOf<P>,
): HessianProduct<P>;
export function hvp(f: AnyFunction, primals: unknown, vector: unknown): unknown {
  const op = 'hvp';
  requireFunction(op, 'f', f);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const { value, gradients, products } = alongDirection(
    { op, f },
    args,
    readDirection(op, 'vector', vector, args),
  );
  return { value, gradient: mirrored(args, gradients), product: mirrored(args, products) };
}

/**
 * The product of a vector with the Hessian of `f`, from the left: reverse over reverse mode. Where the
 * Hessian is symmetric, as for all but custom rules, it equals `hvp`, which costs less.
 *
 * @param f - returns a scalar
 * @param primals - an array is the list of arguments, anything else the only argument
 * @param vector - in the form of `primals`
 * @returns `{value, gradient, product}`, the last two in the form of `primals`
 * @throws ShapeError or ArgumentError as `hvp` does
 * @example vhp((x) => sum(mul(x, mul(x, x))), [[1, 2]], [[1, 10]]).product // [[6, 120]]
 */
export function vhp<const P>(
  f: (...args: ArgumentsOf<P>) => Tensor,
  primals: P & PrimalsOnly<P>,
  vector: DirectionOf<P>,
): HessianProduct<P>;
export function vhp(f: AnyFunction, primals: unknown, vector: unknown): unknown {
  const op = 'vhp';
  requireFunction(op, 'f', f);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const cotangents = readDirection(op, 'vector', vector, args);
  const recorded = recordGradient({ op, f }, args);
  try {
    const product = mirrored(args, pullBack(recorded, cotangents));
    const { leaves, aux: value } = recorded.result;
    return { value, gradient: mirrored(args, leaves), product };
  } finally {
    recorded.recording.clear();
  }
}

/**
 * The product of the Gauss-Newton matrix of a loss with a vector: JᵀHJv, where J is the Jacobian of the
 * output and H the Hessian of the loss for the output. Unlike the Hessian of the whole it is positive
 * semidefinite for a convex loss.
 *
 * @param outputFunction - returns a tensor or a structure of tensors
 * @param lossFunction - of that, returns a scalar
 * @param primals - an array is the list of arguments of `outputFunction`, anything else the only one
 * @param vector - in the form of `primals`
 * @returns `{value, product}`: the loss, and the product in the form of `primals`
 * @throws ShapeError when `lossFunction` does not return a scalar, or a part of `vector` does not match
 * @throws ArgumentError when an argument or an output is no float tensor, a function returns something
 *   else, or `vector` has another structure than `primals`
 * @example ggnvp((x) => mul(x, x), (y) => sum(mul(y, y)), [[1, 2]], [[1, 1]]).product // [[8, 32]]
 * @see Schraudolph 2002, Fast curvature matrix-vector products for second-order gradient descent
 */
export function ggnvp<const P, R>(
  outputFunction: (...args: ArgumentsOf<P>) => R,
  lossFunction: (output: R) => Tensor,
  primals: P & PrimalsOnly<P>,
  vector: DirectionOf<P>,
): GaussNewtonProduct<P>;
export function ggnvp(
  outputFunction: AnyFunction,
  lossFunction: AnyFunction,
  primals: unknown,
  vector: unknown,
): unknown {
  const op = 'ggnvp';
  requireFunction(op, 'outputFunction', outputFunction);
  requireFunction(op, 'lossFunction', lossFunction);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const directions = readDirection(op, 'vector', vector, args);
  const recorded = recordFunction({ op, f: outputFunction }, args);
  try {
    const { tree, leaves, paths } = recorded.result;
    const names = paths.map((path) => placed('result of outputFunction', path));
    leaves.forEach((y, i) => {
      requireFloat(op, names[i], y);
    });
    const output = { trees: [tree], counts: [leaves.length], leaves, names, isBare: true };
    const moved = tangentsOf(recorded, directions);
    const { value, products } = alongDirection({ op, f: lossFunction }, output, moved);
    return { value, product: mirrored(args, pullBack(recorded, products)) };
  } finally {
    recorded.recording.clear();
  }
}

interface AlongDirection {
  readonly value: Tensor;
  readonly gradients: readonly Tensor[];
  readonly products: readonly Tensor[];
}

/** Value and gradient of a scalar function, and the derivative of the gradient in a direction. */
function alongDirection(
  scalar: ScalarFunction,
  args: Arguments,
  directions: readonly Tensor[],
): AlongDirection {
  const { result, tangents } = withTangents(args, directions, (inputs) =>
    scalarGradient(scalar, args, inputs),
  );
  return { value: result.aux, gradients: result.leaves, products: tangents };
}
