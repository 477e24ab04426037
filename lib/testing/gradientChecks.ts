import { isComplex } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GradientCheck, Place, WorstElement } from './gradientReport.ts';
import type { Numeric, Site } from './numericDerivatives.ts';
import { concatenated, derivativeAlong, derivativeBy } from './numericDerivatives.ts';
import type { Problem } from './problem.ts';
import { outputsOf, pullBack, pushForward } from './problem.ts';
import { randomNumbers } from './randomNumbers.ts';
import { innerProduct, mapValues, randomLike, replaced } from './setting.ts';

type Tensors = readonly Tensor[];

export type Mode = 'reverse' | 'forward';

/** A function at a point, with names for what goes in and comes out. */
export interface Subject extends Site {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** What comes before: ` over reverse`. */
  readonly suffix: string;
  readonly tolerance: number;
  /** Relative rounding of the results. */
  readonly rounding: number;
}

/** Up to this many numbers on both sides, the whole Jacobian is compared, else random combinations. */
const wholeJacobian = 64;
/** Of a larger input, this many elements are drawn at random. */
const mostElements = 1000;

/** Checks all derivatives up to `order`, each by every mode over every mode. */
export function checksOf(subject: Subject, modes: readonly Mode[], order: number): GradientCheck[] {
  const seeds = outputsOf(subject.problem, subject.inputs);
  const setting = { outputs: seeds, cotangents: weights(seeds, 3) };
  const found = subject.problem.sources.flatMap((position, i) => {
    const numeric = numericColumns(subject, position);
    return modes.map((mode) => checkOf(subject, setting, mode, i, numeric));
  });
  if (order === 1) return found;
  return [...found, ...modes.flatMap((mode) => checksOf(derived(subject, mode), modes, order - 1))];
}

interface Outputs {
  readonly outputs: Tensors;
  /** Weights of the results. */
  readonly cotangents: Tensors;
}

/** Weights of numbers: 1 for a single one, else at random. */
function weights(tensors: Tensors, seed: number): Tensors {
  const count = tensors.reduce((total, x) => total + x.values.length, 0);
  return count === 1 ? tensors.map((x) => mapValues(x, () => 1)) : randomLike(tensors, seed);
}

/** The derivative that a mode gives, as a function of the same inputs. */
function derived(subject: Subject, mode: Mode): Subject {
  const { problem, inputs, inputNames, outputNames, suffix } = subject;
  const cotangents = weights(outputsOf(problem, inputs), 3);
  const tangents = weights(
    problem.sources.map((i) => inputs[i]),
    1,
  );
  const call: Problem['call'] =
    mode === 'reverse'
      ? (...at) => pullBack(problem, at, cotangents)
      : (...at) => pushForward(problem, at, tangents);
  return {
    ...subject,
    problem: { ...problem, call },
    outputNames:
      mode === 'reverse'
        ? problem.sources.map((i) => `gradient of ${inputNames[i]}`)
        : outputNames.map((name) => `tangent of ${name}`),
    suffix: ` over ${mode}${suffix}`,
  };
}

/** Derivatives by elements of one input: a column of the Jacobian each. */
interface Columns {
  readonly elements: readonly number[];
  readonly columns: readonly Numeric[];
}

function numericColumns(subject: Subject, position: number): Columns {
  const { length } = subject.inputs[position].values;
  const all = Array.from({ length }, (_, i) => i);
  const elements =
    length <= mostElements ? all : randomNumbers(5).permutation(length).slice(0, mostElements);
  return {
    elements,
    columns: elements.map((element) => derivativeBy(subject, position, element)),
  };
}

/** Numbers to compare, and where each belongs. */
interface Comparison {
  readonly analytic: ArrayLike<number>;
  readonly numeric: ArrayLike<number>;
  /** Positions among the numbers of the input and of the results; null for all of them together. */
  readonly placeOf: (i: number) => readonly [input: number | null, output: number | null];
}

function checkOf(
  subject: Subject,
  setting: Outputs,
  mode: Mode,
  source: number,
  columns: Columns,
): GradientCheck {
  const { problem, inputs, inputNames, suffix, tolerance } = subject;
  const position = problem.sources[source];
  const { outputs } = setting;
  const count = outputs.reduce((total, y) => total + y.values.length, 0);
  const isWhole = count <= wholeJacobian && inputs[position].values.length <= wholeJacobian;
  const comparison = isWhole
    ? compareWhole(subject, setting, mode, source, columns)
    : compareCombined(subject, setting, mode, source, columns);
  const floor = floorOf(comparison.numeric, outputs);
  const worst = worstOf(subject, outputs, position, comparison, floor);
  const { slope, factor } = remainderSlope(subject, setting, mode, position, floor);
  const isExact = columns.columns.length > 0 && columns.columns.every(isComplexStep);
  return {
    mode: `${mode}${suffix}`,
    input: inputNames[position],
    method: isExact && (isWhole || mode === 'reverse') ? 'complex step' : 'differences',
    worst,
    slope,
    ok: (worst === null || worst.error <= tolerance) && (slope >= 1.5 || factor <= tolerance),
  };
}

function isComplexStep({ method }: Numeric): boolean {
  return method === 'complex step';
}

