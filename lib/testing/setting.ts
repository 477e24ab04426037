import type { DType, FloatDType } from '../base/dtype.ts';
import { complexDType, isComplex, isFloat, newValues } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import { Tensor } from '../core/tensor.ts';
import type { LawSample } from './problem.ts';
import { outputsOf, sourcesOf } from './problem.ts';
import { randomNumbers } from './randomNumbers.ts';

type Tensors = readonly Tensor[];

/** A sample at one point, with random tangents for its sources and cotangents for its outputs. */
export interface Setting {
  readonly inputs: Tensors;
  readonly tangents: Tensors;
  /** Second tangents, for second derivatives. */
  readonly others: Tensors;
  readonly cotangents: Tensors;
}

export function settingOf(sample: LawSample, dtype: FloatDType = 'float64', seed = 0): Setting {
  const inputs = sample.draw(dtype, seed);
  const sources = sourcesOf(sample, inputs);
  return {
    inputs,
    tangents: randomLike(sources, 1 + seed),
    others: randomLike(sources, 2 + seed),
    cotangents: randomLike(outputsOf(sample, inputs), 3 + seed),
  };
}

/** Random numbers in (-1, 1) of the same shapes and dtypes. */
export function randomLike(tensors: Tensors, seed: number): Tensors {
  const random = randomNumbers(seed);
  return tensors.map((x) => mapValues(x, () => random.uniform(-1, 1)));
}

/** A tensor like `x` with `f` of each of its values. */
export function mapValues(x: Tensor, f: (value: number, at: number) => number): Tensor {
  return tensorOf(Array.from<number, number>(x.values, f), x.shape, x.dtype);
}

/** Float tensors as another float dtype, complex ones as the complex dtype of that; the values are not rounded on the way up. */
export function asFloat(dtype: FloatDType, tensors: Tensors): Tensors {
  return tensors.map((x) => {
    if (isFloat(x.dtype)) return tensorOf(x.values, x.shape, dtype);
    return isComplex(x.dtype) ? tensorOf(x.values, x.shape, complexDType(dtype)) : x;
  });
}

/** The inputs with those at `positions` replaced. */
export function replaced(inputs: Tensors, positions: readonly number[], by: Tensors): Tensors {
  return inputs.map((x, i) => (positions.includes(i) ? by[positions.indexOf(i)] : x));
}

/** Sum of products of real numbers (the parts of complex ones) over lists of tensors, and how large its terms are together. */
export interface Product {
  readonly value: number;
  readonly size: number;
}

export function innerProduct(a: Tensors, b: Tensors): Product {
  let value = 0;
  let size = 0;
  a.forEach((x, i) => {
    for (let k = 0; k < x.values.length; k++) {
      const term = x.values[k] * b[i].values[k];
      value += term;
      size += Math.abs(term);
    }
  });
  return { value, size };
}

/** A tensor of these numbers, of complex elements part by part, rounded to its dtype. */
export function tensorOf(numbers: ArrayLike<number>, shape: Shape, dtype: DType): Tensor {
  const spec = specOf(shape, dtype);
  const values = newValues(dtype, spec.size);
  values.set(numbers);
  return new Tensor(spec, values);
}
