import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { readOptions, requireInteger } from '../base/options.ts';
import { requireAxis } from '../base/shape.ts';
import { withLayer } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { concat } from '../ops/joining.ts';
import { slice } from '../ops/slicing.ts';
import { broadcastTo, transpose } from '../ops/structural.ts';
import type { Arguments, GivenArguments } from './arguments.ts';
import { isInner, isTop, readArguments } from './arguments.ts';
import type { AxisTree } from './batchAxes.ts';
import { axesFor } from './batchAxes.ts';
import type { Chunk } from './batchedPasses.ts';
import { chunksOf } from './batchedPasses.ts';
import { BatchLayer } from './batching.ts';
import type { AnyFunction, FunctionResult } from './functionRecording.ts';
import { likeResult, runFunction } from './functionRecording.ts';
import { requireFunction } from './sync.ts';

/** Tensors in nested arrays and plain objects. */
export type TensorTree = Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

export interface VmapOptions {
  /**
   * The batch axis of every argument, or a list with one for each argument: an axis, null for what is
   * the same for all examples, or axes in the structure of the argument. Default 0.
   */
  readonly inAxes?: AxisTree;
  /**
   * Where the batch axis stands in the results: one for all, or in their structure; null for a result
   * that is the same for all examples. Default 0.
   */
  readonly outAxes?: AxisTree;
  /** How many examples run at once: fewer take less memory. `f` runs once for each chunk. */
  readonly chunkSize?: number;
}

const op = 'vmap';

/**
 * Turns a function of one example into a function of a batch, which runs each op once for all.
 *
 * What `f` finds in a closure is the same for all examples.
 *
 * @param f - an argument is a tensor or a structure of tensors, and so is its result
 * @param options - `inAxes`, `outAxes` and `chunkSize`
 * @throws ShapeError when batched arguments disagree on the number of examples
 * @throws ArgumentError when no argument has a batch axis, axes do not have the structure of what they
 *   are for, or `f` returns something else
 * @throws AxisError when an axis is outside the rank
 * @example vmap((x) => sum(mul(x, x)))([[1, 2], [3, 4]]) // [5, 25]
 * @example vmap((a, b) => mul(a, b), { inAxes: [0, null] })([1, 2], 10) // [10, 20]
 */
export function vmap<R>(
  f: (...examples: Tensor[]) => R,
  options?: VmapOptions,
): (...batches: TensorLike[]) => R;
export function vmap<A extends readonly unknown[], R>(
  f: (...examples: A) => R,
  options?: VmapOptions,
): (...batches: GivenArguments<A>) => R;
export function vmap(f: AnyFunction, options?: VmapOptions): unknown {
  requireFunction(op, 'f', f);
  const known = { inAxes: true, outAxes: true, chunkSize: true } as const;
  const given = readOptions<VmapOptions>(op, options, known);
  const { inAxes = 0, outAxes = 0, chunkSize } = given;
  if (chunkSize !== undefined) requireInteger(op, 'chunkSize', chunkSize, { min: 1 });
  return (...batches: unknown[]) => {
    const args = readArguments(
      op,
      batches,
      batches.map((_, i) => `argument ${String(i)}`),
    );
    const axes = inputAxes(inAxes, args);
    const size = batchSize(args, axes);
    const whole = args.leaves.map((x, i) => {
      const axis = axes[i];
      return axis === null ? x : moveAxis(x, axis, 0);
    });
    const mapped = { f, args, whole, axes, outAxes };
    if (chunkSize === undefined || chunkSize >= size) return allAtOnce(mapped, size);
    return inChunks(mapped, chunksOf(size, chunkSize));
  };
}

/** One call of a mapped function. */
interface Mapped {
  readonly f: AnyFunction;
  readonly args: Arguments;
  /** The leaves of the arguments, with the batch axis first where they have one. */
  readonly whole: readonly Tensor[];
  readonly axes: readonly (number | null)[];
  readonly outAxes: AxisTree;
}

function allAtOnce(mapped: Mapped, size: number): unknown {
  const layer = new BatchLayer(size);
  const { result, axes } = runBatch(layer, mapped, mapped.whole);
  const found = result.leaves.map((y, i) => {
    const axis = axes[i];
    return axis === null ? y : moveAxis(wholeBatch(layer, y), 0, axis);
  });
  return likeResult(result, found);
}

