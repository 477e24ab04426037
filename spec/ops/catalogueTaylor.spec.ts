/** Taylor mode for every op: its coefficients are those of nested forward mode, and its cost stays small. */
import type { Tensor } from '../../lib/core/tensor.ts';
import { add, derivatives, div, jvp, mul, square, tensor } from '../../lib/index.ts';
import { requireClose } from '../../lib/testing/compare.ts';
import { applications } from '../../lib/testing/observe.ts';
import { outputsOf, sourcesOf } from '../../lib/testing/problem.ts';
import { replaced, settingOf } from '../../lib/testing/setting.ts';
import { law } from '../support/law.ts';
import { smoothSamples } from './samples/index.ts';
import type { Sample } from './samples/sample.ts';

type Tensors = readonly Tensor[];

/** Those whose gradients have gradients. */
const twiceSmoothSamples = smoothSamples.filter(({ row }) => row.orders !== 1);

const start = (): Tensor => tensor(Float64Array.of(0), []);

/** The results as functions of t along a parabola through the sample's point. */
function curveOf(sample: Sample): (t: Tensor) => Tensors {
  const { inputs, tangents, others } = settingOf(sample);
  const sources = sourcesOf(sample, inputs);
  return (t) => {
    const moved = sources.map((x, i) =>
      add(x, add(mul(tangents[i], t), div(mul(others[i], square(t)), 2))),
    );
    return outputsOf(sample, replaced(inputs, sample.sources, moved));
  };
}

function nested(f: (t: Tensor) => Tensors, order: number): (t: Tensor) => Tensors {
  if (order === 0) return f;
  const lower = nested(f, order - 1);
  return (t) => jvp(lower, t, tensor(Float64Array.of(1), [])).tangent;
}

law('has the Taylor coefficients that nested forward mode has', twiceSmoothSamples, (sample) => {
  const curve = curveOf(sample);
  const found = derivatives(curve, 3)(start());
  const tolerance = sample.row.tolerance ?? 1e-9;
  for (let order = 0; order <= 3; order++) {
    const name = `derivative ${String(order)}`;
    requireClose(name, found[order], nested(curve, order)(start()), tolerance);
  }
});

/** Ops whose rule for each further order is twice as large. */
const doubling: Readonly<Record<string, string>> = {
  det: 'a sum over sets of directions',
  cofactor: 'a sum over sets of directions',
  expm: 'a matrix of twice the size',
  sqrtm: 'a matrix of twice the size',
  logm: 'a matrix of twice the size',
};

const steady = twiceSmoothSamples.filter(({ name }) => !Object.hasOwn(doubling, name));

law('costs no more than a power of the order in Taylor mode', steady, (sample) => {
  const curve = curveOf(sample);
  const cost = (order: number): number =>
    applications(() => derivatives(curve, order)(start())).length;
  const ratio = cost(8) / cost(4);
  if (ratio > 8) throw new Error(`twice the order costs ${ratio.toFixed(1)} times as much`);
});
