import { ArgumentError, misuse } from '../base/errors.ts';
import { readOptions } from '../base/options.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GivenArguments, GivenFor, TensorsOf } from './arguments.ts';
import type { AxisTree } from './batchAxes.ts';
import type { AnyFunction } from './functionRecording.ts';
import { grad } from './grad.ts';
import { requireFunction } from './sync.ts';
import type { VmapOptions } from './vmap.ts';
import { vmap } from './vmap.ts';

export interface PerExampleOptions {
  /** The batch axes of the arguments after the parameters: see `vmap`. Default 0. */
  readonly inAxes?: AxisTree;
  /** How many examples run at once: fewer take less memory. */
  readonly chunkSize?: number;
}

const op = 'perExampleGrad';

/**
 * The gradient of a loss for its parameters at each example of a batch, in one pass over the batch.
 *
 * @param f - `(params, ...example) => loss`, written for one example
 * @param options - `inAxes` and `chunkSize`
 * @returns `(params, ...batch) => gradients`, in the structure of the parameters, examples first
 * @throws ArgumentError when `f` returns something other than one tensor, or no argument has a batch
 *   axis
 * @throws ShapeError when batched arguments disagree on the number of examples
 * @example perExampleGrad((w, x) => mul(square(w), x))(3, [1, 2]) // [6, 12]
 */
export function perExampleGrad(
  f: (params: Tensor, ...example: Tensor[]) => Tensor,
  options?: PerExampleOptions,
): (params: TensorLike, ...batch: TensorLike[]) => Tensor;
export function perExampleGrad<P, A extends readonly unknown[]>(
  f: (params: P, ...example: A) => Tensor,
  options?: PerExampleOptions,
): (params: GivenFor<P>, ...batch: GivenArguments<A>) => TensorsOf<P>;
export function perExampleGrad(f: AnyFunction, options?: PerExampleOptions): unknown {
  requireFunction(op, 'f', f);
  const known = { inAxes: true, chunkSize: true } as const;
  const { inAxes = 0, ...rest } = readOptions<PerExampleOptions>(op, options, known);
  const gradient = grad(f as (...args: Tensor[]) => Tensor, { argnums: 0 });
  return (params: TensorLike, ...batch: TensorLike[]) => {
    if (batch.length === 0) {
      const condition = 'be given: at least one argument after the parameters';
      throw misuse(ArgumentError, op, 'batch', condition, 'none');
    }
    const axes = Array.isArray(inAxes) ? (inAxes as readonly AxisTree[]) : batch.map(() => inAxes);
    const mapped: VmapOptions = { ...rest, inAxes: [null, ...axes] };
    return vmap(gradient, mapped)(params, ...batch);
  };
}
