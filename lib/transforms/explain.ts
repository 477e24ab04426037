import { isDifferentiable } from '../base/dtype.ts';
import type { UnconnectedCause } from '../base/errors.ts';
import { UnconnectedGradientError } from '../base/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Leaf } from './leaves.ts';
import { valueOf } from './leaves.ts';
import { untracked } from './recording.ts';
import type { InspectableRecording } from './inspectableRecording.ts';
import type { Obstacle } from './obstacles.ts';
import { findObstacle, leadsBack } from './obstacles.ts';

/** Why a source is unconnected: what happened to it, told after `got a tensor ...`, and what to do. */
export interface Finding {
  readonly cause: UnconnectedCause;
  readonly story: string;
  readonly hint: string;
}

/** Why a tensor of some serial was not seen when it was made; null if it could have been. */
export type SilenceAt = (serial: number) => 'before' | 'stopped' | 'paused' | null;

/** All that is known of a gradient that does not exist. */
interface Case {
  readonly recording: InspectableRecording;
  readonly targets: readonly Tensor[];
  readonly source: Leaf;
  readonly slots: readonly number[];
  readonly silenceAt: SilenceAt;
}

const orElse = "pass {unconnectedGradients: 'zero'} for zeros or 'none' for null";

/** The first cause found of a gradient that does not exist. */
export function whyUnconnected(
  recording: InspectableRecording,
  targets: readonly Leaf[],
  source: Leaf,
  silenceAt: SilenceAt,
): Finding {
  const slots = recording.sourceSlots([source]).slots.filter((slot) => slot !== untracked);
  return findCause({ recording, targets: targets.map(valueOf), source, slots, silenceAt });
}

/** The error for a source whose gradient a rule on the way declared to be absent. */
export function nullGradientError(
  name: string,
  source: Leaf,
  op = 'gradient',
): UnconnectedGradientError {
  return unconnectedError(op, name, source, {
    cause: 'cut',
    story: ' for which a rule on the way to the target gave null, no gradient',
    hint: 'a custom gradient returns null where none passes',
  });
}

/** The error for a result of a forward accumulator that no primal led to. */
export function unconnectedJvp(
  name: string,
  result: Leaf,
  silenceAt: SilenceAt,
): UnconnectedGradientError {
  const { cause, story, hint } = missingTangent(result, silenceAt);
  const got = `${describeLeaf(result)}${story}; ${hint} (or ${orElse})`;
  return new UnconnectedGradientError(
    'jvp',
    name,
    cause,
    `jvp: ${name} must depend on the primals; got ${got}`,
  );
}

/** The error for a source that no target depends on. */
export function unconnectedError(
  op: string,
  name: string,
  source: Leaf,
  { cause, story, hint }: Finding,
): UnconnectedGradientError {
  const got = `${describeLeaf(source)}${story}; ${hint} (or ${orElse})`;
  const message = `${op}: ${name} must reach the target; got ${got}`;
  return new UnconnectedGradientError(op, name, cause, message);
}

/** `a tensor float32 [3]`, for messages. */
export function describeLeaf(leaf: Leaf): string {
  return isTensor(leaf)
    ? `a tensor ${leaf.describe()}`
    : `variable '${leaf.name}' ${leaf.describe()}`;
}

function findCause(known: Case): Finding {
  const found = notWatched(known) ?? watchedTooLate(known) ?? notRecorded(known) ?? cutOff(known);
  return found ?? elsewhere(known) ?? leftAsNumbers(known) ?? notDerived;
}

function notWatched({ recording, targets, source, slots }: Case): Finding | null {
  const cause = 'never watched';
  if (!isDifferentiable(source.dtype)) {
    return {
      cause,
      story: ' whose dtype has no derivatives',
      hint: 'use float32 or float64',
    };
  }
  if (slots.length > 0) return null;
  if (!isTensor(source)) return variableNotWatched(recording, source.trainable);
  const slot = recording.slotOf(source);
  const hint = 'call tape.watch(x) before the computation';
  if (slot !== untracked) {
    const story = ` that is cut off from what was watched by ${recording.cutOf(slot).op.name}, and was not watched itself`;
    return { cause, story, hint };
  }
  // A recording that follows both could have told.
  const others = trackersOf(source);
  if (targets.some((y) => trackersOf(y).some((id) => others.includes(id)))) {
    const story = ' that another tape watched, but not this one';
    return {
      cause: 'another tape',
      story,
      hint: 'ask that tape, or call tape.watch(x) on this one',
    };
  }
  return neverWatched;
}

/** The recordings that have followed `x`. */
function trackersOf(x: Tensor): number[] {
  const others = (x.otherTrackers ?? []).filter((_, i) => i % 2 === 0);
  return x.trackerId === 0 ? others : [x.trackerId, ...others];
}

