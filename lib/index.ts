/**
 * The public names: those of `functional/index.ts`, where the list is, with tensors and variables that
 * have methods and a tape that has all of its own.
 */

import './fluent.ts';

export * from './functional/index.ts';
export type { GradientTapeOptions } from './transforms/tape.ts';
export { GradientTape } from './transforms/tape.ts';
