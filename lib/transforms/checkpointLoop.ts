import { ArgumentError, misuse } from '../base/errors.ts';
import { readOptions, requireFinite, requireInteger } from '../base/options.ts';
import type { Runtime } from '../base/runtime.ts';
import { runtime } from '../base/runtime.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { zipTrees } from '../core/tree.ts';
import { add } from '../ops/elementwise.ts';
import type { Arguments, TensorsOf } from './arguments.ts';
import { readArguments, rebuilt } from './arguments.ts';
import { firstSegment, scheduleWithin, squareSchedule } from './binomialSchedule.ts';
import type { Schedule } from './binomialSchedule.ts';
import { Substitution, withRandom } from './closures.ts';
import { bytesOfLoop } from './loopBytes.ts';
import type { ListFunction, Rerun, Shares } from './replay.ts';
import { pullBackThroughRerun, replayed } from './replay.ts';
import { requireFunction, requireSync } from './sync.ts';

export interface CheckpointLoopOptions {
  /**
   * How many states are kept at a time, and how many steps are recorded at a time. About the square
   * root of `count` unless told: the loop then runs once more than a plain one. With fewer, steps are
   * computed several times.
   */
  readonly snapshots?: number;
  /** Instead of `snapshots`: the bytes that states and recorded steps may take together. */
  readonly bytes?: number;
}

const op = 'checkpointLoop';

/**
 * Repeats `state = step(state, i)` for i = 0 ... count - 1 and returns the last state. Tapes keep a few
 * states instead of every intermediate result: a reverse pass computes the rest again, by the schedule
 * that repeats the fewest steps.
 *
 * `step` may read variables and close over tensors, which then get their gradients too, and draw random
 * numbers, which are the same again. It should do nothing but compute the next state. Second derivatives
 * keep every step.
 *
 * @param initial - a tensor-like or a structure of them
 * @param count - how many steps; none returns `initial`
 * @throws ArgumentError when `step` returns another structure than that of `initial`, or `bytes` do not
 *   hold the least there must be
 * @example checkpointLoop((x) => mul(x, 2), 1, 10) // 1024
 * @example grad((w) => checkpointLoop((x) => mul(x, w), 1, 3))(2) // 12
 * @see Griewank & Walther 2000, Algorithm 799: revolve. Here blocks of steps stand for its steps
 */
export function checkpointLoop<T>(
  step: (state: TensorsOf<T>, index: number) => TensorsOf<T>,
  initial: T,
  count: number,
  options?: CheckpointLoopOptions,
): TensorsOf<T> {
  requireFunction(op, 'step', step);
  const steps = requireInteger(op, 'count', count, { min: 0 });
  const limits = requireLimits(options);
  const args = readArguments(op, [initial], ['initial']);
  const { leaves: state } = args;
  const stepLeaves = leavesStep(step, args);
  const schedule = scheduleFor(limits, stepLeaves, state, steps);
  const run = stepsOf(stepLeaves);
  const whole = { from: 0, to: steps, state, snapshots: schedule.snapshots };
  const segments = sweep(run, whole, schedule);
  const last = segments[segments.length - 1];
  return rebuilt(args, run(last.from, last.to)(last.state))[0] as TensorsOf<T>;
}

type Step = (state: readonly Tensor[], index: number) => readonly Tensor[];

/** The function of the state that steps `from` to `to` are. */
type Steps = (from: number, to: number) => ListFunction;

/** A run of steps that a reverse pass has still to go through. */
interface Segment {
  readonly from: number;
  readonly to: number;
  /** The state before the first of them. */
  readonly state: readonly Tensor[];
  /** How many states may be kept for them, `state` among them. */
  readonly snapshots: number;
  /** Where the random stream stands before the first. */
  readonly random: Runtime['random'];
}

function requireLimits(options: CheckpointLoopOptions | undefined): CheckpointLoopOptions {
  const known = { snapshots: true, bytes: true } as const;
  const given = readOptions<CheckpointLoopOptions>(op, options, known);
  if (given.snapshots !== undefined) requireInteger(op, 'snapshots', given.snapshots, { min: 1 });
  if (given.bytes !== undefined) requireFinite(op, 'bytes', given.bytes, { min: 1 });
  if (given.snapshots !== undefined && given.bytes !== undefined) {
    const got = `snapshots ${String(given.snapshots)} and bytes ${String(given.bytes)}`;
    throw misuse(ArgumentError, op, 'options', 'hold either snapshots or bytes', got);
  }
  return given;
}

function leavesStep<S>(step: (state: S, index: number) => S, args: Arguments): Step {
  return (leaves, index) => {
    const state = rebuilt(args, leaves)[0] as S;
    const next = requireSync(op, step(state, index));
    if (isTensor(state) && isTensor(next)) return [next];
    return zipTrees(op, 'result of step', state, next, isTensor).pairs.map(([, y]) => y);
  };
}

function scheduleFor(
  { snapshots, bytes }: CheckpointLoopOptions,
  step: Step,
  state: readonly Tensor[],
  count: number,
): Schedule {
  if (snapshots !== undefined) return { snapshots, steps: snapshots };
  if (bytes === undefined || count === 0) return squareSchedule(count);
  return scheduleWithin(
    op,
    bytes,
    count,
    bytesOfLoop((xs) => step(xs, 0), state),
  );
}

function stepsOf(step: Step): Steps {
  return (from, to) => (start) => {
    let state = start;
    for (let i = from; i < to; i++) state = step(state, i);
    return state;
  };
}

/**
 * Goes forward from the start of a segment and keeps states on the way. The segments it returns are to
 * be reversed from the last to the first; the last holds no more steps than are recorded at a time.
 */
function sweep(steps: Steps, whole: Omit<Segment, 'random'>, schedule: Schedule): Segment[] {
  const segments: Segment[] = [];
  let { from, state, snapshots } = whole;
  for (;;) {
    const random = { ...runtime.random };
    const blocks = Math.ceil((whole.to - from) / schedule.steps);
    const isLast = blocks <= 1;
    const to = isLast ? whole.to : from + firstSegment(blocks, snapshots) * schedule.steps;
    segments.push({ from, to, state, snapshots, random });
    if (isLast) return segments;
    state = replayed(
      op,
      steps(from, to),
      state,
      pullBackOf(steps, { from, to, snapshots }, schedule),
    );
    from = to;
    snapshots--;
  }
}

/** How cotangents go back through a segment: in blocks, with the states between computed again. */
function pullBackOf(
  steps: Steps,
  segment: Pick<Segment, 'from' | 'to' | 'snapshots'>,
  schedule: Schedule,
): (rerun: Rerun, cotangents: readonly Tensor[]) => Shares {
  return ({ closure, inputs, closed }, cotangents) => {
    const again: Steps = (from, to) => (start) =>
      new Substitution(closure, closed).during(() => steps(from, to)(start));
    const pending: Segment[] = [{ ...segment, state: inputs, random: closure.random }];
    let arriving: readonly (Tensor | null)[] = cotangents;
    const further = new Map<number, Tensor>();
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { from, to, state, random } = next;
      if (to - from > schedule.steps) {
        const whole = next;
        pending.push(...withRandom(random, () => sweep(again, whole, schedule)));
        continue;
      }
      const block = { f: steps(from, to), closure: { ...closure, random }, inputs: state, closed };
      const shares = pullBackThroughRerun(block, arriving);
      arriving = shares.inputs;
      for (const [place, share] of shares.closed) {
        const sum = further.get(place);
        further.set(place, sum === undefined ? share : add(sum, share));
      }
    }
    return { inputs: arriving, closed: further };
  };
}
