/*
 * Small times on a shared machine: a figure is the median over rounds, and what is compared is
 * measured in turn within each round, so that a change of the machine's speed hits both sides.
 */

export interface Task {
  readonly name: string;
  /** How many units (ops, cycles, objects) one call of `run` does. */
  readonly units: number;
  readonly run: () => void;
}

export interface Figure {
  readonly name: string;
  /** Nanoseconds a unit. */
  readonly median: number;
  readonly fastest: number;
}

const rounds = 25;
const leastMilliseconds = 4;

/** Measures the tasks in turn and returns a figure for each. */
export function measure(tasks: readonly Task[]): Figure[] {
  const repeats = tasks.map(repeatsOf);
  const samples = tasks.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    tasks.forEach((task, i) => samples[i].push(time(task, repeats[i])));
  }
  return tasks.map(({ name }, i) => {
    const sorted = samples[i].sort((a, b) => a - b);
    return { name, median: sorted[Math.floor(rounds / 2)], fastest: sorted[0] };
  });
}

/** Warms a task up and finds how many calls make a sample long enough for the clock. */
function repeatsOf(task: Task): number {
  let repeats = 1;
  for (let warm = 0; warm < 3; warm++) {
    while (time(task, repeats) * task.units * repeats < leastMilliseconds * 1e6) repeats *= 2;
  }
  return repeats;
}

function time({ run, units }: Task, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return ((performance.now() - start) * 1e6) / (units * repeats);
}

/** Keeps results alive, so that no engine removes the work that made them. */
export const sink: { value: unknown } = { value: null };

class Small {
  readonly index: number;
  readonly values: Float32Array;

  constructor(index: number, values: Float32Array) {
    this.index = index;
    this.values = values;
  }
}

/**
 * The calibration loop: new small objects with a `Float32Array(4)`, of which `alive` live at a time.
 * An op that a tape keeps cannot be cheaper than this many of them.
 */
export function calibration(alive: number): Task {
  const ring = new Array<Small | null>(alive).fill(null);
  const units = Math.max(alive, 1024);
  return {
    name: `calibration loop, ${String(alive)} alive`,
    units,
    run: () => {
      for (let i = 0; i < units; i++) ring[i % alive] = new Small(i, new Float32Array(4));
      sink.value = ring;
    },
  };
}
