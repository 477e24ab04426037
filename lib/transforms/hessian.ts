import { readOptions, requireInteger } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { diagonal } from '../ops/diagonal.ts';
import { concat } from '../ops/joining.ts';
import { slice } from '../ops/slicing.ts';
import { reshape } from '../ops/structural.ts';
import type { Argnums, AtArgnums, Chosen } from './argnums.ts';
import { atArgnums, chosenLeaves, readChosenFloats, requireArgnums } from './argnums.ts';
import type { GivenArguments } from './arguments.ts';
import { chunksOf, defaultChunkSize } from './batchedPasses.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import type { EachTensor, ModeOptions } from './jacobian.ts';
import { jacobiansOf } from './jacobian.ts';
import { directional } from './jacobianPasses.ts';
import { zerosOf } from './leaves.ts';
import { recordGradient } from './scalarGradient.ts';
import { requireFunction } from './sync.ts';

/** Calls with the function's own arguments; gives, for each tensor of those chosen, a structure like them. */
export type HessianFunction<A extends readonly unknown[], N> = (
  ...args: GivenArguments<A>
) => EachTensor<AtArgnums<A, N>, AtArgnums<A, N>>;

/** Calls with the function's own arguments; gives a structure like those chosen. */
export type DiagonalFunction<A extends readonly unknown[], N> = (
  ...args: GivenArguments<A>
) => AtArgnums<A, N>;

/**
 * The function that computes the Hessian of `f`: all second derivatives of a scalar.
 *
 * Forward over reverse mode: `f` runs once, and as many forward passes as the arguments have elements
 * go through the computation of its gradient, many at a time.
 *
 * @param f - returns a scalar
 * @param options - `argnums` and `chunkSize`
 * @returns a function of the arguments of `f`; it gives a tensor of shape (…argument, …argument), for
 *   structures and several arguments each pair of tensors in a structure within a structure
 * @throws ShapeError when `f` does not return a scalar
 * @throws ArgumentError when an argument that is differentiated is no float tensor, or `f` returns
 *   something other than one tensor
 * @example hessian((x) => sum(mul(x, mul(x, x))))([1, 2]) // [[6, 0], [0, 12]]
 */
export function hessian<const N extends Argnums = 0>(
  f: (...args: Tensor[]) => Tensor,
  options?: ModeOptions<N>,
): HessianFunction<Tensor[], N>;
export function hessian<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options?: ModeOptions<N>,
): HessianFunction<A, N>;
export function hessian(f: AnyFunction, options?: ModeOptions): unknown {
  return withGradient('hessian', f, options, (recorded, chosen, chunkSize) => {
    const passes = { mode: 'forward', ...(chunkSize !== undefined && { chunkSize }) } as const;
    const rows = jacobiansOf(recorded, chosen, passes);
    const places = chosenLeaves(chosen);
    return atArgnums(chosen, (row) => {
      const derivatives = rows[places.indexOf(row)];
      return atArgnums(chosen, (column) => derivatives.get(column));
    });
  });
}

/**
 * The function that computes the diagonal of the Hessian of `f`: the second derivative for each element
 * by itself. As many forward passes as `hessian`, but memory for one chunk of them only.
 *
 * @param f - returns a scalar
 * @param options - `argnums` and `chunkSize`
 * @returns a function of the arguments of `f`; it gives the structure of the argument chosen, of
 *   several a list
 * @throws ShapeError or ArgumentError as `hessian` does
 * @example hessianDiagonal((x) => sum(mul(x, mul(x, x))))([1, 2]) // [6, 12]
 */
export function hessianDiagonal<const N extends Argnums = 0>(
  f: (...args: Tensor[]) => Tensor,
  options?: ModeOptions<N>,
): DiagonalFunction<Tensor[], N>;
export function hessianDiagonal<A extends readonly unknown[], const N extends Argnums = 0>(
  f: (...args: A) => Tensor,
  options?: ModeOptions<N>,
): DiagonalFunction<A, N>;
export function hessianDiagonal(f: AnyFunction, options?: ModeOptions): unknown {
  return withGradient('hessianDiagonal', f, options, (recorded, chosen, chunkSize) =>
    atArgnums(chosen, (leaf) => {
      const place = chosenLeaves(chosen).indexOf(leaf);
      return diagonalFor(recorded, leaf, recorded.outputSlots[place], chunkSize);
    }),
  );
}

/** A function that records the gradient of `f` at its arguments and hands it to `compute`. */
function withGradient(
  op: string,
  f: AnyFunction,
  options: ModeOptions | undefined,
  compute: (recorded: FunctionRecording, chosen: Chosen, chunkSize?: number) => unknown,
): (...given: unknown[]) => unknown {
  requireFunction(op, 'f', f);
  const read = readOptions<ModeOptions>(op, options, { argnums: true, chunkSize: true });
  const argnums = requireArgnums(op, read.argnums);
  const { chunkSize } = read;
  if (chunkSize !== undefined) requireInteger(op, 'chunkSize', chunkSize, { min: 1 });
  return (...given) => {
    const chosen = readChosenFloats(op, given, argnums);
    const recorded = recordGradient({ op, f }, chosen.args, chosen.isChosen);
    try {
      return compute(recorded, chosen, chunkSize);
    } finally {
      recorded.recording.clear();
    }
  };
}

function diagonalFor(
  { recording, inputSlots, args }: FunctionRecording,
  leaf: number,
  gradientSlot: number,
  chunkSize = defaultChunkSize(recording),
): Tensor {
  const { spec } = args.leaves[leaf];
  const source = { slots: [inputSlots[leaf]], spec };
  const target = { slots: [gradientSlot], spec };
  const all = { recording, targets: [target], sources: [source] };
  const parts: Tensor[] = [];
  for (const chunk of chunksOf(spec.size, chunkSize)) {
    const { first, count } = chunk;
    const [found] = directional(all, source, chunk);
    // Where one direction changes nothing, none does: the gradient does not depend on the source.
    if (found === null) return zerosOf(args.leaves[leaf]);
    const rows = reshape(found, [count, spec.size]);
    parts.push(diagonal(slice(rows, [0, first], [count, count])));
  }
  return parts.length === 0 ? zerosOf(args.leaves[leaf]) : reshape(concat(parts), spec.shape);
}
