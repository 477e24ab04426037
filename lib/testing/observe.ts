import type { DType, Values } from '../base/dtype.ts';
import { isDifferentiable, newValues } from '../base/dtype.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { dispatch, withLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';

/** One application of an op, with its results. */
export interface Application {
  readonly op: AnyOp;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly params: unknown;
}

/**
 * Every op that `f` ends up applying, the rules of derivatives included: the outermost layer is the
 * last before the kernels.
 */
export function applications(f: () => unknown): readonly Application[] {
  const seen: Application[] = [];
  const observer: Layer = {
    open: false,
    cares: () => true,
    process(op, inputs, params, level) {
      const outputs = dispatch(op, inputs, params, level);
      seen.push({ op, inputs, outputs, params });
      return outputs;
    },
  };
  withLayer(observer, f);
  return seen;
}

/** Runs `f` so that the layers outside it keep the values of all inputs and outputs of every op. */
export function keepingEverything<T>(f: () => T): T {
  const reads = { inputs: 'every', outputs: 'every' } as const;
  const keeper: Layer = {
    open: false,
    cares: () => true,
    process: (op, inputs, params, level) => dispatch({ ...op, reads }, inputs, params, level),
  };
  return withLayer(keeper, f);
}

/** Runs `f` so that forward rules get what a recording would keep: the values that `reads` declares. */
export function forwardFromReads<T>(f: () => T): T {
  const masker: Layer = {
    open: false,
    cares: ({ derivative }) => derivative.kind === 'rules' && derivative.jvp !== undefined,
    process: (op, inputs, params, level) => dispatch(masked(op), inputs, params, level),
  };
  return withLayer(masker, f);
}

function masked(op: AnyOp): AnyOp {
  const { derivative, reads } = op;
  if (derivative.kind !== 'rules' || derivative.jvp === undefined) return op;
  const { jvp } = derivative;
  const seen = (tensors: readonly Tensor[], declared: readonly number[] | 'every') =>
    // As in a recording: of what is not declared only shape, dtype and size are known.
    tensors.map((x, i) => (declared === 'every' || declared.includes(i) ? x : x.spec) as Tensor);
  const own: typeof jvp = ({ inputs, outputs, params }, tangents) =>
    jvp(
      {
        inputs: seen(inputs, reads.inputs),
        outputs: seen(outputs, reads.outputs),
        params: params as unknown,
      },
      tangents,
    );
  return { ...op, derivative: { ...derivative, jvp: own } };
}

const garbage: Readonly<Record<DType, number>> = {
  float32: NaN,
  float64: NaN,
  int32: 0x5a5a5a5a,
  bool: 0x5a,
  complex64: NaN,
  complex128: NaN,
};

/** Runs `f` while every array made for a result, or used again, is full of values that nobody wrote. */
export function poisoned<T>(f: () => T): T {
  const { allocate, spare } = runtime;
  const { isPoisoned, leastElements } = spare;
  Object.assign(spare, { isPoisoned: true, leastElements: 1 });
  runtime.allocate = (dtype, size): Values => newValues(dtype, size).fill(garbage[dtype]);
  try {
    return f();
  } finally {
    runtime.allocate = allocate;
    Object.assign(spare, { isPoisoned, leastElements });
  }
}

/** Runs `f` from the same state of the random stream each time. */
export function seeded<T>(f: () => T): T {
  const { random } = runtime;
  runtime.random = { key: [1, 2], counter: 0 };
  try {
    return f();
  } finally {
    runtime.random = random;
  }
}

/** Throws if `f` changes a value of the tensors. */
export function untouched<T>(what: string, tensors: readonly Tensor[], f: () => T): T {
  const before = tensors.map((x) => x.values.slice());
  const result = f();
  tensors.forEach((x, i) => {
    const changed = x.values.findIndex((value, k) => !Object.is(value, before[i][k]));
    if (changed >= 0) {
      const now = `${String(before[i][changed])} became ${String(x.values[changed])}`;
      throw new Error(
        `${what} must not be changed; input ${String(i)} was: ${now} at ${String(changed)}`,
      );
    }
  });
  return result;
}

/** Throws if `f` leaves a layer on the stack, or takes one away. */
export function layersKept<T>(what: string, f: () => T): T {
  const before = runtime.layers;
  const result = f();
  const after = runtime.layers;
  if (after.length !== before.length || after.some((layer, i) => layer !== before[i])) {
    runtime.layers = before;
    throw new Error(
      `${what} must leave the stack of layers as it was; got ${String(after.length)} for ${String(before.length)}`,
    );
  }
  return result;
}

export function floatsOf(tensors: readonly Tensor[]): readonly Tensor[] {
  return tensors.filter((x) => isDifferentiable(x.dtype));
}
