import type { CallStack } from '../base/callSite.ts';
import { takeStack, userLocation } from '../base/callSite.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { NonFiniteError } from '../base/errors.ts';
import type { DebugHooks } from '../base/runtime.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { apply, dispatch, pushLayerBelow, removeLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { Offence } from './finiteness.ts';
import { extentOf, indexText, isFinite, offenceIn } from './finiteness.ts';
import type { Cut, Entry, Recording, Site } from './recording.ts';
import { requireFunction, requireSync } from './sync.ts';

/**
 * Looks for infinities and NaN in every result from now on, forward and backward: the first one that
 * an op makes throws a `NonFiniteError`, which names the op, the shapes and ranges of its inputs, and
 * the line of your program that called it. Infinities that you put in yourself, as masks say, may pass.
 *
 * For finding a fault, not for production: it makes programs up to a few times slower. Tapes made from
 * now on also know the lines of their records, for `print`, `explain` and `steps`.
 *
 * @see withDebugMode for one part of a program
 */
export function enableDebugMode(): void {
  if (runtime.debug !== null) return;
  enable();
  console.warn('gradtape: debug mode is on; every result is checked, which takes time');
}

/** Ends what `enableDebugMode` began. */
export function disableDebugMode(): void {
  const { debug } = runtime;
  if (debug === null) return;
  runtime.debug = null;
  removeLayer(debug as DebugLayer);
}

/**
 * Runs `f` in debug mode, see `enableDebugMode`; returns what it returns.
 *
 * @throws NonFiniteError when an op makes the first infinity or NaN
 * @throws TapeError when `f` returns a promise
 * @example withDebugMode(() => log(0)) // throws log: result must be finite
 */
export function withDebugMode<T>(f: () => T): T {
  requireFunction('withDebugMode', 'f', f);
  if (runtime.debug !== null) return f();
  enable();
  try {
    return requireSync('withDebugMode', f());
  } finally {
    disableDebugMode();
  }
}

function enable(): void {
  const layer = new DebugLayer();
  for (const open of runtime.layers as readonly Partial<Recording>[]) {
    if (open.afterEach !== undefined) layer.attend(open as Recording);
  }
  runtime.debug = layer;
  pushLayerBelow(layer);
}

/**
 * The call that a record was made by, and how many gradients lie between the two; -1 where something is
 * computed at the call itself.
 */
class CallOfOp implements Site {
  readonly op: string;
  readonly order: number;
  readonly stack: CallStack;
  private found: string | null | undefined;

  constructor(op: string, order: number, stack: CallStack) {
    this.op = op;
    this.order = order;
    this.stack = stack;
  }

  get location(): string | null {
    return (this.found ??= userLocation(this.stack));
  }
}

/** Below all other layers: sees whatever the kernels compute, the rules of derivatives included. */
class DebugLayer implements Layer, DebugHooks {
  open = false;
  /** The call whose rule is running. */
  private current: CallOfOp | null = null;
  /** Set while what goes wrong may still be left out: `where` takes another branch. */
  private isLenient = false;
  /** The first thing that went wrong since then. */
  private doubt: (() => Error) | null = null;

  cares(): boolean {
    return true;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const outputs = dispatch(op, inputs, params, level);
    for (const y of outputs) {
      if (y.storage === null || !isDifferentiable(y.dtype) || isFinite(y.values)) continue;
      const offence = offenceIn(op, inputs, y);
      if (offence === null) continue;
      const { current } = this;
      if (!this.isLenient) throw errorOf(op, inputs, y, offence, current);
      const call = current ?? new CallOfOp(op.name, -1, takeStack(apply, 100));
      this.doubt ??= () => errorOf(op, inputs, y, offence, call);
    }
    return outputs;
  }

  attend(recording: Recording): void {
    if (recording.sites !== null) return;
    const sites = (recording.sites = new WeakMap<Entry | Cut, Site>());
    recording.afterEach((made) => {
      // Another debug mode may be on by now, or none.
      const layer = runtime.debug as DebugLayer | null;
      if (layer !== null) sites.set(made, layer.siteOf(made.op));
    });
  }

