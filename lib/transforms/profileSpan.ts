import type { Spec } from '../base/shape.ts';

/** Where in a step of training something is computed. */
export type Phase = 'forward' | 'backward' | 'update';

/** One stretch of time: an op, a reverse pass, or all of a profile. */
export class Span {
  readonly name: string;
  readonly phase: Phase;
  readonly rule: string | null;
  readonly kind: 'op' | 'pass' | 'whole';
  /** In milliseconds. */
  start = 0;
  end = 0;
  /** Milliseconds of the spans within. */
  within = 0;
  inputs: readonly Spec[] = [];
  outputs: readonly Spec[] = [];
  bytes = 0;
  flops = 0;

  constructor(name: string, phase: Phase, rule: string | null, kind: Span['kind']) {
    this.name = name;
    this.phase = phase;
    this.rule = rule;
    this.kind = kind;
  }
}
