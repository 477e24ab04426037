import { realDType } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor } from '../core/tensor.ts';
import { abs, mul } from '../ops/arithmetic.ts';
import { greater, less, lessEqual, logicalAnd, logicalNot, logicalOr } from '../ops/compare.ts';
import { add } from '../ops/elementwise.ts';
import { where } from '../ops/select.ts';
import { onesOf, zerosOf } from './leaves.ts';
import { recordedJacobian } from './recordedJacobian.ts';
import type { IterationState } from './linearSolvers.ts';
import { iterate } from './linearSolvers.ts';
import type { SolveSettings } from './linearSystem.ts';
import type { Vector, VectorMap } from './vectors.ts';
import {
  dimension,
  dot,
  holdsForAll,
  largest,
  minus,
  negative,
  norm,
  plus,
  ratio,
} from './vectors.ts';

/*
 * Iterations for nonlinear problems. As those for linear systems they are written in ops on scalars and
 * vectors, so that a batch of problems goes through one iteration; each goes its own way by conditions
 * that are tensors too.
 */

/** How far to go. */
export interface Limits {
  /** The greatest length of the residual, relative to one more than its length at the start. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Repeats `x = x + damping (f(x) - x)`. */
export function iterateFixedPoint(
  f: VectorMap,
  start: Vector,
  damping: number,
  { tolerance, maxIterations }: Limits,
): IterationState<Vector> {
  let x = start;
  for (let iterations = 1; ; iterations++) {
    const step = minus(f(x), x);
    const length = norm(x);
    const residual = largest(ratio(norm(step), add(length, onesOf(length))));
    const converged = residual <= tolerance;
    x = plus(x, step, damping === 1 ? undefined : filledTensor(length.spec, damping));
    if (converged || iterations >= maxIterations || !Number.isFinite(residual)) {
      return { value: x, converged, residual, iterations };
    }
  }
}

/**
 * Newton's method with products with the exact Jacobian, and steps halved until the residual shrinks.
 *
 * @see Dembo, Eisenstat & Steihaug 1982, Inexact Newton methods
 */
export function iterateNewton(
  f: VectorMap,
  start: Vector,
  { tolerance, maxIterations }: Limits,
  linear: SolveSettings,
): IterationState<Vector> {
  let x = start;
  let length = norm(f(x));
  const whole = add(length, onesOf(length));
  let isPolished = false;
  for (let iterations = 0; ; iterations++) {
    const residual = largest(ratio(length, whole));
    const converged = residual <= tolerance;
    // One step more: it squares the error, on which the derivatives depend.
    const isDone = converged && (isPolished || residual === 0);
    if (isDone || iterations >= maxIterations || Number.isNaN(residual)) {
      return { value: x, converged, residual, iterations };
    }
    isPolished = converged;
    const old = length;
    const isBetter = (trial: Vector, step: Tensor): Search => {
      const measure = norm(f(trial));
      const wanted = mul(old, add(onesOf(step), mul(step, -1e-4)));
      // Where it is small enough already, rounding may keep it from shrinking.
      const isSmall = lessEqual(measure, mul(whole, tolerance));
      return { measure, isGood: logicalOr(less(measure, wanted), isSmall) };
    };
    const next = search(x, newtonStep(f, x, linear), old, isBetter);
    if (next === null) return { value: x, converged, residual, iterations };
    [x, length] = [next.x, next.measure];
  }
}

function newtonStep(f: VectorMap, x: Vector, linear: SolveSettings): Vector {
  const jacobian = recordedJacobian(f, x);
  const { value } = iterate(linear.method, {
    ...linear,
    tolerance: Math.max(linear.tolerance, 1e-8),
    multiply: jacobian.push,
    b: negative(jacobian.value),
    precondition: (r) => r,
  });
  jacobian.release();
  return value;
}

/**
 * Newton's method for minima: conjugate gradients on products with the exact Hessian, cut short where
 * the curvature is negative, and steps halved until the function decreases.
 *
 * @see Nocedal & Wright 2006, Numerical Optimization, algorithm 7.1
 */
export function iterateMinimum(
  loss: (x: Vector) => Tensor,
  start: Vector,
  { tolerance, maxIterations }: Limits,
): IterationState<Vector> {
  const gradientAt = gradientOf(loss);
  let x = start;
  let value = loss(x);
  let isPolished = false;
  let whole: Tensor | null = null;
  for (let iterations = 0; ; iterations++) {
    const hessian = recordedJacobian(gradientAt, x);
    const gradient = hessian.value;
    const length = norm(gradient);
    whole ??= add(length, onesOf(length));
    const residual = largest(ratio(length, whole));
    const converged = residual <= tolerance;
    const isDone = converged && (isPolished || residual === 0);
    if (isDone || iterations >= maxIterations || Number.isNaN(residual)) {
      hessian.release();
      return { value: x, converged, residual, iterations };
    }
    isPolished = converged;
    const direction = descentDirection(hessian.push, gradient, length);
    hessian.release();
    const slope = dot(gradient, direction);
    const old = value;
    // What rounding may hide of a decrease.
    const slack = mul(abs(old), realDType(old.dtype) === 'float32' ? 1e-6 : 1e-14);
    const isLower = (trial: Vector, step: Tensor): Search => {
      const measure = loss(trial);
      const wanted = add(add(old, slack), mul(mul(step, 1e-4), slope));
      return { measure, isGood: lessEqual(measure, wanted) };
    };
    const next = search(x, direction, old, isLower);
    if (next === null) return { value: x, converged, residual, iterations };
    [x, value] = [next.x, next.measure];
  }
}

/** The gradient of a scalar function. */
export function gradientOf(loss: (x: Vector) => Tensor): VectorMap {
  return (x) => {
    const { value, pull, release } = recordedJacobian((ys) => [loss(ys)], x);
    const gradient = pull([onesOf(value[0])]);
    release();
    return gradient;
  };
}

// Conjugate gradients for H d = -g, more exact the smaller g is.
function descentDirection(multiply: VectorMap, gradient: Vector, length: Tensor): Vector {
  const zero = zerosOf(length);
  const enough = mul(length, Math.min(0.1, Math.sqrt(largest(length))));
  let direction: Vector = gradient.map(zerosOf);
  let r = negative(gradient);
  let p = r;
  let rr = dot(r, r);
  let isActive = greater(length, zero);
  const most = 2 * dimension(gradient) + 10;
  for (let i = 0; i < most; i++) {
    const q = multiply(p);
    const curvature = dot(p, q);
    const isConvex = greater(curvature, mul(dot(p, p), 1e-15));
    const steepest = i === 0 ? onesOf(length) : zero;
    const step = where(isActive, where(isConvex, ratio(rr, curvature), steepest), zero);
    direction = plus(direction, p, step);
    r = minus(r, q, step);
    const next = dot(r, r);
    isActive = logicalAnd(logicalAnd(isActive, isConvex), greater(next, mul(enough, enough)));
    if (holdsForAll(logicalNot(isActive))) break;
    p = plus(r, p, ratio(next, rr));
    rr = next;
  }
  return direction;
}

interface Search {
  readonly measure: Tensor;
  /** Whether the step is far enough down. */
  readonly isGood: Tensor;
}

const mostHalvings = 50;

/**
 * Halves the step until `judge` finds it good, for each example by itself; those for which it never
 * does stay where they are. Null when none moves.
 */
function search(
  x: Vector,
  direction: Vector,
  measure: Tensor,
  judge: (trial: Vector, step: Tensor) => Search,
): { readonly x: Vector; readonly measure: Tensor } | null {
  let step = onesOf(measure);
  let trial = plus(x, direction);
  let found = judge(trial, step);
  for (let i = 0; i < mostHalvings && !holdsForAll(found.isGood); i++) {
    step = where(found.isGood, step, mul(step, 0.5));
    trial = plus(x, direction, step);
    const { isGood: wasGood } = found;
    const next = judge(trial, step);
    found = { measure: next.measure, isGood: logicalOr(wasGood, next.isGood) };
  }
  if (holdsForAll(logicalNot(found.isGood))) return null;
  return {
    x: x.map((old, i) => where(found.isGood, trial[i], old)),
    measure: where(found.isGood, found.measure, measure),
  };
}
