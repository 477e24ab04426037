import type { AnyOp, Derivative, RowShare } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { addGradients, IndexedSlices } from './indexedSlices.ts';
import type { Gradient } from './indexedSlices.ts';
import type { Recording } from './recording.ts';
import { Entry } from './recording.ts';
import type { Seed } from './reverse.ts';
import { reverse } from './reverse.ts';

/**
 * As `reverse`, but shares for whole rows of a source stay rows where the op's rule gives them so. A
 * source that was itself computed gets a dense gradient, which its own inputs need, and so does one
 * with a hook, which wants to see the whole.
 */
export function reverseSparse(
  recording: Recording,
  seeds: readonly Seed[],
  sources: readonly number[],
  release: boolean,
): (Gradient | null)[] {
  const rows = new Map<number, IndexedSlices[]>();
  const { entries } = recording;
  const hooked = recording.hookedSlots();
  const places = new Set(sources.filter((slot) => !hooked.includes(slot)));
  const replayed = collecting(recording, places, rows);
  recording.entries = replayed;
  try {
    const found: (Tensor | null)[] = reverse(recording, seeds, sources, release);
    return sources.map((slot, i) => withRows(found[i], rows.get(slot)));
  } finally {
    // A tape that is still recording has heard the pass itself.
    for (let i = entries.length; i < replayed.length; i++) entries.push(replayed[i]);
    recording.entries = release ? [] : entries;
  }
}

function withRows(whole: Tensor | null, rows: readonly IndexedSlices[] = []): Gradient | null {
  // Shares arrive in reverse.
  const all = rows.reduceRight<IndexedSlices | null>(
    (sum, one) => (sum === null ? one : (addGradients(sum, one) as IndexedSlices)),
    null,
  );
  if (whole === null || all === null) return whole ?? all;
  return addGradients(whole, all);
}

/** The entries, with those that can give rows of a source made to put them aside. */
function collecting(
  { entries, inputSlots, sites }: Recording,
  sources: ReadonlySet<number>,
  rows: Map<number, IndexedSlices[]>,
): Entry[] {
  const computed = new Set<number>();
  return entries.map((entry) => {
    const { op, inputs, outputs, params, firstInput, firstOutput } = entry;
    outputs.forEach((_, j) => computed.add(firstOutput + j));
    if (op.derivative.kind !== 'rules' || op.derivative.rows === undefined) return entry;
    const collectors = inputs.map((x, k) => {
      const slot = inputSlots[firstInput + k];
      if (!sources.has(slot) || computed.has(slot)) return null;
      return ({ values, indices }: RowShare): void => {
        const known = rows.get(slot) ?? [];
        known.push(new IndexedSlices(values, indices, x.shape));
        rows.set(slot, known);
      };
    });
    if (collectors.every((collect) => collect === null)) return entry;
    const own = puttingAside(op, op.derivative, collectors);
    const replaced = new Entry(own, inputs, outputs, params, firstInput, firstOutput);
    const site = sites?.get(entry);
    if (site !== undefined) sites?.set(replaced, site);
    return replaced;
  });
}

type Collect = ((share: RowShare) => void) | null;

function puttingAside(
  op: AnyOp,
  derivative: Derivative<unknown>,
  collectors: readonly Collect[],
): AnyOp {
  const vjp: NonNullable<Derivative<unknown>['vjp']> = (at, cotangents, needed) => {
    const shares = derivative.rows?.(at, cotangents) ?? [];
    const isAside = (k: number): boolean => needed[k] && Boolean(collectors[k] && shares[k]);
    const rest = needed.map((is, k) => is && !isAside(k));
    needed.forEach((_, k) => {
      const share = shares[k];
      if (isAside(k) && share !== null) collectors[k]?.(share);
    });
    if (!rest.includes(true)) return needed.map(() => null);
    const found = derivative.vjp?.(at, cotangents, rest) ?? [];
    return rest.map((is, k) => (is ? found[k] : null));
  };
  return { ...op, derivative: { ...derivative, vjp } };
}
