import { misuse, TapeError } from '../base/errors.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { pushLayer, removeLayer } from '../core/apply.ts';
import { disposeSymbol } from './dispose.ts';
import { isPromise, requireFunction, requireSync } from './sync.ts';

/** Serial numbers of tensors between which nothing was recorded. */
export interface Silence {
  readonly from: number;
  readonly to: number;
  readonly kind: 'stopped' | 'paused';
}

/** A layer that marks the tensors it follows. */
interface RecordingLayer extends Layer {
  remarkWatched(): void;
}

/** A forgotten tape in a loop would slow every op, so there is a limit to how many may record. */
const mostOpen = 64;

/**
 * What tapes and accumulators have in common: they record from their construction until `stop()` or
 * disposal, and `run(f)` bounds the recording to a function.
 */
export abstract class Recorder {
  protected abstract readonly layer: RecordingLayer;
  /** What it is called in messages. */
  protected abstract get noun(): string;
  protected state: 'recording' | 'stopped' | 'used' | 'disposed' = 'stopped';
  private inRun = false;
  private startedAt = 0;
  private stoppedAt = Infinity;
  private silences: Silence[] | null = null;

  /** Whether ops are being recorded at this moment. */
  get isRecording(): boolean {
    return this.state === 'recording';
  }

  /**
   * Records while `f` runs, and stops after it; returns what `f` returns. May be called again: the
   * recording then goes on.
   *
   * @throws TapeError inside its own `run`, or when `f` returns a promise
   */
  run<T>(f: (recorder: this) => T): T {
    requireFunction('run', 'f', f);
    if (this.inRun) {
      throw misuse(TapeError, 'run', this.noun, 'not be inside its own run', 'a nested call');
    }
    this.enter();
    this.inRun = true;
    try {
      const result = f(this);
      if (isPromise(result)) this.forget();
      return requireSync('run', result);
    } finally {
      this.inRun = false;
      this.stop();
    }
  }

  /** Ends the recording; what was recorded can still be used. */
  stop(): void {
    if (this.state !== 'recording') return;
    removeLayer(this.layer);
    this.stoppedAt = runtime.nextSerial;
    this.state = 'stopped';
  }

  /** Stops and lets go of everything: what `using` calls at the end of its block. */
  [disposeSymbol](): void {
    this.stop();
    this.dispose();
    this.state = 'disposed';
  }

  /** Lets go of everything. */
  protected abstract dispose(): void;

  /** Drops what an async callback recorded. */
  protected abstract forget(): void;

  protected start(op: string): void {
    if (this.state === 'disposed') throw this.disposedError(op);
    if (runtime.layers.length >= mostOpen) throw tooMany(op, this.noun);
    if (this.stoppedAt === Infinity) this.startedAt = runtime.nextSerial;
    else this.resume();
    pushLayer(this.layer);
    this.state = 'recording';
  }

  private resume(): void {
    this.noteSilence('stopped', this.stoppedAt);
    this.layer.remarkWatched();
  }

  /** Remembers that nothing was recorded since serial `from`. */
  protected noteSilence(kind: Silence['kind'], from: number): void {
    (this.silences ??= []).push({ from, to: runtime.nextSerial, kind });
  }

  /** Why a tensor of this serial was not seen when it was made; null if it could have been. */
  protected silenceAt(serial: number): 'before' | 'stopped' | 'paused' | null {
    if (serial < this.startedAt) return 'before';
    const silence = this.silences?.find(({ from, to }) => serial >= from && serial < to);
    if (silence !== undefined) return silence.kind;
    return this.state !== 'recording' && serial >= this.stoppedAt ? 'stopped' : null;
  }

  protected disposedError(op: string): Error {
    const hint = 'call it inside the block of using; at the top level of a REPL write const';
    return misuse(TapeError, op, this.noun, 'not be disposed', `a disposed ${this.noun}`, hint);
  }

  // Layers nest in the order in which they are entered: `run` counts as entering.
  private enter(): void {
    if (this.state !== 'recording') {
      this.start('run');
    } else if (runtime.layers[runtime.layers.length - 1] !== this.layer) {
      removeLayer(this.layer);
      pushLayer(this.layer);
    }
  }
}

function tooMany(op: string, noun: string): Error {
  const condition = `record ${String(mostOpen)} at a time at most`;
  const hint = 'end each with stop(), run(f), using, or gradient';
  return misuse(TapeError, op, `${noun}s`, condition, String(mostOpen + 1), hint);
}
