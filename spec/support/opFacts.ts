/** What the table of ops says of a function, found by calling it on its samples. */
import type { DType } from '../../lib/base/dtype.ts';
import { dtypeFacts, isComplex, isDifferentiable, isFloat } from '../../lib/base/dtype.ts';
import { DTypeError, UnsupportedError } from '../../lib/base/errors.ts';
import { sizeOf } from '../../lib/base/shape.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { vmap } from '../../lib/transforms/vmap.ts';
import type { Sample } from '../ops/samples/sample.ts';
import { isDifferentiable as isSmooth } from '../ops/samples/sample.ts';
import { pullBack, pushForward, resultsOf, secondOrder } from '../../lib/testing/problem.ts';
import type { Differentiability } from './differentiability.ts';
import { differentiabilityOf } from './differentiability.ts';
import { applications, layersKept } from '../../lib/testing/observe.ts';
import { settingOf, tensorOf } from '../../lib/testing/setting.ts';

/** One row of the table. */
export interface OpFacts {
  readonly dtypes: readonly DType[];
  readonly differentiability: Differentiability;
  /** Null where there is nothing to differentiate. */
  readonly reverse: boolean | null;
  readonly forward: boolean | null;
  readonly batch: boolean | null;
  /** Whether some derivative exists for a limited number of orders only. */
  readonly isLimited: boolean;
  /** The ops it applies. */
  readonly kernels: readonly string[];
}

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'bool', 'complex64', 'complex128'];

/** @param name - the public name, without its namespace */
export function factsOf(name: string, samples: readonly Sample[]): OpFacts {
  const some = (list: readonly Sample[], f: (sample: Sample) => unknown): boolean | null =>
    list.length === 0 ? null : list.some((sample) => runs(() => f(sample)));
  const smooth = samples.filter(isSmooth);
  const ops = opsOf(samples);
  const takesComplex = isMeantForComplex(name, samples, opsOf(samples, true));
  return {
    dtypes: dtypes.filter(
      (dtype) =>
        (takesComplex || !isComplex(dtype)) && samples.some((sample) => takes(sample, dtype)),
    ),
    differentiability: differentiabilityOf(samples),
    reverse: some(smooth, reverseOf),
    forward: some(smooth, (sample) => {
      const { inputs, tangents } = settingOf(sample);
      pushForward(sample, inputs, tangents);
    }),
    batch: some(samples, batchOf),
    isLimited: smooth.some((sample) => !differentiatesTwice(sample)),
    kernels: ops.map((op) => op.name),
  };
}

function runs(f: () => unknown): boolean {
  try {
    layersKept('a sample', f);
    return true;
  } catch {
    return false;
  }
}

function reverseOf(sample: Sample): void {
  const { inputs, cotangents } = settingOf(sample);
  pullBack(sample, inputs, cotangents);
}

function differentiatesTwice(sample: Sample): boolean {
  const { inputs, cotangents, tangents } = settingOf(sample);
  try {
    layersKept('a sample', () => secondOrder(sample, inputs, cotangents, tangents));
    return true;
  } catch (error) {
    return !(error instanceof UnsupportedError);
  }
}

/** A function of the whole batch of two equal examples. */
function batchOf(sample: Sample): void {
  const inputs = sample.draw('float64');
  const whole = inputs.map((x) => tensorOf([...x.values, ...x.values], [2, ...x.shape], x.dtype));
  // A function without inputs is called once for each example, too.
  const examples = whole.length > 0 ? whole : [tensorOf([0, 0], [2], 'float64')];
  vmap((...each: Tensor[]) => resultsOf(sample.call, whole.length > 0 ? each : []))(...examples);
}

/** Other errors than that of the dtype are about values, which these are not chosen for. */
function takes(sample: Sample, dtype: DType): boolean {
  const inputs = sample.draw('float64');
  if (inputs.length === 0) return false;
  const kinds = inputs.map((x) => x.dtype);
  const carriers = kinds.some((kind) => isDifferentiable(kind)) ? isDifferentiable : () => true;
  const others = inputs.map((x) => (carriers(x.dtype) ? converted(x, dtype) : x));
  try {
    layersKept('a sample', () => resultsOf(sample.call, others));
    return true;
  } catch (error) {
    return !(error instanceof DTypeError);
  }
}

function converted(x: Tensor, dtype: DType): Tensor {
  const length = sizeOf(x.shape) * dtypeFacts[dtype].lanes;
  const isReal = isFloat(dtype) || isComplex(dtype);
  const valueAt = (i: number): number => x.values[i % x.values.length];
  const values = Array.from({ length }, (_, i) => {
    if (isReal || !isDifferentiable(x.dtype)) return valueAt(i);
    return dtype === 'bool' ? 1 : 1 + (i % 4);
  });
  return tensorOf(values, x.shape, dtype);
}

/** The ops that the samples apply, or those of them that floats go through. */
function opsOf(samples: readonly Sample[], ofFloats = false): readonly AnyOp[] {
  const ops = new Set<AnyOp>();
  for (const { call, draw } of samples) {
    runs(() => {
      const seen = applications(() => resultsOf(call, draw('float64')));
      for (const { op, inputs } of seen) {
        if (!ofFloats || inputs.some((x) => isDifferentiable(x.dtype))) ops.add(op);
      }
    });
  }
  return [...ops];
}

const products = new Set(['div', 'gather', 'matMul', 'mul', 'pad', 'where']);

/**
 * A function of others may get through with complex numbers and compute something of no use: it counts
 * only if the catalogue has such a sample, its own op says so, or it is made of sums and products,
 * or moves elements.
 */
function isMeantForComplex(
  name: string,
  samples: readonly Sample[],
  ops: readonly AnyOp[],
): boolean {
  const isSampled = samples.some(({ row }) => row.inputs.some(({ kind }) => kind === 'complex'));
  const hasInputs = samples.some(({ row }) => row.inputs.length > 0);
  if (isSampled || !hasInputs) return isSampled;
  const isOwn = ops.some((op) => op.name === name && op.traits.complex);
  return isOwn || ops.every((op) => op.traits.linear ?? products.has(op.name));
}