function inChunks(mapped: Mapped, chunks: readonly Chunk[]): unknown {
  const ran = chunks.map((chunk) => {
    const layer = new BatchLayer(chunk.count);
    const inputs = mapped.whole.map((x, i) => (mapped.axes[i] === null ? x : rowsOf(x, chunk)));
    const { result, axes } = runBatch(layer, mapped, inputs);
    const parts = result.leaves.map((y, i) => (axes[i] === null ? y : wholeBatch(layer, y)));
    return { result, axes, parts };
  });
  const [{ result, axes, parts }] = ran;
  const found = parts.map((first, i) => {
    const axis = axes[i];
    if (axis === null) return first;
    return moveAxis(concat(ran.map((one) => one.parts[i])), 0, axis);
  });
  return likeResult(result, found);
}

interface Batch {
  readonly result: FunctionResult;
  /** Where the batch axis goes, for each tensor of the result. */
  readonly axes: readonly (number | null)[];
}

/** Runs the function on examples of `inputs`; its result stands for one example. */
function runBatch(layer: BatchLayer, mapped: Mapped, inputs: readonly Tensor[]): Batch {
  const { f, args, axes, outAxes } = mapped;
  const examples = inputs.map((x, i) => (axes[i] === null ? x : layer.example(x)));
  const result = withLayer(layer, () => runFunction({ op, f }, args, examples));
  return { result, axes: resultAxes(layer, result, outAxes) };
}

function rowsOf(x: Tensor, { first, count }: Chunk): Tensor {
  const rest = x.shape.slice(1);
  return slice(x, [first, ...rest.map(() => 0)], [count, ...rest]);
}

function inputAxes(inAxes: AxisTree, { trees, leaves, names }: Arguments): (number | null)[] {
  if (Array.isArray(inAxes) && inAxes.length !== trees.length) {
    const condition = `hold one axis per argument: ${String(trees.length)}`;
    throw misuse(ArgumentError, op, 'inAxes', condition, String(inAxes.length));
  }
  const given = trees.flatMap((tree, i) => {
    const [argument, own] = Array.isArray(inAxes)
      ? [`inAxes[${String(i)}]`, (inAxes as readonly AxisTree[])[i]]
      : ['inAxes', inAxes];
    const isLeaf = isTop(tree) ? (): boolean => true : isInner;
    return axesFor({ op, argument, isLeaf }, own, tree);
  });
  return leaves.map((x, i) => {
    const axis = given[i];
    if (axis === null) return null;
    if (x.rank === 0) {
      const hint = 'give null in inAxes for what is the same for all examples';
      throw misuse(ShapeError, op, names[i], 'have a batch axis', x.describe(), hint);
    }
    return requireAxis(op, axis, x.rank, 'inAxes');
  });
}

function resultAxes(
  layer: BatchLayer,
  { tree, leaves }: FunctionResult,
  outAxes: AxisTree,
): (number | null)[] {
  const given = axesFor({ op, argument: 'outAxes', isLeaf: isTensor }, outAxes, tree);
  return leaves.map((y, i) => {
    const axis = given[i];
    if (axis !== null) return requireAxis(op, axis, y.rank + 1, 'outAxes');
    if (layer.batchOf(y) === null) return null;
    const condition = 'give an axis for a result that depends on the example';
    throw misuse(ArgumentError, op, 'outAxes', condition, 'null');
  });
}

function batchSize({ leaves }: Arguments, axes: readonly (number | null)[]): number {
  const sizes = leaves.flatMap((x, i) => {
    const axis = axes[i];
    return axis === null ? [] : [x.shape[axis]];
  });
  if (sizes.length === 0) {
    const condition = 'name a batch axis of at least one argument';
    throw misuse(ArgumentError, op, 'inAxes', condition, 'none');
  }
  if (sizes.some((size) => size !== sizes[0])) {
    const condition = 'have the same size along their batch axes';
    throw misuse(ShapeError, op, 'arguments', condition, sizes.join(' and '));
  }
  return sizes[0];
}

// A plain op on what is behind the example, which the layer itself does not care about.
function wholeBatch(layer: BatchLayer, y: Tensor): Tensor {
  return layer.batchOf(y) ?? broadcastTo(y, [layer.size, ...y.shape]);
}

function moveAxis(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const rest = Array.from({ length: x.rank }, (_, i) => i).filter((i) => i !== from);
  return transpose(x, [...rest.slice(0, to), from, ...rest.slice(to)]);
}
