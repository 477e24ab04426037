import { runtime } from '../../lib/base/runtime.ts';
import { dispatch } from '../../lib/core/apply.ts';
import { isAvailable } from '../../lib/kernels/wasm/engine.ts';
import { law } from '../support/law.ts';
import { applications } from '../support/observe.ts';
import { requireClose, requireSame } from '../support/closeTo.ts';
import { outputsOf, pullBack } from '../support/derivatives.ts';
import { settingOf } from '../support/setting.ts';
import { samples } from './samples/index.ts';
import type { Sample } from './samples/sample.ts';
import { isDifferentiable } from './samples/sample.ts';

/*
 * Kernels in vectors against the loops that stand beside them, over the whole table and over the ops of
 * its derivatives, down to one element: each application is repeated without WebAssembly on the very
 * inputs it had.
 */

/** Sums, products, roots and selections must be the same bits; what takes several steps need not. */
const exact = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'abs',
  'square',
  'sqrt',
  'maximum',
  'minimum',
  'relu',
  'scale',
  'scaleBoth',
  'quotient',
  'reciprocal',
  'max',
  'min',
  'maxPool',
  'reluGrad',
]);

function withVectors<T>(enabled: boolean, body: () => T): T {
  const { vectors } = runtime;
  runtime.vectors = { ...vectors, enabled, leastElements: 1 };
  try {
    return body();
  } finally {
    runtime.vectors = vectors;
  }
}

function requireAgreement(sample: Sample, dtype: 'float32' | 'float64'): void {
  const { inputs, cotangents } = settingOf(sample, dtype);
  const seen = withVectors(true, () =>
    applications(() => {
      outputsOf(sample, inputs);
      if (isDifferentiable(sample)) pullBack(sample, inputs, cotangents);
    }),
  );
  for (const one of seen) {
    if (one.op.traits.random === true) continue;
    const reference = withVectors(false, () => dispatch(one.op, one.inputs, one.params, 0));
    if (exact.has(one.op.name)) requireSame(one.op.name, one.outputs, reference);
    else requireClose(one.op.name, one.outputs, reference, dtype === 'float32' ? 4e-6 : 1e-13);
  }
}

describe('kernels in vectors', () => {
  it('are used here', () => {
    expect(isAvailable()).toBe(true);
  });
});

law('computes in vectors what its loop computes, in float32', samples, (sample) => {
  requireAgreement(sample, 'float32');
});

law('computes in vectors what its loop computes, in float64', samples, (sample) => {
  requireAgreement(sample, 'float64');
});