function variableNotWatched(recording: InspectableRecording, trainable: boolean): Finding {
  const cause = 'never watched';
  const hint = 'call tape.watch(v) before the computation';
  if (!recording.watchesReads) {
    return { cause, story: ' of a tape made with watchAccessedVariables: false', hint };
  }
  if (!trainable)
    return { cause, story: ' that is not trainable, so reading does not watch it', hint };
  return {
    cause,
    story: ' that was not read while the tape was recording',
    hint: 'use the variable itself in the computation, while the tape records',
  };
}

function watchedTooLate({ recording, targets, source, slots }: Case): Finding | null {
  const moment = Math.min(...slots.map((slot) => recording.watchMoment(slot) ?? 0));
  const isLate = targets.some((y) => recording.slotOf(y) === untracked && y.serial < moment);
  if (!isLate) return null;
  const story = ` that was ${isTensor(source) ? 'watched' : 'first read'} only after the target was computed`;
  return { cause: 'watched after use', story, hint: 'call tape.watch(x) before the computation' };
}

function notRecorded({ recording, targets, silenceAt }: Case): Finding | null {
  const cause = 'computed after recording stopped';
  for (const y of targets) {
    const silence = recording.slotOf(y) === untracked ? silenceAt(y.serial) : null;
    if (silence === 'stopped') {
      const hint = 'compute it before stop() and gradient, or inside run(f)';
      return { cause, story: ', but the target was computed after recording stopped', hint };
    }
    if (silence === 'paused') {
      const hint = 'compute it outside that call';
      return {
        cause,
        story: ', but the target was computed while stopRecording paused the tape',
        hint,
      };
    }
  }
  return null;
}

function cutOff({ recording, targets, slots }: Case): Finding | null {
  const starts = targets.map((y) => recording.slotOf(y));
  const obstacle = findObstacle(recording, starts, slots);
  if (obstacle !== null) return toldOf(recording, obstacle);
  // Nothing was recorded of reads of a variable that is not watched, so the path ends there.
  if (!starts.includes(untracked)) return null;
  const assignment = recording
    .allAssignments()
    .find(
      ({ slot, variable }) => !recording.isWatched(variable) && leadsBack(recording, [slot], slots),
    );
  return assignment === undefined ? null : toldOf(recording, assignment);
}

function toldOf(recording: InspectableRecording, obstacle: Obstacle): Finding {
  if ('variable' in obstacle) {
    const story = ` that reaches the target only through variable '${obstacle.variable.name}'; assigning cuts the gradient`;
    return {
      cause: 'assigned',
      story,
      hint: 'use the assigned tensor itself, or take the gradient for the variable',
    };
  }
  const { name, derivative } = obstacle.op;
  const reason =
    derivative.kind === 'zero'
      ? 'through which no gradient passes'
      : 'whose result has no derivatives';
  const hint = `leave ${name} out of the path if there should be a gradient`;
  const location = recording.sites?.get(obstacle)?.location;
  const place = typeof location === 'string' ? ` (${location})` : '';
  const story = ` that reaches the target only through ${name}${place}, ${reason}`;
  return { cause: 'cut', story, hint };
}

function elsewhere({ recording, targets }: Case): Finding | null {
  const isElsewhere = targets.some((y) => recording.slotOf(y) === untracked && y.trackerId !== 0);
  if (!isElsewhere) return null;
  const story = ', but the target was recorded by another tape only';
  return {
    cause: 'another tape',
    story,
    hint: 'ask that tape, or record the computation on this one',
  };
}

function leftAsNumbers({ recording, slots }: Case): Finding | null {
  const read = recording.slotsReadBack();
  if (!leadsBack(recording, read, slots)) return null;
  const story = ' that left the library as plain numbers (dataSync, item, ...)';
  return { cause: 'read back', story, hint: 'compute with tensors up to the target' };
}

/** A source that no recording has seen. */
export const neverWatched: Finding = {
  cause: 'never watched',
  story: ' that was never watched',
  hint: 'call tape.watch(x) before the computation',
};

/** Where nothing else is known. */
export const notDerived: Finding = {
  cause: 'not derived',
  story: ' from which the target was not computed',
  hint: 'check that the target depends on it',
};

function missingTangent(result: Leaf, silenceAt: SilenceAt): Finding {
  if (!isDifferentiable(result.dtype)) {
    const story = ' whose dtype has no derivatives';
    return { cause: 'cut', story, hint: 'an op with an integer or bool result cuts the path' };
  }
  const silence = isTensor(result) ? silenceAt(result.serial) : null;
  if (silence === 'before') {
    const story = ' that was computed before the accumulator was made';
    return { cause: 'watched after use', story, hint: 'make the accumulator first' };
  }
  if (silence !== null) {
    const story = ' that was computed after recording stopped';
    return {
      cause: 'computed after recording stopped',
      story,
      hint: 'compute it before stop(), or inside run(f)',
    };
  }
  const story = ' that was not computed from them, or only through an op that no gradient passes';
  return { cause: 'not derived', story, hint: 'check that it depends on a primal' };
}
