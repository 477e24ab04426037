/** Checks of derivatives and of ops of one's own: the subpath `gradtape/testing`. */

import '../fluent.ts';

export type { CheckGradientOptions } from './checkGradient.ts';
export { checkGradient } from './checkGradient.ts';
export type { GradientCheck, Place, WorstElement } from './gradientReport.ts';
export { GradientCheckError, GradientReport } from './gradientReport.ts';
export type { CheckOpOptions, OpSample } from './checkOp.ts';
export { checkOp } from './checkOp.ts';
export type { LawCheck } from './opReport.ts';
export { OpCheckError, OpReport } from './opReport.ts';
export type { Limits } from './problem.ts';
