import { readOptions, requireBoolean } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import type { ArgumentsOf, LikesOf, MirrorOf, PrimalsOnly } from './arguments.ts';
import { mirrored, readLike, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import { recordFunction } from './functionRecording.ts';
import { zerosOf } from './leaves.ts';
import { reverse } from './reverse.ts';
import { requireFunction } from './sync.ts';

/** A value computed along with the one that is differentiated: see the option `aux`. */
export interface WithAux<R, X> {
  readonly value: R;
  readonly aux: X;
}

/** The value of a function and its pullback. */
export interface VjpResult<P, R> {
  readonly value: R;
  /** The cotangents of the primals, in their structure, from a cotangent of the value. */
  readonly pullback: (cotangent: LikesOf<R>) => MirrorOf<P>;
}

export interface AuxOption {
  /** Whether the function returns `{value, aux}`, of which only `value` is differentiated. */
  readonly aux?: boolean;
}

/**
 * The value of `f` and its pullback: the product of a cotangent with the Jacobian, from the left.
 *
 * `f` runs once; the pullback replays what was recorded, as often as it is called, and can itself be
 * differentiated. Where `f` does not depend on an argument its cotangent is zeros.
 *
 * @param f - returns a tensor or a structure of tensors; with `aux: true` `{value, aux}`
 * @param primals - an array is the list of arguments, anything else the only argument
 * @returns `{value, pullback}`, and `aux` if asked for; `pullback(cotangent)` has the form of `primals`
 * @throws ArgumentError when an argument is no float tensor, or `f` returns something else
 * @throws ShapeError or DTypeError when a cotangent does not match the value
 * @example vjp((x) => mul(x, x), [[1, 2]]).pullback([1, 10]) // [[2, 40]]
 * @example vjp((a, b) => mul(a, b), [2, 3]).pullback(1) // [3, 2]
 */
export function vjp<const P, R, X>(
  f: (...args: ArgumentsOf<P>) => WithAux<R, X>,
  primals: P & PrimalsOnly<P>,
  options: { readonly aux: true },
): VjpResult<P, R> & { readonly aux: X };
export function vjp<const P, R>(
  f: (...args: ArgumentsOf<P>) => R,
  primals: P & PrimalsOnly<P>,
  options?: { readonly aux?: false },
): VjpResult<P, R>;
export function vjp(f: AnyFunction, primals: unknown, options?: AuxOption): unknown {
  const op = 'vjp';
  requireFunction(op, 'f', f);
  const hasAux = requireAuxOption(op, options);
  const args = readPrimals(op, primals);
  requireFloats(op, args);
  const recorded = recordFunction({ op, f, hasAux }, args);
  const { tree, leaves, aux } = recorded.result;
  const pullback = (cotangent: unknown): unknown => {
    const given = readLike('pullback', 'cotangent', cotangent, tree, leaves);
    return mirrored(args, pullBack(recorded, given));
  };
  return hasAux ? { value: tree, pullback, aux } : { value: tree, pullback };
}

/** Reads the option bag of a transformation whose only option is `aux`. */
export function requireAuxOption(op: string, options: AuxOption | undefined): boolean {
  const { aux = false } = readOptions<AuxOption>(op, options, { aux: true });
  return requireBoolean(op, 'aux', aux);
}

/** Cotangents of all leaves of the arguments, zeros where none arrives; the records stay. */
export function pullBack(
  { recording, args, inputSlots, outputSlots }: FunctionRecording,
  cotangents: readonly Tensor[],
): Tensor[] {
  const seeds = outputSlots.flatMap((slot, i) =>
    slot < 0 ? [] : [{ slot, cotangent: cotangents[i] }],
  );
  const found = reverse(recording, seeds, inputSlots, false);
  return found.map((g, i) => g ?? zerosOf(args.leaves[i]));
}
