import { readOptions } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { specOf } from '../base/shape.ts';
import type { Argnums, AtArgnums, Chosen } from './argnums.ts';
import { atArgnums, chosenLeaves, readChosenFloats, requireArgnums } from './argnums.ts';
import type { GivenArguments } from './arguments.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import { likeResult, recordFunction } from './functionRecording.ts';
import type { PassOptions, Place } from './jacobianPasses.ts';
import { jacobians, requirePassOptions } from './jacobianPasses.ts';
import { requireFunction } from './sync.ts';

/** The type of a structure of tensors with `R` in place of each. */
export type EachTensor<T, R> = unknown extends T
  ? unknown
  : T extends Tensor
    ? R
    : T extends undefined
      ? never
      : { -readonly [K in keyof T]: EachTensor<T[K], R> };

export interface JacobianOptions<N extends Argnums = Argnums> extends PassOptions {
  /** The argument to differentiate for, or several; default 0. */
  readonly argnums?: N;
}

/** As `JacobianOptions`, where the mode is settled. */
export type ModeOptions<N extends Argnums = Argnums> = Omit<JacobianOptions<N>, 'mode'>;

/** Calls with the function's own arguments; gives, for each tensor of its value, a structure like them. */
export type JacobianFunction<A extends readonly unknown[], R, N> = (
  ...args: GivenArguments<A>
) => EachTensor<R, AtArgnums<A, N>>;

/**
 * The function that computes the Jacobian of `f`: all derivatives of its value.
 *
 * `f` runs once. Rows are then computed by reverse passes or columns by forward passes, whichever are
 * fewer, many at a time. Parts of the value that do not depend on an argument have zeros.
 *
 * @param f - returns a tensor or a structure of tensors
 * @param options - `argnums`, `mode` and `chunkSize`
 * @returns a function of the arguments of `f`; it gives a tensor of shape (…value, …argument), in the
 *   structure of the argument (several: a list) within the structure of the value
 * @throws ArgumentError when an argument that is differentiated is no float tensor, or `f` returns
 *   something else
 * @example jacobian((x) => mul(x, x))([1, 2]) // [[2, 0], [0, 4]]
 * @example jacobian((a, b) => mul(a, b), { argnums: 1 })(3, 2) // 3
 */
export function jacobian<R, const N extends Argnums = 0>(
  f: (...args: Tensor[]) => R,
  options?: JacobianOptions<N>,
): JacobianFunction<Tensor[], R, N>;
export function jacobian<A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: (...args: A) => R,
  options?: JacobianOptions<N>,
): JacobianFunction<A, R, N>;
export function jacobian(f: AnyFunction, options?: JacobianOptions): unknown {
  const known = { argnums: true, mode: true, chunkSize: true } as const;
  const given = readOptions<JacobianOptions>('jacobian', options, known);
  return jacobianFunction('jacobian', f, given);
}

/**
 * As `jacobian`, row by row in reverse mode.
 *
 * @throws ArgumentError as `jacobian` does
 * @example jacrev((x) => mul(x, x))([1, 2]) // [[2, 0], [0, 4]]
 */
export function jacrev<R, const N extends Argnums = 0>(
  f: (...args: Tensor[]) => R,
  options?: ModeOptions<N>,
): JacobianFunction<Tensor[], R, N>;
export function jacrev<A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: (...args: A) => R,
  options?: ModeOptions<N>,
): JacobianFunction<A, R, N>;
export function jacrev(f: AnyFunction, options?: ModeOptions): unknown {
  return jacobianFunction('jacrev', f, { ...readMode('jacrev', options), mode: 'reverse' });
}

/**
 * As `jacobian`, column by column in forward mode.
 *
 * @throws ArgumentError as `jacobian` does
 * @example jacfwd((x) => mul(x, x))([1, 2]) // [[2, 0], [0, 4]]
 */
export function jacfwd<R, const N extends Argnums = 0>(
  f: (...args: Tensor[]) => R,
  options?: ModeOptions<N>,
): JacobianFunction<Tensor[], R, N>;
export function jacfwd<A extends readonly unknown[], R, const N extends Argnums = 0>(
  f: (...args: A) => R,
  options?: ModeOptions<N>,
): JacobianFunction<A, R, N>;
export function jacfwd(f: AnyFunction, options?: ModeOptions): unknown {
  return jacobianFunction('jacfwd', f, { ...readMode('jacfwd', options), mode: 'forward' });
}

function readMode(op: string, options: ModeOptions | undefined): ModeOptions {
  return readOptions<ModeOptions>(op, options, { argnums: true, chunkSize: true });
}

function jacobianFunction(op: string, f: AnyFunction, options: JacobianOptions): unknown {
  requireFunction(op, 'f', f);
  const argnums = requireArgnums(op, options.argnums);
  const passes = requirePassOptions(op, options);
  return (...given: unknown[]) => {
    const chosen = readChosenFloats(op, given, argnums);
    const recorded = recordFunction({ op, f }, chosen.args, chosen.isChosen);
    try {
      const found = jacobiansOf(recorded, chosen, passes);
      return likeResult(
        recorded.result,
        found.map((row) => atArgnums(chosen, (leaf) => row.get(leaf))),
      );
    } finally {
      recorded.recording.clear();
    }
  };
}

/** For each tensor of the result, its derivative for each chosen leaf by the leaf's position. */
export function jacobiansOf(
  { recording, inputSlots, outputSlots, result, args }: FunctionRecording,
  chosen: Chosen,
  passes: PassOptions,
): Map<number, Tensor>[] {
  const leaves = chosenLeaves(chosen);
  const targets = outputSlots.map((slot, i) => placeOf(slot, result.leaves[i]));
  const sources = leaves.map((leaf) => placeOf(inputSlots[leaf], args.leaves[leaf]));
  const found = jacobians({ recording, targets, sources }, passes);
  return found.map((row, t) => {
    const pairs = row.map(
      (one, k) => [leaves[k], one ?? zerosFor(targets[t], sources[k])] as const,
    );
    return new Map(pairs);
  });
}

function placeOf(slot: number, x: Tensor): Place {
  return { slots: slot < 0 ? [] : [slot], spec: x.spec };
}

/** The derivative of a target that does not depend on the source. */
function zerosFor(target: Place, source: Place): Tensor {
  const shape = [...target.spec.shape, ...source.spec.shape];
  return filledTensor(specOf(shape, source.spec.dtype), 0);
}
