import { misuse, TapeError } from '../base/errors.ts';
import { below } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { inspectCustom } from '../core/tensor.ts';
import { describeLeaf } from './explain.ts';
import type { Leaf } from './leaves.ts';
import { onesOf } from './leaves.ts';
import { locationOf, operandText, recordRow } from './listing.ts';
import { untracked } from './recording.ts';
import type { Passage } from './reverse.ts';
import { passages } from './reverse.ts';
import { writtenRule } from './ruleText.ts';
import type { InspectableRecording } from './inspectableRecording.ts';

/** One op as the reverse pass goes through it. Prints as text. */
export class ReverseStep {
  readonly op: string;
  /** `path:line:column` of the call, known in debug mode. */
  readonly location: string | null;
  /** Names of inputs and outputs, as the listing of the tape has them: `%2`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What arrives: the cotangent of each output; null for zero. */
  readonly cotangents: readonly (Tensor | null)[];
  /** What is handed on: a share of the cotangent of each input; null for none. */
  readonly shares: readonly (Tensor | null)[];
  private readonly passage: Passage;
  private readonly recording: InspectableRecording;

  constructor(recording: InspectableRecording, passage: Passage) {
    const { entry, arriving, needed, shares } = passage;
    const { op, inputs, outputs, firstInput, firstOutput } = entry;
    this.op = op.name;
    this.location = locationOf(recording, entry);
    this.inputs = inputs.map((x, k) =>
      operandText(recording, recording.inputSlots[firstInput + k], x),
    );
    this.outputs = outputs.map((_, j) => `%${String(firstOutput + j)}`);
    this.cotangents = arriving;
    this.shares = shares.map((share, k) => (needed[k] ? share : null));
    this.passage = passage;
    this.recording = recording;
  }

  /**
   * The op's own rule: for each input that gets a share, an expression of the arriving cotangent `g`
   * (of `g0`, `g1`, ... for several outputs). Computed when it is asked for.
   */
  get rule(): string {
    return this.expressions()
      .flatMap((text, k) => (text === null ? [] : [`${this.inputs[k]} gets ${text}`]))
      .join('; ');
  }

  toString(): string {
    const several = this.cotangents.length > 1;
    const arriving = this.cotangents.flatMap((g, j) =>
      g === null ? [] : [`  g${several ? String(j) : ''} = ${g.toString()}`],
    );
    const handedOn = this.expressions().flatMap((text, k) => {
      const share = this.shares[k];
      return text === null || share === null
        ? []
        : [`  ${this.inputs[k]} gets ${text} = ${share.toString()}`];
    });
    const [assignment, spec, place] = recordRow(this.recording, this.passage.entry);
    return [`${assignment}  ${spec}  ${place}`.trimEnd(), ...arriving, ...handedOn].join('\n');
  }

  [inspectCustom](): string {
    return this.toString();
  }

  private expressions(): readonly (string | null)[] {
    const { entry, arriving, needed } = this.passage;
    const at = this.recording.pointOf(entry);
    const write = (): readonly (string | null)[] => writtenRule(at, arriving, needed, this);
    // No tape should hear this, but what stands for values needs the layer that made it.
    const held = [...at.inputs, ...at.outputs, ...arriving];
    return held.some((x) => x?.storage === null) ? write() : below(0, write);
  }
}

/** The reverse pass from `target`, one step at a time; the recording hears and loses nothing. */
export function steps(
  recording: InspectableRecording,
  target: Leaf,
  sources: readonly Leaf[] | null,
): Generator<ReverseStep, void> {
  const slot = recording.targetSlot(target);
  if (slot < 0) {
    const condition = 'be computed from what the tape watches';
    const hint = 'tape.explain(target, source) tells why it is not';
    throw misuse(TapeError, 'steps', 'target', condition, describeLeaf(target), hint);
  }
  const from =
    sources === null
      ? recording.leaves().map((leaf) => leaf.slot)
      : recording.sourceSlots(sources).slots.filter((one) => one !== untracked);
  const pass = passages(recording, [{ slot, cotangent: onesOf(target) }], from, false);
  return walked(recording, pass);
}

function* walked(
  recording: InspectableRecording,
  pass: Generator<Passage, unknown>,
): Generator<ReverseStep, void> {
  for (;;) {
    const { done, value } = silently(recording, () => pass.next());
    if (done === true) return;
    yield new ReverseStep(recording, value);
  }
}

function silently<T>(recording: InspectableRecording, f: () => T): T {
  const { paused } = recording;
  recording.paused = true;
  try {
    return f();
  } finally {
    recording.paused = paused;
  }
}
