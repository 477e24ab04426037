import type { FloatDType } from '../base/dtype.ts';
import { dtypeFacts, newValues } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { gradients, placeholder } from '../graph/gradients.ts';
import { Graph } from '../graph/graph.ts';
import { Session } from '../graph/session.ts';
import { refute, requireSame } from './compare.ts';
import type { Application } from './observe.ts';
import { applications, floatsOf, poisoned, seeded, untouched } from './observe.ts';
import type { LawSample } from './problem.ts';
import { pullBack, pushForward, resultsOf, secondOrder, sourcesOf } from './problem.ts';
import type { Setting } from './setting.ts';
import { settingOf } from './setting.ts';
import { randomNumbers } from './randomNumbers.ts';
import { tensorOf } from './setting.ts';

type Tensors = readonly Tensor[];

const floatDTypes: readonly FloatDType[] = ['float32', 'float64'];

/** What a sample applies, forward and for the gradient of its results. */
export function applicationsOf(sample: LawSample, inputs: Tensors): readonly Application[] {
  return applications(() => {
    const results = resultsOf(sample.call, inputs);
    if (sample.orders > 0) pullBack(sample, inputs, cotangentsOf(results));
  });
}

function cotangentsOf(results: Tensors): Tensors {
  const random = randomNumbers(1);
  return floatsOf(results).map((y) => {
    const values = Array.from({ length: y.values.length }, () => random.uniform(0.5, 1.5));
    return tensorOf(values, y.shape, y.dtype);
  });
}

/** What is inferred is what the kernels fill. */
export function inferredSpecs(sample: LawSample): void {
  for (const dtype of floatDTypes) {
    const inputs = sample.draw(dtype);
    for (const { op, inputs: operands, outputs, params } of applicationsOf(sample, inputs)) {
      const specs = op.infer(
        operands.map(({ spec }) => spec),
        params,
      );
      outputs.forEach((y, i) => {
        const wanted = `${specs[i].dtype} [${specs[i].shape.join()}]`;
        refute(
          `${op.name}: output ${String(i)}`,
          y.describe() === wanted ? null : `must be ${wanted}; got ${y.describe()}`,
        );
        requireStorage(`${op.name}: output ${String(i)}`, y);
      });
    }
  }
}

function requireStorage(what: string, x: Tensor): void {
  const length = sizeOf(x.shape) * dtypeFacts[x.dtype].lanes;
  const { constructor } = newValues(x.dtype, 0);
  const isRight =
    x.size === sizeOf(x.shape) &&
    x.values.length === length &&
    x.values.constructor === constructor;
  if (isRight) return;
  const got = `${x.values.constructor.name} of ${String(x.values.length)}`;
  refute(what, `must hold ${String(length)} numbers of ${x.dtype}; got ${got}`);
}

/** Every value and derivative of a sample, by name. */
function everything(
  sample: LawSample,
  { inputs, tangents, cotangents }: Setting,
): readonly (readonly [string, Tensors])[] {
  const results = ['the result', resultsOf(sample.call, inputs)] as const;
  if (sample.orders === 0) return [results];
  return [
    results,
    ['the vjp', pullBack(sample, inputs, cotangents)],
    ['the jvp', pushForward(sample, inputs, tangents)],
    ...(sample.orders === 1
      ? []
      : Object.entries<Tensors>({ ...secondOrder(sample, inputs, cotangents, tangents) })),
  ];
}

/** Inputs, cotangents and tangents stay as they are. */
export function inputsUntouched(sample: LawSample): void {
  for (const dtype of floatDTypes) {
    const setting = settingOf(sample, dtype);
    const all = [...setting.inputs, ...setting.cotangents, ...setting.tangents];
    untouched('inputs, cotangents and tangents', all, () => everything(sample, setting));
  }
}

/** Arrays that hold garbage give the same results. */
export function outputsFilled(sample: LawSample): void {
  for (const dtype of floatDTypes) {
    const setting = settingOf(sample, dtype);
    const clean = everything(sample, setting);
    const dirty = poisoned(() => everything(sample, setting));
    dirty.forEach(([name, tensors], i) => {
      requireSame(`${name} in recycled arrays`, tensors, clean[i][1]);
    });
  }
}

/** A graph gives the same results and gradients as computing at once. */
export function sameInGraph(sample: LawSample): void {
  for (const dtype of floatDTypes) {
    const { inputs, cotangents } = settingOf(sample, dtype);
    const graph = new Graph();
    const symbols = graph.run(() => inputs.map((x) => placeholder(x.dtype, x.shape)));
    const feeds = symbols.map((symbol, i) => [symbol, inputs[i]] as const);
    const results = graph.run(() => resultsOf(sample.call, symbols));
    const session = new Session(graph);
    const options = { gradYs: cotangents, unconnectedGradients: 'zero' } as const;
    const derived =
      sample.orders > 0 ? gradients(floatsOf(results), sourcesOf(sample, symbols), options) : [];
    // One run for both: each run draws random numbers anew.
    const [values, gradient] = seeded(() => session.run([results, derived], feeds));
    requireSame('the result', values, resultsOf(sample.call, inputs));
    if (sample.orders === 0) continue;
    requireSame('the gradient', gradient, pullBack(sample, inputs, cotangents));
  }
}
