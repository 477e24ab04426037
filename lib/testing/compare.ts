import type { Tensor } from '../core/tensor.ts';

type Numbers = ArrayLike<number>;

/**
 * Says where `actual` first differs from `expected` by more than `tolerance` times the larger of 1
 * and the expected number; null where nowhere. NaN equals NaN.
 */
export function difference(actual: Numbers, expected: Numbers, tolerance: number): string | null {
  if (actual.length !== expected.length) {
    return `must have ${String(expected.length)} numbers; got ${String(actual.length)}`;
  }
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i];
    const e = expected[i];
    if (Object.is(a, e) || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))) continue;
    return `must be ${String(e)} at ${String(i)}; got ${String(a)} (all: ${list(actual)}; wanted: ${list(expected)})`;
  }
  return null;
}

/** As `difference` with no tolerance at all: also the sign of a zero counts. */
export function bitDifference(actual: Numbers, expected: Numbers): string | null {
  if (actual.length === expected.length) {
    let i = 0;
    while (i < actual.length && Object.is(actual[i], expected[i])) i++;
    if (i === actual.length) return null;
  }
  return `must be ${list(expected)} bit for bit; got ${list(actual)}`;
}

export function list(numbers: Numbers): string {
  const text = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));
  const shown = Array.from(numbers).slice(0, 24).map(text).join(', ');
  return `[${shown}${numbers.length > 24 ? ', ...' : ''}]`;
}

/** Tensors with their values, for messages. */
export function show(tensors: readonly Tensor[]): string {
  return tensors.map((x) => `${x.describe()} ${list(x.values)}`).join(' and ');
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws with `what` in front if there is a fault. */
export function refute(what: string, fault: string | null): void {
  if (fault !== null) throw new Error(`${what} ${fault}`);
}

/** Throws unless the tensors have equal shapes, dtypes and values up to the tolerance. */
export function requireClose(
  what: string,
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  tolerance: number,
): void {
  compare(what, actual, expected, (a, e) => difference(a, e, tolerance));
}

/** Throws unless the tensors have equal shapes, dtypes and bits. */
export function requireSame(
  what: string,
  actual: readonly Tensor[],
  expected: readonly Tensor[],
): void {
  compare(what, actual, expected, bitDifference);
}

function compare(
  what: string,
  actual: readonly Tensor[],
  expected: readonly Tensor[],
  faultOf: (actual: Numbers, expected: Numbers) => string | null,
): void {
  if (actual.length !== expected.length) {
    refute(what, `must be ${String(expected.length)} tensors; got ${String(actual.length)}`);
  }
  expected.forEach((wanted, i) => {
    const name = expected.length === 1 ? what : `${what}, number ${String(i)},`;
    if (actual[i].describe() !== wanted.describe()) {
      refute(name, `must be ${wanted.describe()}; got ${actual[i].describe()}`);
    }
    refute(name, faultOf(actual[i].values, wanted.values));
  });
}
