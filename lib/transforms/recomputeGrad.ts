import { isDifferentiable } from '../base/dtype.ts';
import type { LayerHooks, Runtime } from '../base/runtime.ts';
import { runtime } from '../base/runtime.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { flatten, unflatten } from '../core/tree.ts';
import { identity } from '../ops/structural.ts';
import { passThrough } from './passThrough.ts';
import { pullBackThrough } from './reverse.ts';
import { requireFunction, requireSync } from './sync.ts';
import { VariableReads, VariableValues } from './variableReads.ts';
import type { TensorTree } from './vmap.ts';

const op = 'recomputeGrad';

/**
 * The same function, but tapes keep only its inputs: each backward pass computes `f` again. Saves
 * memory where `f` has large intermediate results, for about a third more time.
 *
 * `f` may read variables, which then count as inputs, and draw random numbers, which are the same
 * again. It should do nothing but compute its result: it is called once more in each backward pass.
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
    const { key, counter } = runtime.random;
    const reads = new VariableReads(given);
    const result = unrecorded(() => withLayer(reads, () => requireSync(op, f(...inputs))));
    const { leaves } = flatten(result, isTensor, { op, argument: 'result of f' });
    const variables = [...reads.found.keys()];
    // Tapes did not hear f, so they are told which variables it read.
    for (const variable of variables) variable.read();
    const again = (xs: readonly Tensor[]): readonly Tensor[] => {
      const own = new Map(variables.map((variable, i) => [variable, xs[inputs.length + i]]));
      const body = (): R =>
        withLayer(new VariableValues(own), () => f(...xs.slice(0, inputs.length)));
      return flatten(withRandom({ key, counter }, body), isTensor).leaves;
    };
    const sources = [...inputs, ...reads.found.values()];
    const outputs = passThrough({
      name: op,
      values: leaves,
      sources,
      kept: sources,
      pullBack: (cotangents, kept) => {
        // Handles of their own, so that the same tensor at two places is two inputs.
        const fresh = kept.map((x) => identity(x));
        return pullBackThrough(
          again,
          fresh,
          cotangents,
          fresh.map((x) => isDifferentiable(x.dtype)),
        );
      },
    });
    return unflatten<unknown, Tensor, Tensor>(result, isTensor, outputs) as R;
  };
}

interface Pausable extends LayerHooks {
  paused: boolean;
}

/** Runs `body` so that no tape keeps anything of it. */
function unrecorded<T>(body: () => T): T {
  const hearing = runtime.layers.filter(
    (layer): layer is Pausable => (layer as Partial<Pausable>).paused === false,
  );
  for (const layer of hearing) layer.paused = true;
  try {
    return body();
  } finally {
    for (const layer of hearing) layer.paused = false;
  }
}

function withRandom<T>(state: Runtime['random'], body: () => T): T {
  const { random } = runtime;
  runtime.random = state;
  try {
    return body();
  } finally {
    runtime.random = random;
  }
}
