import { runtime } from '../base/runtime.ts';
import type { LayerHooks } from '../base/runtime.ts';
import type { Values } from '../base/dtype.ts';
import { dtypeFacts } from '../base/dtype.ts';
import type { Spec } from '../base/shape.ts';
import { only, pairOf } from '../base/shape.ts';
import type { Each, NamedOp, Names } from './namedOp.ts';
import type { AnyOp, Op } from './op.ts';
import { inferSpecs } from './op.ts';
import { Tensor } from './tensor.ts';

/**
 * An interpreter on the stack: a tape, a forward accumulator, a vmap level or a graph trace.
 *
 * `apply` offers each op to the innermost layer that cares, which handles it by calling `dispatch`
 * one level lower; eager evaluation is the bottom.
 */
export interface Layer extends LayerHooks {
  cares(op: AnyOp, inputs: readonly Tensor[]): boolean;
  /** `level` is the layer's own position: `dispatch(..., level)` reaches only the layers below. */
  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[];
  /** Sees, or replaces, the value that a variable is read as. */
  readVariable?(variable: object, below: () => Tensor): Tensor;
  noticeAssign?(variable: object, value: Tensor): void;
  /** Whether derivatives with respect to `x` pass through here, also while the layer is paused. */
  follows?(x: Tensor): boolean;
  /** False once the layer was taken off the stack. */
  open: boolean;
}

/** The only door: every op goes through here. */
export function apply<Params, I extends Names, O extends Names>(
  op: NamedOp<Params, I, O>,
  inputs: Each<I, Tensor>,
  ...params: undefined extends Params ? [params?: Params] : [params: Params]
): Each<O, Tensor>;
export function apply<Params>(
  op: Op<Params>,
  inputs: readonly Tensor[],
  params: Params,
): readonly Tensor[];
export function apply(op: AnyOp, inputs: readonly Tensor[], params?: unknown): readonly Tensor[] {
  return dispatch(op, inputs, params, runtime.layers.length);
}

/** `apply` as the layers below `level` see it. */
export function dispatch(
  op: AnyOp,
  inputs: readonly Tensor[],
  params: unknown,
  level: number,
): readonly Tensor[] {
  const layers = runtime.layers as readonly Layer[];
  for (let i = level - 1; i >= 0; i--) {
    const layer = layers[i];
    if (layer.cares(op, inputs)) return layer.process(op, inputs, params, i);
  }
  return evaluate(op, inputs, params);
}

/** Runs an op's kernel: infer, check, allocate, compute. */
function evaluate(op: AnyOp, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
  const inputSpecs = specsOf(inputs);
  const specs = inferSpecs(op, inputSpecs, params);
  if (op.check !== undefined) op.check(inputs, params);
  const offsets = op.view === undefined ? null : op.view(inputSpecs, params);
  if (offsets !== null) {
    const { values } = inputs[0];
    if (specs.length === 1) return [new Tensor(specs[0], run(values, offsets[0], specs[0]))];
    return specs.map((spec, i) => new Tensor(spec, run(values, offsets[i], spec)));
  }
  const outputs = specs.length === 1 ? [emptyTensor(specs[0])] : specs.map(emptyTensor);
  op.kernel(inputs, outputs, params);
  return outputs;
}

// One and two inputs are the rule, and a literal is cheaper than a loop.
function specsOf(inputs: readonly Tensor[]): readonly Spec[] {
  if (inputs.length === 1) return only(inputs[0].spec);
  if (inputs.length === 2) return pairOf(inputs[0].spec, inputs[1].spec);
  return inputs.map((x) => x.spec);
}

function emptyTensor(spec: Spec): Tensor {
  return new Tensor(spec, runtime.allocate(spec.dtype, spec.size));
}

// A view of a small array costs more than a copy (the engine must first move the array off its
// heap), and a small view of a large array would keep all of it alive.
const smallestView = 1024;
const largestWaste = 8;

function run(values: Values, offset: number, spec: Spec): Values {
  const { lanes } = dtypeFacts[spec.dtype];
  const length = spec.size * lanes;
  if (length === values.length) return values;
  const start = offset * lanes;
  const held = values.buffer.byteLength / values.BYTES_PER_ELEMENT;
  if (length < smallestView || length * largestWaste < held)
    return values.slice(start, start + length);
  return values.subarray(start, start + length);
}

const none: readonly Layer[] = [];

/** Whether a layer may keep what is computed now; a profile, the lowest, keeps nothing. */
export function isHeard(): boolean {
  return runtime.layers.length > (runtime.profiler === null ? 0 : 1);
}

/** Puts a layer on top of the stack. */
export function pushLayer(layer: Layer): void {
  layer.open = true;
  // Most stacks hold one layer, and a literal is cheaper than a spread.
  runtime.layers = runtime.layers.length === 0 ? [layer] : [...runtime.layers, layer];
}

/** Puts a layer below all others: it is the last to see what the kernels will compute. */
export function pushLayerBelow(layer: Layer): void {
  layer.open = true;
  runtime.layers = [layer, ...runtime.layers];
}

/** Takes a layer off the stack, wherever it stands. */
export function removeLayer(layer: Layer): void {
  layer.open = false;
  const { layers } = runtime;
  runtime.layers =
    layers.length === 1 && layers[0] === layer ? none : layers.filter((one) => one !== layer);
}

/**
 * Runs code that computes more than it selects, as formulas for several ranges do: in debug mode only
 * the result needs to be finite.
 */
export function selecting(body: () => Tensor): Tensor {
  return runtime.debug === null ? body() : runtime.debug.selecting(body);
}

/** Runs `body` with `layer` on top of the stack. */
export function withLayer<T>(layer: Layer, body: () => T): T {
  pushLayer(layer);
  try {
    return body();
  } finally {
    removeLayer(layer);
  }
}

/** Runs `body` as the layers below `level` see it: where a layer's own rules belong. */
export function below<T>(level: number, body: () => T): T {
  const saved = runtime.layers as readonly Layer[];
  const visible = saved.slice(0, level);
  runtime.layers = visible;
  try {
    return body();
  } finally {
    runtime.layers = rejoin(saved, visible);
  }
}

// The body may have closed layers that were hidden from it, or left new ones open (a tape started
// as a statement inside a rule of the user's).
function rejoin(saved: readonly Layer[], visible: readonly Layer[]): readonly Layer[] {
  const now = runtime.layers as readonly Layer[];
  if (now === visible && saved.every((layer) => layer.open)) return saved;
  const opened = now.filter((layer) => !saved.includes(layer));
  return [...saved.filter((layer) => layer.open), ...opened];
}
