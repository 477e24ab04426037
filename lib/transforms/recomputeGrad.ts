import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { flatten, unflatten } from '../core/tree.ts';
import { replayed } from './replay.ts';
import { requireFunction, requireSync } from './sync.ts';
import type { TensorTree } from './vmap.ts';

const op = 'recomputeGrad';

/**
 * The same function, but tapes keep only its inputs: each backward pass computes `f` again. Saves
 * memory where `f` has large intermediate results, for about a third more time.
 *
 * `f` may read variables and close over tensors, which then count as inputs, and draw random numbers,
 * which are the same again. It should do nothing but compute its result: it is called once more for
 * each derivative.
 *
 * @param f - takes tensors and returns a tensor or a structure of them
 * @example grad(recomputeGrad((x) => mul(x, mul(x, x))))(2) // 12
 */
export function recomputeGrad<R extends TensorTree>(
  f: (...inputs: Tensor[]) => R,
): (...inputs: TensorLike[]) => R {
  requireFunction(op, 'f', f);
  return (...given) => {
    const inputs = given.map((x, i) => asTensor(x, `inputs[${String(i)}]`, op));
    // The first run gives the structure; it must not stay, or its tensors would.
    let structure: unknown;
    const leavesOf = (xs: readonly Tensor[]): readonly Tensor[] => {
      const result = requireSync(op, f(...xs));
      if (structure === undefined) structure = result;
      return flatten(result, isTensor, { op, argument: 'result of f' }).leaves;
    };
    const outputs = replayed(op, leavesOf, inputs);
    const result = unflatten<unknown, Tensor, Tensor>(structure, isTensor, outputs) as R;
    structure = null;
    return result;
  };
}

export { recomputeGrad as checkpoint };
