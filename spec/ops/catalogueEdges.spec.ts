import { dtypeFacts, isFloat } from '../../lib/base/dtype.ts';
import { UnconnectedGradientError, UnsupportedError } from '../../lib/base/errors.ts';
import type { Shape } from '../../lib/base/shape.ts';
import { apply } from '../../lib/core/apply.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { refute, requireSame } from '../../lib/testing/compare.ts';
import type { Problem } from '../../lib/testing/problem.ts';
import {
  outputsOf,
  pullBack,
  pushForward,
  resultsOf,
  secondOrder,
  sourcesOf,
} from '../../lib/testing/problem.ts';
import { describeEach, law } from '../support/law.ts';
import type { Application } from '../../lib/testing/observe.ts';
import { mapValues, randomLike, settingOf, tensorOf } from '../../lib/testing/setting.ts';
import { applicationsOf } from '../../lib/testing/evaluationLaws.ts';
import { unlessBroken } from './samples/backward.ts';
import { publicSamples, samples, smoothSamples } from './samples/index.ts';
import type { Sample } from './samples/sample.ts';
import { drawInputs, isDifferentiable } from './samples/sample.ts';

type Tensors = readonly Tensor[];

/** Points where slopes are infinite, undefined, or overflow. */
const specialValues = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  Infinity,
  -Infinity,
  NaN,
  1e-320,
  -1e-320,
  800,
  -800,
];

/** The first application of each elementwise op that has a derivative. */
function elementwiseApplications(): readonly Application[] {
  const found = new Map<AnyOp, Application>();
  for (const sample of samples) {
    for (const one of unlessBroken(() => applicationsOf(sample, sample.draw('float64')))) {
      const { op, inputs, outputs } = one;
      const hasRules = op.derivative.kind === 'rules' || op.derivative.kind === 'expansion';
      const isReal = inputs.some((x) => x.dtype === 'float64') && outputs[0].dtype === 'float64';
      if (op.traits.elementwise === true && hasRules && isReal && !found.has(op))
        found.set(op, one);
    }
  }
  return [...found.values()];
}

/** Inputs that hold every combination of special values that the op accepts, in a row. */
function specialInputs({ op, inputs, params }: Application): Tensors {
  const choices = inputs.map((x) => (isFloat(x.dtype) ? specialValues : [0, 1]));
  const combinations = choices.reduce<number[][]>(
    (all, values) => all.flatMap((start) => values.map((value) => [...start, value])),
    [[]],
  );
  const accepted = combinations.filter((values) => {
    try {
      op.check?.(
        inputs.map((x, i) => tensorOf([values[i]], [], x.dtype)),
        params,
      );
      return true;
    } catch {
      return false;
    }
  });
  return inputs.map((x, i) =>
    tensorOf(
      accepted.map((values) => values[i]),
      [accepted.length],
      x.dtype,
    ),
  );
}

const elementwise = elementwiseApplications();

const firstOrderSamples = publicSamples.filter(({ row }) => row.orders === 1);
const firstOrderOps = new Set(firstOrderSamples.map(({ name }) => name));

describeEach(
  elementwise.map((one) => [one.op.name, one] as const),
  'elementwise %s',
  (_, one) => {
    const inputs = specialInputs(one);
    const sources = inputs.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
    const call: Problem['call'] = (...tensors) => apply(one.op, tensors, one.params);
    const problem: Problem = { call, sources, allowsUnconnected: true };
    const [output] = outputsOf(problem, inputs);
    const ones = (tensors: Tensors): Tensors => tensors.map((x) => mapValues(x, () => 1));
    // Both signs of zero, between numbers that are not 0.
    const someZeros = mapValues(output, (_value, i) => [0, -0, 1, -2][i % 4]);
    const isZero = (i: number): boolean => someZeros.values[i] === 0;

    const requireZeros = (what: string, tensors: Tensors, where: (i: number) => boolean): void => {
      tensors.forEach((x, k) => {
        const at = x.values.findIndex((value, i) => where(i) && value !== 0);
        const point = inputs.map((input) => String(input.values[at])).join(', ');
        refute(
          `${what}, number ${k},`,
          at < 0 ? null : `must be 0 at (${point}); got ${String(x.values[at])}`,
        );
      });
    };

    it('has a zero vjp where the cotangent is zero', () => {
      requireZeros('the vjp', pullBack(problem, inputs, [someZeros]), isZero);
    });

    it('has a zero jvp where all tangents are zero', () => {
      const tangents = sources.map(() => someZeros);
      requireZeros('the jvp', pushForward(problem, inputs, tangents), isZero);
    });

    it('has a zero jvp for each tangent that is zero', () => {
      sources.forEach((position) => {
        const alone = { ...problem, sources: [position] };
        requireZeros(
          `the jvp of input ${position}`,
          pushForward(alone, inputs, [someZeros]),
          isZero,
        );
      });
    });

    if (firstOrderOps.has(one.op.name)) return;

    it('has a zero second derivative where the cotangent is zero', () => {
      const direction = ones(sourcesOf(problem, inputs));
      const found = secondOrder(problem, inputs, [someZeros], direction);
      for (const [name, tensors] of Object.entries<Tensors>({ ...found })) {
        requireZeros(name, tensors, isZero);
      }
    });

    it('has a zero second derivative where the direction is zero', () => {
      const direction = sources.map(() => someZeros);
      const found = secondOrder(problem, inputs, ones([output]), direction);
      for (const [name, tensors] of Object.entries<Tensors>({ ...found }))
        requireZeros(name, tensors, isZero);
    });
  },
);

