import { ArgumentError, misuse } from '../base/errors.ts';

/** How a loop is cut so that it can be reversed within bounds of memory. */
export interface Schedule {
  /** How many states are kept at a time, the initial one among them. */
  readonly snapshots: number;
  /** How many steps are recorded at a time. */
  readonly steps: number;
}

/** Bytes of one state of a loop, and of what a tape keeps of one step. */
export interface LoopBytes {
  readonly state: number;
  readonly step: number;
}

/**
 * The number of blocks that can be reversed with `snapshots` kept states if no block is computed
 * more than `repetitions` times in advance: the binomial coefficient of their sum over either.
 *
 * @see Griewank & Walther 2000, Algorithm 799: revolve, section 2
 */
export function reach(snapshots: number, repetitions: number): number {
  if (snapshots < 0 || repetitions < 0) return 0;
  const least = Math.min(snapshots, repetitions);
  const most = Math.max(snapshots, repetitions);
  let product = 1;
  for (let i = 1; i <= least && product < Number.MAX_SAFE_INTEGER; i++) {
    product = (product * (most + i)) / i;
  }
  return Math.round(product);
}

/** The least number of times that some blocks must be computed in advance. */
export function repetitionsFor(blocks: number, snapshots: number): number {
  let repetitions = 0;
  while (reach(snapshots, repetitions) < blocks) repetitions++;
  return repetitions;
}

/**
 * How many of `blocks` to go before the next state is kept, so that the fewest are computed again.
 *
 * @param snapshots - states that may still be kept, the one at the start among them
 * @see Griewank & Walther 2000, Algorithm 799: the choice of the next checkpoint in `revolve`
 */
export function firstSegment(blocks: number, snapshots: number): number {
  const r = repetitionsFor(blocks, snapshots);
  const before = reach(snapshots, r - 1);
  const after = reach(snapshots - 1, r - 1);
  const afterNext = reach(snapshots - 2, r - 1);
  if (blocks <= before + afterNext) return Math.max(1, reach(snapshots, r - 2));
  if (blocks >= reach(snapshots, r) - reach(snapshots - 3, r)) return before;
  return blocks - after - afterNext;
}

/** The schedule that computes least again: as many states as steps, about the square root of all. */
export function squareSchedule(count: number): Schedule {
  const side = Math.max(1, Math.ceil(Math.sqrt(count)));
  return { snapshots: side, steps: side };
}

/**
 * The schedule that computes least again among those that hold at most `bytes`.
 *
 * @throws ArgumentError when not even one state and the records of one step fit
 */
export function scheduleWithin(
  op: string,
  bytes: number,
  count: number,
  { state, step }: LoopBytes,
): Schedule {
  // The state that is computed at the moment is there besides those that are kept.
  const least = 2 * state + step;
  if (bytes < least) {
    const condition = `hold two states and what is kept of one step: ${String(least)}`;
    throw misuse(ArgumentError, op, 'bytes', condition, String(bytes));
  }
  let best: Schedule = { snapshots: 1, steps: 1 };
  let fewest = Infinity;
  const most = Math.max(1, Math.min(count, Math.floor((bytes - 2 * state) / step)));
  for (let steps = most; steps >= 1; steps = Math.floor(steps * 0.9)) {
    const snapshots = Math.max(1, Math.floor((bytes - steps * step) / Math.max(1, state)) - 1);
    const again = repetitionsFor(Math.ceil(count / steps), snapshots);
    if (again < fewest) {
      fewest = again;
      best = { snapshots: Math.min(snapshots, count), steps };
    }
  }
  return best;
}
