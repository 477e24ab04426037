import type { Tensor } from '../core/tensor.ts';
import type { ArgumentsOf, DirectionOf, PrimalsOnly } from './arguments.ts';
import { readDirection, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import { likeResult, recordFunction } from './functionRecording.ts';
import { zerosOf } from './leaves.ts';
import { pushForward } from './pushForward.ts';
import { requireFunction } from './sync.ts';
import type { AuxOption, WithAux } from './vjp.ts';
import { requireAuxOption } from './vjp.ts';

/** The value of a function and its derivative there. */
export interface Linearization<P, R> {
  readonly value: R;
  /** The tangent of the value, in its structure, from tangents in the form of the primals. */
  readonly pushforward: (tangents: DirectionOf<P>) => R;
}

/**
 * The value of `f` and its derivative there as a function of the direction.
 *
 * As `jvp`, but `f` runs once: each call of the pushforward replays what was recorded and computes
 * tangents alone. It can itself be differentiated.
 *
 * @param f - returns a tensor or a structure of tensors; with `aux: true` `{value, aux}`
 * @param primals - an array is the list of arguments, anything else the only argument
 * @returns `{value, pushforward}`, and `aux` if asked for
 * @throws ArgumentError when an argument is no float tensor, or `f` returns something else
 * @throws ShapeError or DTypeError when a tangent does not match its primal
 * @example linearize((x) => mul(x, x), 3).pushforward(10) // 60
 */
export function linearize<const P, R, X>(
  f: (...args: ArgumentsOf<P>) => WithAux<R, X>,
  primals: P & PrimalsOnly<P>,
  options: { readonly aux: true },
): Linearization<P, R> & { readonly aux: X };
export function linearize<const P, R>(
  f: (...args: ArgumentsOf<P>) => R,
  primals: P & PrimalsOnly<P>,
  options?: { readonly aux?: false },
): Linearization<P, R>;
export function linearize(f: AnyFunction, primals: unknown, options?: AuxOption): unknown {
  const op = 'linearize';
  requireFunction(op, 'f', f);
  const hasAux = requireAuxOption(op, options);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const recorded = recordFunction({ op, f, hasAux }, args);
  const { tree: value, aux } = recorded.result;
  const pushforward = (tangents: unknown): unknown => {
    const directions = readDirection('pushforward', 'tangents', tangents, args);
    return likeResult(recorded.result, tangentsOf(recorded, directions));
  };
  return hasAux ? { value, pushforward, aux } : { value, pushforward };
}

/** Tangents of the results of a recorded function, zeros where none arrives. */
export function tangentsOf(
  { recording, inputSlots, result, outputSlots }: FunctionRecording,
  directions: readonly Tensor[],
): Tensor[] {
  const seeds = inputSlots.flatMap((slot, i) =>
    slot < 0 ? [] : [{ slot, tangent: directions[i] }],
  );
  const found = pushForward(recording, seeds, outputSlots);
  return found.map((t, i) => t ?? zerosOf(result.leaves[i]));
}
