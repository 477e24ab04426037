import type { UnconnectedCause } from '../base/errors.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';
import { inspectCustom } from '../core/tensor.ts';
import type { DType } from '../base/dtype.ts';
import type { SilenceAt } from './explain.ts';
import { describeLeaf, whyUnconnected } from './explain.ts';
import type { Leaf } from './leaves.ts';
import { isLeaf } from './leaves.ts';
import type { Row } from './listing.ts';
import { aligned, describeSpec, headAndTail, locationOf, recordRow, specIn } from './listing.ts';
import { findPath } from './paths.ts';
import type { Entry } from './recording.ts';
import type { InspectableRecording } from './inspectableRecording.ts';

/** One op between the source and the target of an explanation. */
export interface PathStep {
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** `path:line:column` of the call, known in debug mode. */
  readonly location: string | null;
}

/** Why there is no gradient; null when there is one. */
export type BreakCause = UnconnectedCause | 'not differentiable' | 'used tape' | null;

/** What `tape.explain` found: text for people, and the same as fields. */
export class Explanation {
  readonly isConnected: boolean;
  /** The first cause found of a gradient that does not exist. */
  readonly cause: BreakCause;
  /** The ops on a shortest way from the source to the target. */
  readonly path: readonly PathStep[];
  private readonly text: string;

  constructor(cause: BreakCause, path: readonly PathStep[], text: string) {
    this.isConnected = cause === null;
    this.cause = cause;
    this.path = path;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  [inspectCustom](): string {
    return this.text;
  }
}

const mostLines = 40;

/** How `target` depends on `source`, or why it does not; changes nothing. */
export function explained(
  recording: InspectableRecording,
  target: Leaf,
  source: Leaf,
  silenceAt: SilenceAt,
): Explanation {
  const starts = [recording.targetSlot(target)];
  const goals = recording.sourceSlots([source]).slots;
  const path = findPath(recording, starts, goals);
  if (path === null) {
    const { cause, story, hint } = whyUnconnected(recording, [target], source, silenceAt);
    const text = `no gradient (${cause}): ${describeLeaf(source)}${story}; ${hint}`;
    return new Explanation(cause, [], text);
  }
  const entries = path.map((i) => recording.entries[i]);
  const steps = entries.map((entry) => stepOf(recording, entry));
  const blocked = entries.find(({ op }) => op.derivative.kind === 'none');
  const rows = headAndTail(entries.length, mostLines, 'ops', (i) =>
    recordRow(recording, entries[i]),
  );
  return new Explanation(
    blocked === undefined ? null : 'not differentiable',
    steps,
    [
      `${headline(target, source, entries.length)}${obstacleText(blocked)}`,
      ...sourceRows(recording, entries, source, rows),
    ].join('\n'),
  );
}

/** The explanation of a tape whose records are gone. */
export function explainedAsUsed(state: 'used' | 'disposed'): Explanation {
  const text =
    state === 'used'
      ? 'the records are gone, because the tape was used for a gradient already; ask before that, or create it with new GradientTape({persistent: true})'
      : 'the records are gone, because the tape was disposed; ask inside the block of using';
  return new Explanation('used tape', [], text);
}

/** Checks an argument that is one tensor or variable. */
export function requireLeaf(op: string, argument: string, value: unknown): Leaf {
  if (isLeaf(value)) return value;
  const condition = 'be one tensor or variable';
  throw misuse(ArgumentError, op, argument, condition, formatValue(value));
}

function headline(target: Leaf, source: Leaf, count: number): string {
  if (count === 0) return `the target is the source: ${describeLeaf(source)}`;
  const ops = count === 1 ? '1 op' : `${count.toLocaleString('en')} ops`;
  return `${describeLeaf(target)} depends on ${describeLeaf(source)} through ${ops}`;
}

function obstacleText(blocked: Entry | undefined): string {
  if (blocked?.op.derivative.kind !== 'none') return '';
  return `, but ${blocked.op.name} has no derivative: ${blocked.op.derivative.reason}`;
}

function sourceRows(
  recording: InspectableRecording,
  entries: readonly Entry[],
  source: Leaf,
  rows: readonly Row[],
): string[] {
  if (entries.length === 0) return [];
  const { slots } = recording.sourceSlots([source]);
  const { firstInput, inputs } = entries[0];
  const k = inputs.findIndex((_, i) => slots.includes(recording.inputSlots[firstInput + i]));
  const slot = recording.inputSlots[firstInput + k];
  const first: Row = [`%${String(slot)} = source`, describeSpec(specIn(inputs[k])), ''];
  return aligned([first, ...rows]);
}

function stepOf(recording: InspectableRecording, entry: Entry): PathStep {
  const { shape, dtype } = specIn(entry.outputs[0]);
  return { op: entry.op.name, shape, dtype, location: locationOf(recording, entry) };
}