const cutSamples = publicSamples.filter(({ row }) => row.isCut !== undefined);

law('that is piecewise constant cuts the gradient, and says so', cutSamples, (sample) => {
  const inputs = sample.draw('float64');
  const gradientOf = (options: object): unknown => {
    const tape = new GradientTape();
    const sources = sourcesOf(sample, inputs);
    const results = tape.run(() => {
      tape.watch(sources);
      return resultsOf(sample.call, inputs);
    });
    return tape.gradient(results, sources, options);
  };
  const zeros = sourcesOf(sample, inputs).map((x) => mapValues(x, () => 0));
  requireSame('the zeros', gradientOf({ unconnectedGradients: 'zero' }) as Tensors, zeros);
  const error = errorOf(() => gradientOf({}));
  const cut = sample.row.isCut;
  const names = cut === true ? [sample.name] : (cut ?? []);
  const isRight =
    error instanceof UnconnectedGradientError && names.some((name) => error.message.includes(name));
  refute(
    'the error',
    isRight
      ? null
      : `must be an UnconnectedGradientError that names ${names.join(' or ')}; got ${String(error)}`,
  );
});

const refusedSamples = publicSamples.filter(({ row }) => row.isRefused === true);

law('without a derivative refuses to give one', refusedSamples, (sample) => {
  const inputs = sample.draw('float64');
  const error = errorOf(() => pullBack(sample, inputs, randomLike(outputsOf(sample, inputs), 1)));
  const isRight = error instanceof UnsupportedError && error.message.includes(sample.name);
  refute(
    'the error',
    isRight ? null : `must be an UnsupportedError that names ${sample.name}; got ${String(error)}`,
  );
});

law('with first derivatives only refuses second ones', firstOrderSamples, (sample) => {
  const { inputs, tangents, cotangents } = settingOf(sample);
  const error = errorOf(() => secondOrder(sample, inputs, cotangents, tangents));
  const isRight = error instanceof UnsupportedError && error.message.includes(sample.name);
  refute(
    'the error',
    isRight ? null : `must be an UnsupportedError that names ${sample.name}; got ${String(error)}`,
  );
});

function errorOf(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Shapes of a sample with a size of 0: as its row says, or each axis in turn. */
function emptyShapes(sample: Sample): readonly (readonly Shape[])[] {
  const { row } = sample;
  const count = sample.draw('float64').length;
  if (row.empty !== undefined) return row.empty.map((shapes) => shapes.slice(0, count));
  const isFree = row.calls === undefined || row.axes !== undefined;
  if (!isFree || count !== 1) return [];
  const { shape } = row.inputs[0];
  return shape.map((_, axis) => [shape.map((size, i) => (i === axis ? 0 : size))]);
}

law('takes sizes of 0', publicSamples, (sample) => {
  for (const shapes of emptyShapes(sample)) {
    const inputs = drawInputs(sample.row, shapes, 'float64');
    const results = resultsOf(sample.call, inputs);
    const names = shapes.map((shape) => `[${shape.join()}]`).join(' and ');
    for (const y of results) requireLength(`the result for ${names}`, y, y.shape);
    // Unstacking an axis of size 0 leaves nothing.
    if (!isDifferentiable(sample) || results.length === 0) continue;
    const sources = sourcesOf(sample, inputs);
    const outputs = outputsOf(sample, inputs);
    const gradient = pullBack(sample, inputs, randomLike(outputs, 1));
    gradient.forEach((g, i) => requireLength(`the vjp for ${names}`, g, sources[i].shape));
    const tangents = pushForward(sample, inputs, randomLike(sources, 2));
    tangents.forEach((t, i) => requireLength(`the jvp for ${names}`, t, outputs[i].shape));
  }
});

function requireLength(what: string, x: Tensor, shape: Shape): void {
  const size = shape.reduce((product, length) => product * length, dtypeFacts[x.dtype].lanes);
  const isRight = x.shape.join() === shape.join() && x.values.length === size;
  refute(
    what,
    isRight
      ? null
      : `must have shape [${shape.join()}] and ${size} values; got [${x.shape.join()}] and ${x.values.length}`,
  );
}

describe('the edges', () => {
  it('are met by samples', () => {
    expect(elementwise.length).toBeGreaterThan(10);
    expect(smoothSamples.length).toBeGreaterThan(10);
  });
});
