import { heldBytes } from './heldBytes.ts';
import { TapeRecording } from './tapeRecording.ts';

/** A recording that tells how many bytes it holds. */
export class MeasuredRecording extends TapeRecording {
  private peak = 0;

  /** Bytes of the values that the records keep. */
  get bytes(): number {
    return heldBytes(this);
  }

  /** The most bytes the records ever kept. */
  get peakBytes(): number {
    return Math.max(this.peak, this.bytes);
  }

  override notePeak(): void {
    this.peak = this.peakBytes;
  }
}
