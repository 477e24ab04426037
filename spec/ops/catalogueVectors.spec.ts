import { newValues } from '../../lib/base/dtype.ts';
import { runtime } from '../../lib/base/runtime.ts';
import { specOf } from '../../lib/base/shape.ts';
import { dispatch } from '../../lib/core/apply.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import { Tensor } from '../../lib/core/tensor.ts';
import { allOps } from '../../lib/ops/index.ts';
import { isAvailable } from '../../lib/kernels/wasm/engine.ts';
import { law } from '../support/law.ts';
import { applications } from '../../lib/testing/observe.ts';
import { requireClose, requireSame } from '../../lib/testing/compare.ts';
import { outputsOf, pullBack } from '../../lib/testing/problem.ts';
import { settingOf, tensorOf } from '../../lib/testing/setting.ts';
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
  'floor',
  'ceil',
  'round',
  'sign',
  'equal',
  'notEqual',
  'less',
  'lessEqual',
  'greater',
  'greaterEqual',
  'isNaN',
  'isFinite',
  'isInf',
  'logicalAnd',
  'logicalOr',
  'logicalXor',
  'logicalNot',
  'where',
  'cast',
  'transpose',
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
    expect(withVectors(true, isAvailable)).toBe(true);
  });
});

law('computes in vectors what its loop computes, in float32', samples, (sample) => {
  requireAgreement(sample, 'float32');
});

law('computes in vectors what its loop computes, in float64', samples, (sample) => {
  requireAgreement(sample, 'float64');
});

/** Numbers that formulas are most likely to get wrong, and pairs of them. */
const delicate = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  88,
  -104,
  700000,
  -1e30,
  Infinity,
  -Infinity,
  NaN,
];
const pairs = delicate.flatMap((a) => delicate.map((b) => [a, b] as const));

const elementwise = allOps.filter(
  ({ traits, name }) => traits.elementwise === true && !name.includes('Complex'),
);

function arityOf(op: AnyOp): number | null {
  const spec = specOf([pairs.length], 'float32');
  for (const arity of [1, 2]) {
    try {
      const inputs = new Array<typeof spec>(arity).fill(spec);
      const [y] = op.infer(inputs, undefined);
      op.kernel(
        inputs.map((one) => new Tensor(one, new Float32Array(one.size).fill(0.5))),
        [new Tensor(y, newValues(y.dtype, y.size))],
        undefined,
      );
      return arity;
    } catch {
      // Takes another number of inputs, or parameters.
    }
  }
  return null;
}

describe('vectors on zeros, infinities, NaN and numbers near them', () => {
  const table = elementwise.flatMap((op) => {
    const arity = arityOf(op);
    return arity === null ? [] : [[op.name, op, arity] as const];
  });

  it('covers the elementwise ops', () => {
    expect(table.length).toBeGreaterThan(80);
  });

  it.each(table)('%s', (name, op, arity) => {
    const inputs = [0, 1].slice(0, arity).map((side) =>
      tensorOf(
        pairs.map((pair) => pair[side]),
        [pairs.length],
        'float32',
      ),
    );
    const [fast, slow] = [true, false].map((enabled) =>
      withVectors(enabled, () => dispatch(op, inputs, undefined, 0)),
    );
    // A slope that float32 cannot hold cannot be multiplied with in float32.
    const ones = tensorOf(new Array<number>(pairs.length).fill(1), [pairs.length], 'float32');
    const isGradient = name.endsWith('Grad');
    const slopes = isGradient
      ? withVectors(false, () => dispatch(op, [ones, ...inputs.slice(1)], undefined, 0))[0].values
      : null;
    fast.forEach((y, k) => {
      y.values.forEach((value, i) => {
        const slope = Math.abs(slopes?.[i] ?? 1);
        if (slope < 2 ** -126 || slope > 2 ** 126) return;
        const expected = slow[k].values[i];
        const isClose = Math.abs(value - expected) <= 4e-7 * Math.abs(expected) + 3e-45;
        // What is not exact may round a number beside the largest one up to Infinity.
        if (!Object.is(value, expected) && (exact.has(name) || !isClose)) {
          throw new Error(
            `${name}(${pairs[i].slice(0, arity).join(', ')}) must be ${String(expected)}; got ${String(value)}`,
          );
        }
      });
    });
  });
});
