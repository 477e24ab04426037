/** Runs units while one mutant is active; the parent says which, and stops what does not end. */
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { neg } from '../../lib/ops/arithmetic.ts';
import { logicalNot } from '../../lib/ops/compare.ts';
import { units } from './units.ts';

/** What instrumented files see as `M`. */
interface Mutation {
  /** The mutant in force, or -1. */
  active: number;
  /** Collects the places that are reached, while it is there. */
  seen: Set<number> | undefined;
  /** Compute again what modules computed when they were loaded. */
  readonly constants: readonly (() => void)[];
  negate: (x: Tensor | null) => Tensor | null;
}

export interface Baseline {
  readonly name: string;
  readonly milliseconds: number;
  /** First mutant of each place that the unit reaches. */
  readonly places: readonly number[];
  readonly error?: string;
}

export type Request =
  | { readonly kind: 'baseline' }
  | { readonly kind: 'mutant'; readonly id: number; readonly units: readonly number[] };
export type Answer =
  | { readonly baseline: readonly Baseline[] }
  | { readonly id: number; readonly caughtBy: string | null };

const mutation = (globalThis as unknown as { __mutation: Mutation }).__mutation;

mutation.negate = (x) => x && (x.dtype === 'bool' ? logicalNot(x) : neg(x));

const { random, defaultFloat, allocate } = runtime;

async function failureOf(index: number): Promise<string | undefined> {
  Object.assign(runtime, { layers: [], random: { ...random }, defaultFloat, allocate });
  try {
    await units[index].run();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function baseline(): Promise<readonly Baseline[]> {
  const found: Baseline[] = [];
  for (let i = 0; i < units.length; i++) {
    mutation.seen = new Set();
    const start = performance.now();
    const error = await failureOf(i);
    const milliseconds = performance.now() - start;
    const places = [...mutation.seen];
    found.push({
      name: units[i].name,
      milliseconds,
      places,
      ...(error !== undefined && { error }),
    });
  }
  mutation.seen = undefined;
  return found;
}

function setActive(id: number): void {
  mutation.active = id;
  mutation.constants.forEach((compute) => compute());
}

async function caughtBy(id: number, indices: readonly number[]): Promise<string | null> {
  setActive(id);
  try {
    for (const i of indices) if ((await failureOf(i)) !== undefined) return units[i].name;
    return null;
  } finally {
    setActive(-1);
  }
}

/** Answers the parent's requests until it is killed. */
export function serve(): void {
  process.on('message', (request: Request) => {
    const answer: Promise<Answer> =
      request.kind === 'baseline'
        ? baseline().then((found) => ({ baseline: found }))
        : caughtBy(request.id, request.units).then((name) => ({ id: request.id, caughtBy: name }));
    void answer.then((message) => process.send?.(message));
  });
}
