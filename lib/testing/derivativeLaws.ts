import { realDType } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { difference, messageOf, refute, requireClose, requireSame } from './compare.ts';
import { differenceQuotient, numericalGradient } from './differences.ts';
import { forwardFromReads, keepingEverything } from './observe.ts';
import type { LawSample, SecondOrder } from './problem.ts';
import {
  forwardOverForward,
  outputsOf,
  pullBack,
  pullBackCotangents,
  pushForward,
  secondOrder,
  sourcesOf,
} from './problem.ts';
import type { Product } from './setting.ts';
import { asFloat, innerProduct, mapValues, replaced, settingOf, tensorOf } from './setting.ts';

type Tensors = readonly Tensor[];

const toleranceOf = ({ limits }: LawSample): number => limits.tolerance ?? 1e-8;
const stepOf = ({ limits }: LawSample): number => limits.step ?? 1e-3;
const float32ToleranceOf = ({ limits }: LawSample): number => limits.float32Tolerance ?? 2e-5;

/** Identities between derivatives hold far better than differences can show. */
const exactness = 1e-10;

export function forwardDerivative(sample: LawSample): void {
  const { inputs, tangents } = settingOf(sample);
  const f = (at: Tensors): Tensors => outputsOf(sample, at);
  const expected = differencesAlong(sample, f, inputs, tangents);
  requireClose('the jvp', pushForward(sample, inputs, tangents), expected, toleranceOf(sample));
}

export function reverseDerivative(sample: LawSample): void {
  const { inputs, cotangents } = settingOf(sample);
  const gradient = pullBack(sample, inputs, cotangents);
  sample.sources.forEach((position, i) => {
    const x = inputs[position];
    const valueAt = (values: Float64Array): number => {
      const at = replaced(inputs, [position], [tensorOf(values, x.shape, x.dtype)]);
      return innerProduct(outputsOf(sample, at), cotangents).value;
    };
    const expected = numericalGradient(valueAt, x.values, stepOf(sample));
    const wanted = tensorOf(expected, x.shape, x.dtype);
    requireClose(`the vjp of input ${position}`, [gradient[i]], [wanted], toleranceOf(sample));
  });
}

export function float32Derivatives(sample: LawSample): void {
  const single = settingOf(sample, 'float32');
  const [inputs, tangents] = [single.inputs, single.tangents].map((x) => asFloat('float64', x));
  // Results may have a dtype of their own, and cotangents must have that of the results.
  const narrow = single.cotangents;
  const wide = outputsOf(sample, inputs).map((y, i) =>
    tensorOf(narrow[i].values, y.shape, y.dtype),
  );
  const compare = (what: string, actual: Tensors, expected: Tensors): void => {
    requireClose(
      what,
      asFloat('float64', actual),
      asFloat('float64', expected),
      float32ToleranceOf(sample),
    );
  };
  compare('the result', outputsOf(sample, single.inputs), outputsOf(sample, inputs));
  compare(
    'the jvp',
    pushForward(sample, single.inputs, single.tangents),
    pushForward(sample, inputs, tangents),
  );
  const gradient = pullBack(sample, single.inputs, narrow);
  compare('the vjp', gradient, pullBack(sample, inputs, wide));
  sourcesOf(sample, single.inputs).forEach((x, i) => {
    refute(
      'the gradient',
      gradient[i].dtype === x.dtype ? null : `must be float32; got ${gradient[i].dtype}`,
    );
  });
}

export function adjointDerivatives(sample: LawSample): void {
  const { inputs, tangents, cotangents } = settingOf(sample);
  const gradient = pullBack(sample, inputs, cotangents);
  sample.sources.forEach((position, i) => {
    const alone = { ...sample, sources: [position] };
    const forward = pushForward(alone, inputs, [tangents[i]]);
    const left = innerProduct(forward, cotangents);
    const right = innerProduct([tangents[i]], [gradient[i]]);
    // A result in float32 is rounded before it is multiplied.
    const isExact = cotangents.every((g) => realDType(g.dtype) === 'float64');
    requireEqual(`<jvp t, g> for input ${position}`, left, right, isExact ? exactness : 1e-6);
    requireSame('the vjp for one input alone', pullBack(alone, inputs, cotangents), [gradient[i]]);
  });
}