function compareWhole(
  { problem, inputs }: Subject,
  { outputs }: Outputs,
  mode: Mode,
  source: number,
  { columns }: Columns,
): Comparison {
  const position = problem.sources[source];
  const x = inputs[position];
  const rows = concatenated(outputs).length;
  const analytic = new Float64Array(rows * x.values.length);
  if (mode === 'forward') {
    const alone = { ...problem, sources: [position] };
    x.values.forEach((_, k) => {
      const [direction] = unit([x], k);
      const tangents = concatenated(pushForward(alone, inputs, [direction ?? x]));
      tangents.forEach((value, j) => (analytic[j * x.values.length + k] = value));
    });
  } else {
    for (let j = 0; j < rows; j++) {
      const gradient = pullBack(problem, inputs, unit(outputs, j));
      analytic.set(gradient[source].values, j * x.values.length);
    }
  }
  const width = x.values.length;
  const numeric = analytic.map((_, i) => columns[i % width].values[Math.floor(i / width)]);
  return { analytic, numeric, placeOf: (i) => [i % width, Math.floor(i / width)] };
}

/** Zeros but for a 1 at one place among the numbers of several tensors; null for all zeros. */
function unit(tensors: Tensors, place: number): readonly (Tensor | null)[] {
  let first = 0;
  return tensors.map((x) => {
    const at = place - first;
    first += x.values.length;
    if (at < 0 || at >= x.values.length) return null;
    return mapValues(x, (_, k) => (k === at ? 1 : 0));
  });
}

function compareCombined(
  subject: Subject,
  { outputs, cotangents }: Outputs,
  mode: Mode,
  source: number,
  { elements, columns }: Columns,
): Comparison {
  const { problem, inputs } = subject;
  const position = problem.sources[source];
  if (mode === 'forward') {
    const direction = weights([inputs[position]], 1 + source);
    const alone = { ...problem, sources: [position] };
    return {
      analytic: concatenated(pushForward(alone, inputs, direction)),
      numeric: derivativeAlong(subject, [position], direction),
      placeOf: (j) => [null, j],
    };
  }
  const weightsOfResults = concatenated(cotangents);
  const gradient = pullBack(problem, inputs, cotangents)[source];
  return {
    analytic: elements.map((element) => gradient.values[element]),
    numeric: columns.map(({ values }) =>
      values.reduce((total, value, j) => total + value * weightsOfResults[j], 0),
    ),
    placeOf: (i) => [
      elements[i],
      outputs.length === 1 && outputs[0].values.length === 1 ? 0 : null,
    ],
  };
}

/** Below this, a derivative is as good as 0: what differences of the results cannot tell from it. */
function floorOf(numeric: ArrayLike<number>, outputs: Tensors): number {
  const largest = (numbers: ArrayLike<number>): number =>
    Array.from(numbers).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.max(1e-3 * largest(numeric), 1e-5 * largest(concatenated(outputs)), 1e-6);
}

function worstOf(
  { inputs, inputNames, outputNames }: Subject,
  outputs: Tensors,
  position: number,
  { analytic, numeric, placeOf }: Comparison,
  floor: number,
): WorstElement | null {
  let worst = -1;
  let most = -1;
  for (let i = 0; i < analytic.length; i++) {
    const error = errorOf(analytic[i], numeric[i], floor);
    if (error > most) [worst, most] = [i, error];
  }
  if (worst < 0) return null;
  const [input, output] = placeOf(worst);
  return {
    input: input === null ? null : placed([inputs[position]], [inputNames[position]], input),
    output: output === null ? null : placed(outputs, outputNames, output),
    analytic: analytic[worst],
    numeric: numeric[worst],
    error: most,
  };
}

function errorOf(analytic: number, numeric: number, floor: number): number {
  if (Object.is(analytic, numeric)) return 0;
  const error = Math.abs(analytic - numeric);
  const scale = Math.max(Math.abs(analytic), Math.abs(numeric), floor);
  return Number.isNaN(error) || scale === Infinity ? Infinity : error / scale;
}

/** The element at a place among the numbers of several tensors. */
function placed(tensors: Tensors, names: readonly string[], place: number): Place {
  let at = place;
  const which = tensors.findIndex((x) => {
    if (at < x.values.length) return true;
    at -= x.values.length;
    return false;
  });
  const { shape, dtype } = tensors[which];
  const part = isComplex(dtype) ? (['real', 'imag'] as const)[at % 2] : undefined;
  let rest = isComplex(dtype) ? Math.floor(at / 2) : at;
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return { name: names[which], index, ...(part !== undefined && { part }) };
}

/** How fast the remainder of the first-order expansion vanishes. */
interface Remainder {
  readonly slope: number;
  /** What is left of it in the smallest step, as a part of the derivative. */
  readonly factor: number;
}

function remainderSlope(
  { problem, inputs, step, rounding }: Subject,
  { cotangents }: Outputs,
  mode: Mode,
  position: number,
  floor: number,
): Remainder {
  const alone = { ...problem, sources: [position] };
  const x = inputs[position];
  const direction = randomLike([x], 11);
  const valueAt = (h: number) => {
    const at = mapValues(x, (value, k) => value + h * direction[0].values[k]);
    return innerProduct(cotangents, outputsOf(problem, replaced(inputs, [position], [at])));
  };
  const slope =
    mode === 'forward'
      ? innerProduct(cotangents, pushForward(alone, inputs, direction)).value
      : innerProduct(pullBack(alone, inputs, cotangents), direction).value;
  const start = valueAt(0);
  const noise = 8 * rounding * Math.max(start.size, Number.MIN_VALUE);
  const steps = [0, 1, 2, 3, 4].map((k) => 2 * step * 2 ** -k);
  const left = steps.map((h) => Math.abs(valueAt(h).value - start.value - h * slope));
  const usable = left.findIndex((value) => value <= noise);
  const kept = usable < 0 ? left : left.slice(0, usable);
  if (kept.length < 2) return { slope: kept.length === 0 ? Infinity : 2, factor: 0 };
  const last = kept.length - 1;
  return {
    slope: Math.log2(kept[0] / kept[last]) / last,
    factor: kept[last] / (steps[last] * Math.max(Math.abs(slope), floor)),
  };
}
