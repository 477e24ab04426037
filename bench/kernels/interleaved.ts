/*
 * Everything is measured in turn, round by round, and compared within a round: a change of the
 * machine's speed then hits both sides.
 */

const leastMilliseconds = 4;

/** Nanoseconds a call of each, by round, after a warm-up. */
export function interleaved(runs: readonly (() => unknown)[], rounds: number): number[][] {
  const repeats = runs.map(repeatsOf);
  const times = runs.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    runs.forEach((run, i) => times[i].push(time(run, repeats[i])));
  }
  return times;
}

function repeatsOf(run: () => unknown): number {
  let repeats = 1;
  for (let warm = 0; warm < 3; warm++) {
    while (time(run, repeats) * repeats < leastMilliseconds * 1e6) repeats *= 2;
  }
  return repeats;
}

/** Keeps results alive, so that no engine removes the work that made them. */
export const sink: { value: unknown } = { value: null };

function time(run: () => unknown, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) sink.value = run();
  return ((performance.now() - start) * 1e6) / repeats;
}