export function absentCotangents(sample: LawSample): void {
  const { inputs, cotangents } = settingOf(sample);
  if (cotangents.length < 2) return;
  const orZero = { ...sample, allowsUnconnected: true };
  cotangents.forEach((_, present) => {
    const sparse = cotangents.map((g, i) => (i === present ? g : null));
    const full = cotangents.map((g, i) => (i === present ? g : mapValues(g, () => 0)));
    const name = `the vjp of output ${present} alone`;
    requireClose(name, pullBack(orZero, inputs, sparse), pullBack(orZero, inputs, full), 1e-14);
  });
}

/** Rules may be given what `reads` declares and no more, in both directions. */
export function declaredReads(sample: LawSample): void {
  const { inputs, cotangents, tangents } = settingOf(sample);
  const all = pullBack(sample, inputs, cotangents, keepingEverything);
  const declared = fromReads('the vjp', () => pullBack(sample, inputs, cotangents));
  requireSame('the vjp from the declared values', declared, all);
  const forward = pushForward(sample, inputs, tangents);
  const limited = fromReads('the jvp', () =>
    pushForward(sample, inputs, tangents, forwardFromReads),
  );
  requireSame('the jvp from the declared values', limited, forward);
}

function fromReads(what: string, f: () => Tensors): Tensors {
  try {
    return f();
  } catch (error) {
    const condition = 'must be computed from what the op declares in reads';
    throw new Error(`${what} ${condition}; got: ${messageOf(error)}`, { cause: error });
  }
}

export function secondDerivative(sample: LawSample): void {
  const { inputs, tangents, cotangents } = settingOf(sample);
  const f = (at: Tensors): Tensors => pullBack(sample, at, cotangents);
  const expected = differencesAlong(sample, f, inputs, tangents);
  const found = secondOrder(sample, inputs, cotangents, tangents);
  for (const [name, actual] of Object.entries(found) as [keyof SecondOrder, Tensors][]) {
    requireClose(name, actual, expected, toleranceOf(sample) * 10);
  }
}

export function symmetricSecondDerivative(sample: LawSample): void {
  const { inputs, tangents, others, cotangents } = settingOf(sample);
  const along = secondOrder(sample, inputs, cotangents, tangents);
  const across = secondOrder(sample, inputs, cotangents, others);
  const wanted = innerProduct(others, along.reverseOverReverse);
  const products: readonly (readonly [string, Product])[] = [
    ['<v, H u> instead of <u, H v>', innerProduct(tangents, across.reverseOverReverse)],
    ['forward over reverse', innerProduct(others, along.forwardOverReverse)],
    ['reverse over forward', innerProduct(others, along.reverseOverForward)],
    [
      'forward over forward',
      innerProduct(forwardOverForward(sample, inputs, tangents, others), cotangents),
    ],
  ];
  for (const [name, product] of products) requireEqual(name, product, wanted, 1e-8);
}

export function linearGradient(sample: LawSample): void {
  const { inputs, tangents, cotangents } = settingOf(sample);
  const forward = pushForward(sample, inputs, tangents);
  const back = pullBackCotangents(sample, inputs, cotangents, tangents);
  requireClose('the derivative of the vjp by its cotangents', back, forward, 1e-6);
}

/** The derivative of each result of `f` along the tangents, by differences. */
function differencesAlong(
  sample: LawSample,
  f: (inputs: Tensors) => Tensors,
  inputs: Tensors,
  tangents: Tensors,
): Tensors {
  const sources = sourcesOf(sample, inputs);
  const moved = (step: number): Tensors => {
    const by = sources.map((x, i) =>
      mapValues(x, (value, k) => value + step * tangents[i].values[k]),
    );
    return replaced(inputs, sample.sources, by);
  };
  return f(inputs).map((y, i) => {
    const slopes = differenceQuotient((step) => f(moved(step))[i].values, stepOf(sample));
    return tensorOf(slopes, y.shape, y.dtype);
  });
}

function requireEqual(what: string, actual: Product, expected: Product, tolerance: number): void {
  const scale = Math.max(actual.size, expected.size, 1);
  refute(what, difference([actual.value / scale], [expected.value / scale], tolerance));
}
