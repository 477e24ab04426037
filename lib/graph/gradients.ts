import type { DType } from '../base/dtype.ts';
import { isFloat } from '../base/dtype.ts';
import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { requireShape, specOf } from '../base/shape.ts';
import { requireDType } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { MapLeaves } from '../core/tree.ts';
import { flatten, unflatten } from '../core/tree.ts';
import { requireCotangents } from '../transforms/leaves.ts';
import { Recording } from '../transforms/recording.ts';
import { reverse } from '../transforms/reverse.ts';
import type { TensorTree } from '../transforms/vmap.ts';
import { Graph } from './graph.ts';

/**
 * A symbol whose value each `Session.run` is fed; only inside `Graph.run`.
 *
 * @param shape - concrete sizes; a scalar when left out
 * @param name - for feeding by name, and for messages
 */
export function placeholder(dtype: DType, shape: Shape = [], name?: string): Tensor {
  const graph = runtime.layers.filter((layer) => layer instanceof Graph).at(-1);
  if (graph === undefined) {
    throw misuse(UnsupportedError, 'placeholder', 'call', 'stand inside Graph.run', 'eager mode', 'there, use a tensor');
  }
  const spec = specOf(requireShape('placeholder', 'shape', shape), requireDType('placeholder', dtype));
  return graph.placeholder(spec, name ?? `placeholder_${String(graph.nodes.length)}`);
}

export interface GradientsOptions {
  /** Cotangents of `ys`, in their structure; a null stands for ones, the default. */
  readonly gradYs?: Tensor | null | readonly unknown[] | { readonly [key: string]: unknown };
  /** Symbols that count as constants. */
  readonly stopGradients?: readonly Tensor[];
  /** What an x gets that no y depends on: null (the default) or zeros. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/**
 * Symbols of the derivatives of the sum of `ys` with respect to each of `xs`, in the structure of
 * `xs`: builds nodes in the graph of `ys` and computes nothing.
 *
 * @throws UnsupportedError in eager mode, as TensorFlow does: use `GradientTape` there
 */
export function gradients<const X extends TensorTree>(
  ys: TensorTree,
  xs: X,
  options: GradientsOptions & { readonly unconnectedGradients: 'zero' },
): MapLeaves<X, Tensor, Tensor>;
export function gradients<const X extends TensorTree>(
  ys: TensorTree,
  xs: X,
  options?: GradientsOptions,
): MapLeaves<X, Tensor, Tensor | null>;
export function gradients<const X extends TensorTree>(
  ys: TensorTree,
  xs: X,
  options?: GradientsOptions,
): MapLeaves<X, Tensor, Tensor | null> {
  const known = { gradYs: true, stopGradients: true, unconnectedGradients: true } as const;
  const given = readOptions<GradientsOptions>('gradients', options, known);
  const policy = given.unconnectedGradients ?? 'none';
  requireOneOf('gradients', 'unconnectedGradients', policy, ['none', 'zero']);
  const targets = flatten(ys, isTensor, { op: 'gradients', argument: 'ys' }).leaves;
  const sources = flatten(xs, isTensor, { op: 'gradients', argument: 'xs' }).leaves;
  if (targets.length === 0) {
    throw misuse(ArgumentError, 'gradients', 'ys', 'hold at least one symbol', 'an empty structure');
  }
  const graph = graphOf(targets);
  const given2 = requireCotangents('gradients', 'gradYs', given.gradYs, ys, targets);
  const cotangents = targets.map((y, i) => given2?.[i] ?? filledTensor(y.spec, 1));
  const found = graph.run(() => derive(graph, targets, cotangents, sources, given.stopGradients ?? []));
  return unflatten(xs, isTensor, policy === 'none' ? found : found.map((g, i) => g ?? filledTensor(sources[i].spec, 0)));
}

function graphOf(targets: readonly Tensor[]): Graph {
  for (const y of targets) {
    const layer = y.storage === null ? (y as TracedTensor<unknown>).layer : null;
    if (layer instanceof Graph) return layer;
  }
  const condition = 'be symbols of a graph';
  const hint = 'gradients is not supported when executing eagerly; use GradientTape';
  throw misuse(UnsupportedError, 'gradients', 'ys', condition, formatValue(targets[0].describe()), hint);
}

// The graph's nodes are what a tape would have recorded, so they are differentiated as a tape's.
function derive(
  graph: Graph,
  targets: readonly Tensor[],
  cotangents: readonly Tensor[],
  sources: readonly Tensor[],
  constants: readonly Tensor[],
): (Tensor | null)[] {
  const recording = new Recording();
  try {
    for (const node of [...graph.nodes]) {
      const isConstant = node.outputs.some((y) => constants.includes(y));
      if (node.kind === 'computation' && !isConstant) {
        recording.recordIfFollowed(node.op, node.inputs, node.outputs, node.params);
      }
      // Only now, so that a source computed from another source is followed through its own node.
      for (const x of node.outputs) if (sources.includes(x) && isFloat(x.dtype)) recording.watch(x);
    }
    const seeds = targets.flatMap((y, i) => {
      const slot = recording.slotOf(y);
      return slot < 0 ? [] : [{ slot, cotangent: cotangents[i] }];
    });
    const slots = sources.map((x) => recording.slotOf(x));
    const found = reverse(recording, seeds, slots.filter((slot) => slot >= 0), true);
    let next = 0;
    return slots.map((slot) => (slot >= 0 ? found[next++] : null));
  } finally {
    recording.clear();
  }
}
