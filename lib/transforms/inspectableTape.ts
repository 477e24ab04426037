import { requireInteger } from '../base/options.ts';
import { inspectCustom } from '../core/tensor.ts';
import type { Explanation } from './explanation.ts';
import { explained, explainedAsUsed, requireLeaf } from './explanation.ts';
import type { Leaf } from './leaves.ts';
import { listing } from './listing.ts';
import { Recorder } from './recorder.ts';
import type { TapeRecording } from './tapeRecording.ts';

/** How many lines of sources, and of ops, a listing has unless it is told otherwise. */
const mostLines = 40;

/** What a tape tells of itself. Nothing here uses the tape up or changes what it records. */
export abstract class InspectableTape extends Recorder {
  /** Whether the records are kept, so that several gradients can be taken. */
  abstract readonly persistent: boolean;
  protected abstract override readonly layer: TapeRecording;

  /**
   * How `target` depends on `source`, op by op along a shortest way, or the first reason why no
   * gradient gets from the one to the other. Prints as text; `cause` and `path` are for programs.
   *
   * @param target - one tensor or variable
   * @param source - one tensor or variable
   * @throws ArgumentError for anything else
   * @example
   * const tape = new GradientTape();
   * const x = scalar(3);
   * const y = mul(x, x);
   * tape.explain(y, x).cause // 'never watched'
   */
  explain(target: Leaf, source: Leaf): Explanation {
    const y = requireLeaf('explain', 'target', target);
    const x = requireLeaf('explain', 'source', source);
    if (this.state === 'used' || this.state === 'disposed') return explainedAsUsed(this.state);
    return explained(this.layer, y, x, (serial) => this.silenceAt(serial));
  }

  /**
   * Writes the records to the console, numbered, each with shapes and, in debug mode, the line of the
   * program; of a long tape the first and the last ones.
   *
   * @param most - how many lines of sources and of ops to write, 40 by default
   * @throws ArgumentError when `most` is no positive integer
   */
  print(most = mostLines): void {
    requireInteger('print', 'most', most, { min: 1 });
    console.log(this.listing(most));
  }

  /** What `print` writes. */
  override toString(): string {
    return this.listing(mostLines);
  }

  [inspectCustom](): string {
    const hint = this.isGone
      ? ''
      : this.layer.entries.length === 0
        ? '; compute with what it watches'
        : '; tape.print() lists them, tape.explain(y, x) tells how y depends on x';
    return `${this.headline()}${hint}`;
  }

  private get isGone(): boolean {
    return this.state === 'used' || this.state === 'disposed';
  }

  private listing(most: number): string {
    return listing(this.layer, this.headline(), most);
  }

  /** `GradientTape (persistent, recording): 3 ops, 2 sources`. */
  private headline(): string {
    const { entries } = this.layer;
    const kind = this.persistent ? 'persistent, ' : '';
    const state = this.state === 'recording' && !this.isRecording ? 'paused' : this.state;
    const content = this.isGone
      ? 'its records are gone'
      : `${countOf(entries.length, 'op')}, ${countOf(this.layer.leaves().length, 'source')}`;
    return `GradientTape (${kind}${state}): ${content}`;
  }
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
