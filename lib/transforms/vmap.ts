import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { readOptions } from '../base/options.ts';
import { requireAxis } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { mapTree } from '../core/tree.ts';
import { broadcastTo, transpose } from '../ops/structural.ts';
import { BatchLayer } from './batching.ts';
import { requireFunction, requireSync } from './sync.ts';

/** Tensors in nested arrays and plain objects, as functions under `vmap` return them. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

export interface VmapOptions {
  /** The batch axis of every argument, or of each; null for one that is the same for all examples. */
  readonly inAxes?: number | null | readonly (number | null)[];
  /** Where the batch axis stands in the results. */
  readonly outAxes?: number;
}

/**
 * Turns a function of one example into a function of a batch, which runs each op once for all.
 *
 * @param f - its result may be a structure of tensors
 * @throws ShapeError when batched arguments disagree on the number of examples
 * @throws ArgumentError when no argument has a batch axis, or `f` returns something else
 * @example vmap((x) => sum(mul(x, x)))([[1, 2], [3, 4]]) // [5, 25]
 */
export function vmap<R extends TensorTree>(
  f: (...examples: Tensor[]) => R,
  options?: VmapOptions,
): (...batches: TensorLike[]) => R {
  requireFunction('vmap', 'f', f);
  const given = readOptions<VmapOptions>('vmap', options, { inAxes: true, outAxes: true });
  const outAxis = given.outAxes ?? 0;
  return (...batches) => {
    const inputs = batches.map((x, i) => asTensor(x, argument(i), 'vmap'));
    const axes = inputAxes(given.inAxes, inputs);
    const layer = new BatchLayer(batchSize(inputs, axes));
    const examples = inputs.map((x, i) => {
      const axis = axes[i];
      return axis === null ? x : layer.example(moveAxis(x, axis, 0));
    });
    return withLayer(layer, () => {
      const results: unknown = requireSync('vmap', f(...examples));
      const names = { op: 'vmap', argument: 'result of f' };
      return mapTree(results, isTensor, (y) => wholeBatch(layer, y, outAxis), names) as R;
    });
  };
}

function argument(index: number): string {
  return `argument ${String(index)}`;
}

function inputAxes(
  inAxes: VmapOptions['inAxes'],
  inputs: readonly Tensor[],
): readonly (number | null)[] {
  if (Array.isArray(inAxes) && inAxes.length !== inputs.length) {
    const condition = `hold one axis per argument: ${String(inputs.length)}`;
    throw misuse(ArgumentError, 'vmap', 'inAxes', condition, String(inAxes.length));
  }
  const axes = Array.isArray(inAxes)
    ? (inAxes as readonly (number | null)[])
    : inputs.map(() => (inAxes === undefined ? 0 : (inAxes as number | null)));
  return axes.map((axis, i) => {
    if (axis === null) return null;
    if (inputs[i].rank === 0) {
      const hint = 'give null in inAxes for what is the same for all examples';
      const got = inputs[i].describe();
      throw misuse(ShapeError, 'vmap', argument(i), 'have a batch axis', got, hint);
    }
    return requireAxis('vmap', axis, inputs[i].rank, 'inAxes');
  });
}

function batchSize(inputs: readonly Tensor[], axes: readonly (number | null)[]): number {
  const sizes = inputs.flatMap((x, i) => {
    const axis = axes[i];
    return axis === null ? [] : [x.shape[axis]];
  });
  if (sizes.length === 0) {
    const condition = 'name a batch axis of at least one argument';
    throw misuse(ArgumentError, 'vmap', 'inAxes', condition, 'none');
  }
  if (sizes.some((size) => size !== sizes[0])) {
    const condition = 'have the same size along their batch axes';
    throw misuse(ShapeError, 'vmap', 'arguments', condition, sizes.join(' and '));
  }
  return sizes[0];
}

// A plain op on what is behind the example, which the layer itself does not care about.
function wholeBatch(layer: BatchLayer, y: Tensor, outAxis: number): Tensor {
  const batch = layer.batchOf(y) ?? broadcastTo(y, [layer.size, ...y.shape]);
  return moveAxis(batch, 0, requireAxis('vmap', outAxis, batch.rank, 'outAxes'));
}

function moveAxis(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const rest = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== from);
  return transpose(x, [...rest.slice(0, to), from, ...rest.slice(to)]);
}
