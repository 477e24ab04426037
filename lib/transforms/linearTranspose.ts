import { ArgumentError, misuse } from '../base/errors.ts';
import { withLayer } from '../core/apply.ts';
import type { ArgumentsOf, LikesOf, MirrorOf, PrimalsOnly } from './arguments.ts';
import { mirrored, readLike, readPrimals, requireFloats } from './arguments.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import { recordFunction } from './functionRecording.ts';
import { placed, zerosOf } from './leaves.ts';
import { Recording, untracked } from './recording.ts';
import { requireFunction } from './sync.ts';
import { pullBack } from './vjp.ts';

const op = 'linearTranspose';

/**
 * The transpose of a linear function: from cotangents of its value to those of its arguments, without
 * a point to differentiate at.
 *
 * `f` runs once, on zeros. It must be linear: of what its pullback computes nothing may depend on the
 * arguments, and it must map zeros to zeros.
 *
 * @param f - returns a tensor or a structure of tensors
 * @param primals - only their structure, shapes and dtypes matter; an array is the list of arguments,
 *   anything else the only argument
 * @returns `(cotangent) => cotangents`, in the form of `primals`
 * @throws ArgumentError when `f` is not linear, an argument is no float tensor, or `f` returns something
 *   else
 * @throws ShapeError or DTypeError when a cotangent does not match the value
 * @example linearTranspose((x) => mul(x, [2, 3]), [[0, 0]])([1, 10]) // [[2, 30]]
 */
export function linearTranspose<const P, R>(
  f: (...args: ArgumentsOf<P>) => R,
  primals: P & PrimalsOnly<P>,
): (cotangent: LikesOf<R>) => MirrorOf<P>;
export function linearTranspose(f: AnyFunction, primals: unknown): unknown {
  requireFunction(op, 'f', f);
  const given = readPrimals(op, primals);
  requireFloats(op, given);
  const args = { ...given, leaves: given.leaves.map(zerosOf) };
  const witness = new Recording();
  try {
    for (const x of args.leaves) witness.watch(x);
    const recorded = withLayer(witness, () => recordFunction({ op, f }, args));
    requireZeros(recorded);
    const cotangents = recorded.result.leaves.map(zerosOf);
    const found = withLayer(witness, () => pullBack(recorded, cotangents));
    // Also what is cut off from the arguments, as the side of a comparison that a value is on.
    if (found.some((g) => witness.slotOf(g) !== untracked)) throw notLinear('one that is not');
    return (cotangent: unknown) => {
      const { tree, leaves } = recorded.result;
      return mirrored(args, pullBack(recorded, readLike(op, 'cotangent', cotangent, tree, leaves)));
    };
  } finally {
    witness.clear();
  }
}

/** A linear function maps zeros to zeros; where values are not known, nothing can be told. */
function requireZeros({ result }: FunctionRecording): void {
  result.leaves.forEach((y, i) => {
    if (y.storage?.some((value: number) => value !== 0) === true)
      throw notLinear(`another value for zeros, in ${placed('result of f', result.paths[i])}`);
  });
}

function notLinear(got: string): Error {
  const hint = 'vjp gives the pullback at a point of any function';
  return misuse(ArgumentError, op, 'f', 'be linear', got, hint);
}
