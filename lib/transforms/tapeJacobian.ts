import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import { specOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { unitDirections } from './batchedPasses.ts';
import { nullGradientError } from './explain.ts';
import type { GradientRequest } from './gradientRequest.ts';
import type { PassOptions, Place } from './jacobianPasses.ts';
import { jacobians, requirePassOptions } from './jacobianPasses.ts';
import type { Leaf } from './leaves.ts';
import { isLeaf, leafName, requireLeaves, valueOf } from './leaves.ts';
import { PassCollector } from './passCollector.ts';
import type { SourceSlots, TapeRecording } from './tapeRecording.ts';

/** Options of a tape's `jacobian`. */
export interface TapeJacobianOptions extends PassOptions {
  /** For a source that the target does not depend on: null, zeros, or (by default) an error. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/** The request of one call of `jacobian` or `batchJacobian`, checked. */
export interface JacobianRequest extends Omit<GradientRequest, 'sparse'> {
  readonly passes: PassOptions;
  /** The length of the batch, whose examples do not mix; absent where derivatives are not batched. */
  readonly examples?: number;
}

/** Checks the arguments of `jacobian`. */
export function requireJacobian(
  target: unknown,
  tree: unknown,
  options: TapeJacobianOptions | undefined,
): JacobianRequest {
  const op = 'jacobian';
  const known = { unconnectedGradients: true, mode: true, chunkSize: true } as const;
  const given = readOptions<TapeJacobianOptions>(op, options, known);
  const policy = given.unconnectedGradients;
  if (policy !== undefined) requireOneOf(op, 'unconnectedGradients', policy, ['none', 'zero']);
  const passes = requirePassOptions(op, given);
  const hint = 'call it once for each target of a persistent tape';
  const targets = [requireLeaf(op, 'target', target, hint)];
  const sources = requireLeaves(op, 'sources', tree);
  return { targets, cotangents: null, sources, tree, policy, passes };
}

/** Checks the arguments of `batchJacobian`. */
export function requireBatchJacobian(
  target: unknown,
  source: unknown,
  options: PassOptions | undefined,
): JacobianRequest {
  const op = 'batchJacobian';
  const given = readOptions<PassOptions>(op, options, { mode: true, chunkSize: true });
  const passes = requirePassOptions(op, given);
  const y = requireLeaf(op, 'target', target, 'call it once for each');
  const x = requireLeaf(op, 'source', source, 'call it once for each');
  for (const [name, leaf] of [['target', y] as const, ['source', x] as const]) {
    if (leaf.shape.length >= 2) continue;
    const condition = 'have a batch axis and at least one more';
    throw misuse(ShapeError, op, name, condition, `shape ${formatShape(leaf.shape)}`);
  }
  const examples = y.shape[0];
  if (x.shape[0] !== examples) {
    const got = `${formatShape(y.shape)} and ${formatShape(x.shape)}`;
    throw misuse(ShapeError, op, 'target and source', 'have one length of the first axis', got);
  }
  return {
    targets: [y],
    cotangents: null,
    sources: [x],
    tree: x,
    policy: 'zero',
    passes,
    examples,
  };
}

function requireLeaf(op: string, argument: string, given: unknown, hint: string): Leaf {
  if (isLeaf(given)) return given;
  throw misuse(ArgumentError, op, argument, 'be one tensor or variable', formatValue(given), hint);
}

/**
 * How a tape goes about it: hooks see reverse passes alone, so one that has some takes no other.
 *
 * @throws ArgumentError when forward passes are asked of a tape with hooks
 */
export function passesOn(
  recording: TapeRecording,
  { passes, examples }: JacobianRequest,
): PassOptions {
  if (recording.hookedSlots().length === 0) return passes;
  if (passes.mode === 'forward') {
    const op = examples === undefined ? 'jacobian' : 'batchJacobian';
    const condition = "be 'reverse' on a tape with hooks, which forward passes do not call";
    throw misuse(ArgumentError, op, 'mode', condition, "'forward'", 'leave it out');
  }
  return { ...passes, mode: 'reverse' };
}

/** The Jacobian for each source of a request: null, zeros or an error where none is, as its policy wants it. */
export function tapeJacobians(
  request: JacobianRequest,
  recording: TapeRecording,
  { slots, owners }: SourceSlots,
): (Tensor | null)[] {
  const { targets, sources, passes, examples, policy } = request;
  const target = placeOf(targets[0], [recording.targetSlot(targets[0])]);
  const places = sources.map((source, i) => {
    const others = owners?.flatMap((owner, k) => (owner === i ? [slots[sources.length + k]] : []));
    return placeOf(source, [slots[i], ...(others ?? [])]);
  });
  const [found] = jacobians(
    { recording, targets: [target], sources: places, ...(examples !== undefined && { examples }) },
    passes,
  );
  return found.map((jacobian, i) => {
    const present = jacobian ?? ofItself(request, i);
    if (present !== null || policy === 'none') return present;
    if (policy === undefined) {
      throw nullGradientError(leafName('sources', request.tree, i), sources[i], 'jacobian');
    }
    const { dtype, shape } = places[i].spec;
    const rest = examples === undefined ? shape : shape.slice(1);
    return filledTensor(specOf([...target.spec.shape, ...rest], dtype), 0);
  });
}

function placeOf(leaf: Leaf, slots: readonly number[]): Place {
  return { slots: slots.filter((slot) => slot >= 0), spec: valueOf(leaf).spec };
}

/** The derivative of what is target and source at once, recorded or not; null for any other source. */
function ofItself(
  { targets: [target], sources, examples }: JacobianRequest,
  i: number,
): Tensor | null {
  if (sources[i] !== target || !isDifferentiable(target.dtype)) return null;
  const { spec } = valueOf(target);
  const batch = Math.max(1, examples ?? 1);
  const chunk = { first: 0, count: spec.size / batch };
  const collector = new PassCollector(spec.dtype, chunk.count, batch, chunk.count);
  collector.add(chunk, unitDirections(spec, chunk, examples));
  return collector.finish([...spec.shape, ...spec.shape.slice(examples === undefined ? 0 : 1)]);
}
