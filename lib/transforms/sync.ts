import { misuse, TapeError } from '../base/errors.ts';

/**
 * Refuses the promise of an async callback: what it does after its first await would escape the
 * recording. Its rejection is handled, so that the program does not die of it a second time.
 */
export function requireSync<T>(op: string, result: T): T {
  if (isThenable(result)) {
    result.then(ignore, ignore);
    const hint = 'record between the awaits instead: run may be called again after each';
    throw misuse(TapeError, op, 'callback', 'be synchronous', 'a promise', hint);
  }
  return result;
}

function ignore(): void {
  // The caller has had its error already.
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
