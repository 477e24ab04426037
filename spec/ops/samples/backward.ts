import { isComplex, isDifferentiable as hasDerivatives } from '../../../lib/base/dtype.ts';
import { apply } from '../../../lib/core/apply.ts';
import { applicationsOf } from '../../../lib/testing/evaluationLaws.ts';
import type { AnyOp } from '../../../lib/core/op.ts';
import type { Tensor } from '../../../lib/core/tensor.ts';
import { resultsOf } from '../../../lib/testing/problem.ts';
import type { Application } from '../../../lib/testing/observe.ts';
import { applications } from '../../../lib/testing/observe.ts';
import type { Input } from './domains.ts';
import type { Sample } from './sample.ts';

/**
 * Samples of the ops that only rules apply: such an op is sampled where the gradient of another
 * sample applies it, so that it needs no line in the table.
 */
export function backwardSamples(samples: readonly Sample[]): Sample[] {
  const direct = new Set<AnyOp>();
  const found = new Map<AnyOp, Sample>();
  for (const { call, draw } of samples) {
    const seen = unlessBroken(() => applications(() => resultsOf(call, draw('float64'))));
    for (const { op } of seen) direct.add(op);
  }
  for (const sample of samples) {
    for (const { op, params } of unlessBroken(() =>
      applicationsOf(sample, sample.draw('float64')),
    )) {
      if (!direct.has(op) && !found.has(op)) found.set(op, backwardSample(sample, op, params));
    }
  }
  return [...found.values()];
}

/** A sample that throws must not keep the others from being found: the laws will name it. */
export function unlessBroken(f: () => readonly Application[]): readonly Application[] {
  try {
    return f();
  } catch {
    return [];
  }
}

function backwardSample(sample: Sample, op: AnyOp, params: unknown): Sample {
  const draw: Sample['draw'] = (dtype, seed) => {
    const all = applicationsOf(sample, sample.draw(dtype, seed));
    return all.find((one) => one.op === op)?.inputs ?? [];
  };
  const inputs = draw('float64').map(inputLike);
  const sources = inputs.flatMap(({ isDifferentiable }, i) => (isDifferentiable ? [i] : []));
  const { kind } = op.derivative;
  const { tolerance, float32Tolerance, reason } = sample.row;
  const shared = {
    ...(tolerance && { tolerance }),
    ...(float32Tolerance && { float32Tolerance }),
    ...(reason && { reason }),
  };
  const cut = {
    ...(kind === 'zero' && { isCut: true as const }),
    ...(kind === 'none' && { isRefused: true as const }),
  };
  return {
    label: `${op.name} in the gradient of ${sample.label}`,
    name: op.name,
    row: { name: op.name, function: op.kernel, inputs, isInternal: true, ...shared, ...cut },
    limits: shared,
    orders: sources.length > 0 && kind !== 'zero' && kind !== 'none' ? 2 : 0,
    call: (...tensors) => apply(op, tensors, params),
    sources,
    allowsUnconnected: true,
    draw,
  };
}

function inputLike(x: Tensor): Input {
  const { dtype } = x;
  const real = dtype === 'bool' || dtype === 'int32' ? dtype : 'float';
  const kind = isComplex(dtype) ? 'complex' : real;
  const values = (): never => {
    throw new Error('inputs of a backward op are taken from the op it belongs to');
  };
  return { shape: x.shape, kind, isDifferentiable: hasDerivatives(dtype), values };
}
