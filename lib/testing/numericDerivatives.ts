import { isComplex, isFloat } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { differenceQuotient } from './differences.ts';
import type { Problem } from './problem.ts';
import { outputsOf } from './problem.ts';
import { mapValues, replaced, tensorOf } from './setting.ts';

type Tensors = readonly Tensor[];

/** A function of tensors at a point, for differences. */
export interface Site {
  readonly problem: Problem;
  readonly inputs: Tensors;
  /** Half the distance of neighbouring points, as a part of a number above 1. */
  readonly step: number;
}

/** Derivatives of all results, one after the other, and how they were found. */
export interface Numeric {
  readonly values: Float64Array;
  readonly method: 'differences' | 'complex step';
}

/** The numbers of several tensors in a row; complex ones by their parts. */
export function concatenated(tensors: Tensors): Float64Array {
  const all = new Float64Array(tensors.reduce((total, x) => total + x.values.length, 0));
  let at = 0;
  for (const { values } of tensors) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}

/** The derivative of the results along tangents of the inputs at `positions`. */
export function derivativeAlong(
  { problem, inputs, step }: Site,
  positions: readonly number[],
  tangents: Tensors,
): Float64Array {
  const moved = (h: number): Tensors => {
    const by = positions.map((position, i) =>
      mapValues(inputs[position], (value, k) => value + h * tangents[i].values[k]),
    );
    return replaced(inputs, positions, by);
  };
  return differenceQuotient((h) => concatenated(outputsOf(problem, moved(h))), step);
}

/**
 * The derivative of the results by one number of one input: by a complex step where `f` takes complex
 * numbers and the step agrees with differences, which it does where all of `f` is holomorphic.
 *
 * @see Martins, Sturdza & Alonso 2003, for the complex step: `Im f(x + ih) / h` subtracts nothing
 */
export function derivativeBy(site: Site, position: number, element: number): Numeric {
  const { problem, inputs, step } = site;
  const x = inputs[position];
  const h = step * Math.max(1, Math.abs(x.values[element]));
  const moved = (by: number): Float64Array => {
    const at = mapValues(x, (value, k) => (k === element ? value + by : value));
    return concatenated(outputsOf(problem, replaced(inputs, [position], [at])));
  };
  const values = differenceQuotient(moved, h);
  if (!isFloat(x.dtype)) return { values, method: 'differences' };
  const exact = complexStep(site, position, element);
  return exact !== null && agree(exact, values)
    ? { values: exact, method: 'complex step' }
    : { values, method: 'differences' };
}

const tiny = 1e-100;

// The imaginary parts of the results over the step; null where f does not take complex numbers.
function complexStep(
  { problem, inputs }: Site,
  position: number,
  element: number,
): Float64Array | null {
  try {
    const wide = inputs.map((x) => (isFloat(x.dtype) ? asComplex(x) : x));
    const at = mapValues(wide[position], (value, k) => (k === 2 * element + 1 ? tiny : value));
    const outputs = outputsOf(problem, replaced(wide, [position], [at]));
    const parts = outputs.map((y) =>
      isComplex(y.dtype)
        ? everySecond(y.values).map((value) => value / tiny)
        : new Float64Array(y.values.length),
    );
    return Float64Array.from(parts.flatMap((part) => Array.from(part)));
  } catch {
    return null;
  }
}

function asComplex(x: Tensor): Tensor {
  const pairs = Float64Array.from({ length: 2 * x.size }, (_, k) =>
    k % 2 === 0 ? x.values[k / 2] : 0,
  );
  return tensorOf(pairs, x.shape, 'complex128');
}

function everySecond(values: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + 1]);
}

function agree(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  const scale = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.every((value, i) => Math.abs(value - b[i]) <= 1e-6 * Math.max(scale, 1e-6));
}
