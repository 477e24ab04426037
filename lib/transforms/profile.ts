import { dtypeFacts } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import type { ProfileHooks } from '../base/runtime.ts';
import { runtime } from '../base/runtime.ts';
import type { Spec } from '../base/shape.ts';
import type { Layer } from '../core/apply.ts';
import { dispatch, pushLayerBelow, removeLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { flopsOfOp } from './flops.ts';
import { Profile } from './profileReport.ts';
import { Span } from './profileSpan.ts';
import { isPromise, requireFunction } from './sync.ts';

/**
 * Runs `f` and measures all that it computes, forward and backward: calls of each op, their time, the
 * bytes of their results, and arithmetic operations. Prints as a table; `toChromeTrace()` is a file for
 * Perfetto and chrome://tracing.
 *
 * Measuring takes about half a microsecond an op, which counts as time between ops. It costs nothing outside.
 *
 * @param f - not async
 * @throws ArgumentError when `f` is no function, returns a promise, or takes a profile itself
 * @example profile(() => matMul(ones([2, 3]), ones([3, 4]))).ops[0]?.flops // 48
 */
export function profile<T>(f: () => T): Profile<T> {
  requireFunction('profile', 'f', f);
  if (runtime.profiler !== null) {
    const hint = 'the one around it sees the same ops';
    throw misuse(ArgumentError, 'profile', 'call', 'stand by itself', 'one in another', hint);
  }
  const layer = new ProfileLayer();
  runtime.profiler = layer;
  pushLayerBelow(layer);
  layer.whole.start = performance.now();
  try {
    const result = f();
    layer.whole.end = performance.now();
    if (isPromise(result)) throw asyncError(result);
    return new Profile(result, layer.whole, layer.spans);
  } finally {
    removeLayer(layer);
    runtime.profiler = null;
  }
}

function asyncError(result: PromiseLike<unknown>): Error {
  // The caller has this error; a rejection later would end the program.
  const ignore = (): void => undefined;
  result.then(ignore, ignore);
  const hint = 'profile what lies between the awaits';
  return misuse(ArgumentError, 'profile', 'f', 'return its result at once', 'a promise', hint);
}

/** Below all other layers: sees whatever the kernels compute. */
class ProfileLayer implements Layer, ProfileHooks {
  open = false;
  readonly whole = new Span('profile', 'forward', null, 'whole');
  readonly spans: Span[] = [];
  /** What is measured now. */
  private current: Span | null = null;
  private passes = 0;
  /** The recorded op whose rule is running. */
  private rule: string | null = null;

  cares(): boolean {
    return true;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const phase = this.passes > 0 ? 'backward' : 'forward';
    const span = new Span(op.name, phase, this.rule, 'op');
    const outputs = this.measure(span, () => dispatch(op, inputs, params, level));
    span.inputs = inputs.map((x) => x.spec);
    span.outputs = outputs.map((y) => y.spec);
    span.bytes = bytesOfNew(op, inputs, outputs);
    span.flops = flopsOfOp(op, span.inputs, span.outputs, params);
    return outputs;
  }

  inPass<T>(pass: () => T): T {
    this.passes++;
    try {
      return this.measure(new Span('reverse pass', 'backward', this.rule, 'pass'), pass);
    } finally {
      this.passes--;
    }
  }

  // Rules within a rule, as those of an op that is made of others, belong to the outer one.
  inRule<T>({ name }: { readonly name: string }, rule: () => T): T {
    if (this.rule !== null) return rule();
    this.rule = name;
    try {
      return rule();
    } finally {
      this.rule = null;
    }
  }

  inUpdate<T>(weight: object, update: () => T): T {
    const span = new Span('weight', 'update', null, 'op');
    span.outputs = [weight as Spec];
    [span.bytes, span.flops] = [bytesOf(span.outputs[0]), span.outputs[0].size];
    return this.measure(span, update);
  }

  private measure<T>(span: Span, body: () => T): T {
    const { current } = this;
    this.spans.push(span);
    this.current = span;
    span.start = performance.now();
    try {
      return body();
    } finally {
      span.end = performance.now();
      this.current = current;
      if (current !== null) current.within += span.end - span.start;
    }
  }
}

function bytesOf({ dtype, size }: Spec): number {
  const { bytes, lanes } = dtypeFacts[dtype];
  return size * bytes * lanes;
}

/** Bytes of the results, but for those that share an input's array. */
function bytesOfNew(op: AnyOp, [x]: readonly Tensor[], outputs: readonly Tensor[]): number {
  let bytes = 0;
  for (const y of outputs) {
    // Only views do; to ask for the buffer of a small array makes one.
    const isView = op.view !== undefined && y.storage?.buffer === x.storage?.buffer;
    if (!isView) bytes += bytesOf(y.spec);
  }
  return bytes;
}
