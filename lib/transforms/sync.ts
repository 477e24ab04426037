import { ArgumentError, misuse, TapeError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';

/** Checks a callback before anything is set up for it. */
export function requireFunction(op: string, argument: string, f: unknown): void {
  if (typeof f === 'function') return;
  throw misuse(ArgumentError, op, argument, 'be a function', formatValue(f));
}

/**
 * Refuses the promise of an async callback: what it does after its first await would escape the
 * recording. Its rejection is handled, so that the program does not die of it a second time.
 */
export function requireSync<T>(op: string, result: T): T {
  if (!isPromise(result)) return result;
  result.then(ignore, ignore);
  const hint = 'record between the awaits instead: run may be called again after each';
  throw misuse(TapeError, op, 'callback', 'be synchronous', 'a promise', hint);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

function ignore(): void {
  // The caller has had its error already.
}