  inRule<T extends readonly unknown[]>(recording: Recording, made: Entry, rule: () => T): T {
    const { current } = this;
    const site = recording.sites?.get(made);
    const call = site instanceof CallOfOp ? site : null;
    // A rule that replays records of its own is still the rule of that one op.
    if (current !== null && (call === null || call.stack === current.stack)) return rule();
    this.current = call ?? new CallOfOp(made.op.name, 0, {});
    try {
      return this.selecting(rule);
    } finally {
      this.current = current;
    }
  }

  again<T>(body: () => T): T {
    const { current } = this;
    this.current = null;
    try {
      return body();
    } finally {
      this.current = current;
    }
  }

  selecting<T>(body: () => T): T {
    if (this.isLenient) return body();
    this.isLenient = true;
    this.doubt = null;
    try {
      const results = body();
      this.requireClean([results].flat());
      return results;
    } finally {
      this.isLenient = false;
      this.doubt = null;
    }
  }

  private requireClean(results: readonly unknown[]): void {
    if (this.doubt !== null && !results.every(isClean)) throw this.doubt();
  }

  private siteOf(op: AnyOp): Site {
    const { current } = this;
    if (current === null) return new CallOfOp(op.name, 0, takeStack(apply));
    // What a rule computes is still there for the sake of the call it belongs to.
    return new CallOfOp(current.op, current.order + 1, current.stack);
  }
}

function errorOf(
  op: AnyOp,
  inputs: readonly Tensor[],
  y: Tensor,
  offence: Offence,
  current: CallOfOp | null,
): Error {
  const call = current ?? new CallOfOp(op.name, -1, takeStack(apply, 100));
  const order = call.order + 1;
  const [argument, condition] = offence.isMade
    ? [order === 0 ? 'result' : 'gradient', 'be finite in debug mode']
    : ['inputs', 'be free of NaN in debug mode'];
  // Under many transformations the stack of the call does not reach the program; this one does. A call
  // from before debug mode has no stack, and then this one would tell of another.
  const isUnknown = call.location === null && call.stack.stack === undefined;
  const location = isUnknown ? null : (call.location ?? userLocation(takeStack(errorOf, 100)));
  const message = `${call.op}: ${argument} must ${condition}; got ${gotText(y, offence)}${wayText(order, op, call)} ${inputsText(inputs)}; ${calledAt(location)}`;
  const error = new NonFiniteError(call.op, argument, message, {
    phase: order === 0 ? 'forward' : 'backward',
    order,
    location,
  });
  // The whole way to the forward call, for those who want more than the line.
  if (order > 0 && call.stack.stack !== undefined) {
    const cause = new Error(`the call of ${call.op} going forward`);
    cause.stack = call.stack.stack;
    error.cause = cause;
  }
  return error;
}
function isClean(x: unknown): boolean {
  let values = x;
  // Behind an example of a vmap stands the whole batch.
  while (isTensor(values) && values.storage === null)
    values = (values as Partial<TracedTensor<unknown>>).content;
  return !isTensor(values) || isFinite(values.values);
}

function gotText(y: Tensor, { at, isMade }: Offence): string {
  let bad = 0;
  for (const one of y.values) if (!Number.isFinite(one)) bad++;
  const value = `${String(y.values[at])} at ${indexText(y, at)}`;
  const count = `${String(bad)} of ${String(y.values.length)} not finite`;
  return `${value} (${count})${isMade ? '' : ' that came with the data'}`;
}

function wayText(order: number, op: AnyOp, call: CallOfOp): string {
  if (order === 0) return ' going forward from';
  const degree = order === 1 ? '' : ` in a gradient of order ${String(order)}`;
  return ` going backward${degree}${op.name === call.op ? '' : `, by ${op.name}`} from`;
}

function inputsText(inputs: readonly Tensor[]): string {
  return inputs.length === 0 ? 'no inputs' : inputs.slice(0, 4).map(extentOf).join(' and ');
}

function calledAt(location: string | null): string {
  return location === null ? 'the line of the call is not known' : `called at ${location}`;
}
