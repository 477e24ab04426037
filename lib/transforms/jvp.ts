import { withLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { identity } from '../ops/structural.ts';
import type { Arguments, ArgumentsOf, DirectionOf, PrimalsOnly } from './arguments.ts';
import { readDirection, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction, FunctionResult } from './functionRecording.ts';
import { likeResult, runFunction } from './functionRecording.ts';
import { zerosOf } from './leaves.ts';
import { requireFunction } from './sync.ts';
import { TangentLayer } from './tangents.ts';
import type { AuxOption, WithAux } from './vjp.ts';
import { requireAuxOption } from './vjp.ts';

/** The value of a function and its derivative in a direction. */
export interface JvpResult<R> {
  readonly value: R;
  /** In the structure of the value. */
  readonly tangent: R;
}

/**
 * The value of `f` and its derivative in a direction: the product of the Jacobian with `tangents`, in
 * one forward pass.
 *
 * Where a result does not depend on the arguments its tangent is zeros.
 *
 * @param f - returns a tensor or a structure of tensors; with `aux: true` `{value, aux}`
 * @param primals - an array is the list of arguments, anything else the only argument
 * @param tangents - in the form of `primals`
 * @returns `{value, tangent}`, and `aux` if asked for
 * @throws ArgumentError when an argument is no float tensor, `f` returns something else, or `tangents`
 *   has another structure than `primals`
 * @throws ShapeError or DTypeError when a tangent does not match its primal
 * @example jvp((x) => mul(x, x), [[1, 2]], [[1, 0]]).tangent // [2, 0]
 * @example jvp((a, b) => mul(a, b), [2, 3], [1, 10]).tangent // 23
 */
export function jvp<const P, R, X>(
  f: (...args: ArgumentsOf<P>) => WithAux<R, X>,
  primals: P & PrimalsOnly<P>,
  tangents: DirectionOf<P>,
  options: { readonly aux: true },
): JvpResult<R> & { readonly aux: X };
export function jvp<const P, R>(
  f: (...args: ArgumentsOf<P>) => R,
  primals: P & PrimalsOnly<P>,
  tangents: DirectionOf<P>,
  options?: { readonly aux?: false },
): JvpResult<R>;
export function jvp(
  f: AnyFunction,
  primals: unknown,
  tangents: unknown,
  options?: AuxOption,
): unknown {
  const op = 'jvp';
  requireFunction(op, 'f', f);
  const hasAux = requireAuxOption(op, options);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const directions = readDirection(op, 'tangents', tangents, args);
  const run = { op, f, hasAux };
  const compute = (inputs: readonly Tensor[]): FunctionResult => runFunction(run, args, inputs);
  const { result, tangents: found } = withTangents(args, directions, compute);
  const { tree: value, aux } = result;
  const tangent = likeResult(result, found);
  return hasAux ? { value, tangent, aux } : { value, tangent };
}

/** What is computed from the leaves of arguments, and its derivative along directions of theirs. */
export function withTangents<R extends Pick<FunctionResult, 'leaves'>>(
  args: Arguments,
  directions: readonly Tensor[],
  compute: (inputs: readonly Tensor[]) => R,
): { readonly result: R; readonly tangents: Tensor[] } {
  const layer = new TangentLayer();
  // Handles of their own: what f finds in a closure has no tangent.
  const inputs = args.leaves.map((x) => identity(x));
  try {
    inputs.forEach((x, i) => {
      layer.follow(x, directions[i]);
    });
    const result = withLayer(layer, () => compute(inputs));
    return { result, tangents: result.leaves.map((y) => layer.tangentOf(y) ?? zerosOf(y)) };
  } finally {
    layer.clear();
  }
}
