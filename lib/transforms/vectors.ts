/** Vectors whose elements are spread over several tensors, and numbers that may differ by example. */

import type { Values } from '../base/dtype.ts';
import { isComplex, realDType } from '../base/dtype.ts';
import { misuse, UnsupportedError } from '../base/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { abs, mul, neg, sqrt, sub } from '../ops/arithmetic.ts';
import { real } from '../ops/complex.ts';
import { conj } from '../ops/conjugate.ts';
import { add, quotient } from '../ops/elementwise.ts';
import { max } from '../ops/reduce.ts';
import { maximum } from '../ops/select.ts';
import { cast, sum } from '../ops/structural.ts';
import { behindExamples } from './batching.ts';

export type Vector = readonly Tensor[];

/** A function from vectors to vectors. */
export type VectorMap = (x: Vector) => Vector;

/** The inner product, of which the first factor is conjugated: a scalar. */
export function dot(a: Vector, b: Vector): Tensor {
  return a
    .map((x, i) => sum(mul(isComplex(x.dtype) ? conj(x) : x, b[i])))
    .reduce((total, share) => add(total, share));
}

/** The Euclidean length, a real scalar. */
export function norm(a: Vector): Tensor {
  const squared = dot(a, a);
  return sqrt(isComplex(squared.dtype) ? real(squared) : squared);
}

/** `y + scale x`, in the dtypes of `y`. */
export function plus(y: Vector, x: Vector, scale?: Tensor): Vector {
  return y.map((one, i) => add(one, scale === undefined ? x[i] : times(x[i], scale)));
}

/** `y - scale x`, in the dtypes of `y`. */
export function minus(y: Vector, x: Vector, scale?: Tensor): Vector {
  return y.map((one, i) => sub(one, scale === undefined ? x[i] : times(x[i], scale)));
}

/** The greatest magnitude of an element, a real scalar. */
export function greatest(x: Vector): Tensor {
  const each = x.filter(({ size }) => size > 0).map((one) => max(abs(one)));
  return each.length === 0 ? norm(x) : each.reduce((most, one) => maximum(most, one));
}

export function scaledBy(x: Vector, scale: Tensor): Vector {
  return x.map((one) => times(one, scale));
}

/** `x / divisor`; 0 stays 0 also where the divisor is 0. */
export function dividedBy(x: Vector, divisor: Tensor): Vector {
  return x.map((one) =>
    quotient(one, one.dtype === divisor.dtype ? divisor : cast(divisor, one.dtype)),
  );
}

export function negative(x: Vector): Vector {
  return x.map((one) => neg(one));
}

function times(x: Tensor, scale: Tensor): Tensor {
  const product = mul(x, scale);
  return product.dtype === x.dtype ? product : cast(product, x.dtype);
}

/** The quotient of scalars; 0 over 0 is 0, which is a step where nothing is left to do. */
export function ratio(a: Tensor, b: Tensor): Tensor {
  return quotient(a.dtype === b.dtype ? a : cast(a, b.dtype), b);
}

/** The largest magnitude of a scalar over all examples; NaN if one is. */
export function largest(x: Tensor): number {
  const values = known(isComplex(x.dtype) ? abs(x) : x);
  let most = 0;
  for (const value of values) if (!(Math.abs(value) <= most)) most = Math.abs(value);
  return most;
}

function known(x: Tensor): Values {
  const { storage } = behindExamples(x);
  if (storage !== null) return storage;
  const hint = 'a graph only describes its computation: solve outside it, and feed the solution';
  const condition = 'have values, which tell when to stop';
  throw misuse(UnsupportedError, 'iteration', 'residual', condition, x.toString(), hint);
}

/** Whether a condition holds for all examples. */
export function holdsForAll(condition: Tensor): boolean {
  return known(condition).every((value) => value !== 0);
}

/** How many elements there are. */
export function dimension(x: Vector): number {
  return x.reduce((total, one) => total + one.size, 0);
}

/** How exact an iteration is unless told: near what rounding leaves. */
export function defaultTolerance(x: Vector): number {
  return x.some(({ dtype }) => realDType(dtype) === 'float32') ? 1e-5 : 1e-10;
}
