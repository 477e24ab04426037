import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { misfitOf } from './leaves.ts';
import type { CotangentHooks } from './recording.ts';
import { requireSync } from './sync.ts';

/**
 * Sees the cotangent of a tensor once it is complete. What it returns takes its place; nothing leaves
 * it as it is.
 */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a hook that only looks returns nothing
export type GradientHook = (cotangent: Tensor) => Tensor | void;

interface Hook {
  /** A variable has a slot for each value it was read with. */
  readonly slots: () => readonly number[];
  readonly f: GradientHook;
}

/** The hooks of one tape, in the order in which they were set. */
export class GradientHooks implements CotangentHooks {
  private hooks: readonly Hook[] = [];

  /** Adds a hook; returns what takes it away again. */
  add(slots: () => readonly number[], f: GradientHook): () => void {
    const hook = { slots, f };
    this.hooks = [...this.hooks, hook];
    return () => {
      this.hooks = this.hooks.filter((one) => one !== hook);
    };
  }

  forPass(): readonly (readonly [number, (cotangent: Tensor) => Tensor])[] {
    const bySlot = new Map<number, GradientHook[]>();
    for (const { slots, f } of this.hooks) {
      for (const slot of slots()) bySlot.set(slot, [...(bySlot.get(slot) ?? []), f]);
    }
    return [...bySlot]
      .sort(([a], [b]) => b - a)
      .map(([slot, fs]) => [slot, (cotangent) => fs.reduce(called, cotangent)]);
  }
}

function called(cotangent: Tensor, f: GradientHook): Tensor {
  const result: unknown = requireSync('onGradient', f(cotangent));
  if (result === undefined) return cotangent;
  if (!isTensor(result)) {
    const condition = 'be a tensor or undefined';
    throw misuse(ArgumentError, 'onGradient', 'result of hook', condition, formatValue(result));
  }
  const misfit = misfitOf(result, cotangent, "the cotangent's");
  if (misfit !== null) throw misfit('onGradient', 'result of hook');
  return result;
}
