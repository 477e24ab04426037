import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GivenArguments, TensorsOf } from './arguments.ts';
import { readArguments } from './arguments.ts';
import type { AnyFunction, FunctionResult } from './functionRecording.ts';
import { likeResult, runFunction } from './functionRecording.ts';
import { replayed } from './replay.ts';
import { requireFunction } from './sync.ts';

const op = 'recomputeGrad';

/**
 * The same function, but tapes keep only its inputs: each backward pass computes `f` again. Saves
 * memory where `f` has large intermediate results, for about a third more time.
 *
 * `f` may read variables and close over tensors, which then count as inputs, and draw random numbers,
 * which are the same again. It should do nothing but compute its result: it is called once more for
 * each derivative.
 *
 * @param f - an argument is a tensor or a structure of tensors, and so is its result
 * @throws ArgumentError when an argument is something else, or `f` returns something else
 * @example grad(recomputeGrad((x) => mul(x, mul(x, x))))(2) // 12
 */
export function recomputeGrad<R>(
  f: (...inputs: Tensor[]) => R,
): (...inputs: TensorLike[]) => TensorsOf<R>;
export function recomputeGrad<A extends readonly unknown[], R>(
  f: (...inputs: A) => R,
): (...inputs: GivenArguments<A>) => TensorsOf<R>;
export function recomputeGrad(f: AnyFunction): unknown {
  requireFunction(op, 'f', f);
  return (...given: unknown[]) => {
    const args = readArguments(
      op,
      given,
      given.map((_, i) => `inputs[${String(i)}]`),
    );
    // The first run gives the structure; it must not stay, or its tensors would.
    let first: FunctionResult | null = null;
    const leavesOf = (inputs: readonly Tensor[]): readonly Tensor[] => {
      const result = runFunction({ op, f }, args, inputs);
      first ??= result;
      return result.leaves;
    };
    const outputs = replayed(op, leavesOf, args.leaves);
    const result = likeResult(first as unknown as FunctionResult, outputs);
    first = null;
    return result;
  };
}

export { recomputeGrad as checkpoint };
