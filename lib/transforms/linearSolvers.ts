import { isComplex } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul, neg, sqrt, sub } from '../ops/arithmetic.ts';
import { conj } from '../ops/conjugate.ts';
import { add } from '../ops/elementwise.ts';
import { cast } from '../ops/structural.ts';
import { zerosOf } from './leaves.ts';
import type { Vector, VectorMap } from './vectors.ts';
import {
  dimension,
  dividedBy,
  dot,
  greatest,
  largest,
  minus,
  norm,
  plus,
  ratio,
  scaledBy,
} from './vectors.ts';

/*
 * Iterations for A x = b that know A by its products with vectors alone. They are written in ops on
 * scalars and vectors throughout, so that a batch of systems goes through one iteration, which ends
 * when the last of them has converged; for those that have, its steps are zeros.
 */

export type LinearMethod = 'cg' | 'gmres' | 'bicgstab';

/** A system, and how far to go. */
export interface LinearSystem {
  readonly multiply: VectorMap;
  readonly b: Vector;
  /** Multiplies with an approximate inverse of A. */
  readonly precondition: VectorMap;
  /** The greatest length of the residual, as a fraction of that of b. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** After how many directions gmres starts anew. */
  readonly restart: number;
}

/** Where an iteration ended. */
export interface IterationState<X> {
  readonly value: X;
  readonly converged: boolean;
  /** The relative length of what is left. */
  readonly residual: number;
  readonly iterations: number;
}

/** From x with residual r, at most `budget` iterations; `done` looks at the length of a residual. */
type Cycle = (
  system: LinearSystem,
  start: { readonly x: Vector; readonly r: Vector },
  done: (length: Tensor) => boolean,
  budget: number,
) => { readonly x: Vector; readonly iterations: number };

/**
 * Solves a system from zero; what it says of the residual is measured, not extrapolated.
 *
 * The right side is scaled first, so that squares of its elements neither over- nor underflow.
 */
export function iterate(method: LinearMethod, system: LinearSystem): IterationState<Vector> {
  const size = greatest(system.b);
  const state = iterateScaled(method, { ...system, b: dividedBy(system.b, size) });
  return { ...state, value: scaledBy(state.value, size) };
}

function iterateScaled(method: LinearMethod, system: LinearSystem): IterationState<Vector> {
  const { b, multiply, tolerance, maxIterations } = system;
  const whole = norm(b);
  const left = (length: Tensor): number => largest(ratio(length, whole));
  const done = (length: Tensor): boolean => left(length) <= tolerance;
  let x: Vector = b.map(zerosOf);
  let r = b;
  let residual = left(norm(r));
  let iterations = 0;
  while (!(residual <= tolerance) && iterations < maxIterations) {
    const cycle = cycles[method](system, { x, r }, done, maxIterations - iterations);
    const next = minus(b, multiply(cycle.x));
    const nextResidual = left(norm(next));
    iterations += cycle.iterations;
    // Written so that NaN counts as worse.
    if (!(nextResidual < residual)) break;
    const isSlow = nextResidual > residual / 2 && method !== 'gmres';
    [x, r, residual] = [cycle.x, next, nextResidual];
    if (isSlow) break;
  }
  return { value: x, converged: residual <= tolerance, residual, iterations };
}

/** @see Hestenes & Stiefel 1952; Golub & Van Loan, Matrix Computations, algorithm 11.5.1 */
const conjugateGradients: Cycle = ({ multiply, precondition }, start, done, budget) => {
  let { x, r } = start;
  let z = precondition(r);
  let p = z;
  let rz = dot(r, z);
  let iterations = 0;
  while (iterations < budget) {
    iterations++;
    const q = multiply(p);
    const step = ratio(rz, dot(p, q));
    x = plus(x, p, step);
    r = minus(r, q, step);
    if (done(norm(r))) break;
    z = precondition(r);
    const next = dot(r, z);
    p = plus(z, p, ratio(next, rz));
    rz = next;
  }
  return { x, iterations };
};

/** @see van der Vorst 1992, Bi-CGSTAB: a fast and smoothly converging variant of Bi-CG */
const stabilised: Cycle = ({ multiply, precondition }, start, done, budget) => {
  let { x, r } = start;
  const shadow = r;
  let rho = dot(shadow, r);
  let p = r;
  let iterations = 0;
  while (iterations < budget) {
    iterations++;
    const direction = precondition(p);
    const v = multiply(direction);
    const alpha = ratio(rho, dot(shadow, v));
    const s = minus(r, v, alpha);
    const correction = precondition(s);
    const t = multiply(correction);
    const omega = ratio(dot(t, s), dot(t, t));
    x = plus(plus(x, direction, alpha), correction, omega);
    r = minus(s, t, omega);
    const length = norm(r);
    if (done(length) || !Number.isFinite(largest(length))) break;
    const next = dot(shadow, r);
    const beta = mul(ratio(next, rho), ratio(alpha, omega));
    p = plus(r, minus(p, v, omega), beta);
    rho = next;
  }
  return { x, iterations };
};

/** A rotation of two rows that takes the second of two numbers to 0: rows (c, s) and (-s, conj c). */
interface Rotation {
  readonly c: Tensor;
  readonly s: Tensor;
}

/** @see Saad & Schultz 1986, GMRES; here preconditioned from the right, so that residuals are true */
const minimalResidual: Cycle = (system, start, done, budget) => {
  const { multiply, precondition, restart } = system;
  const length = norm(start.r);
  const basis: Vector[] = [dividedBy(start.r, length)];
  const columns: Tensor[][] = [];
  const rotations: Rotation[] = [];
  const right: Tensor[] = [length];
  const most = Math.min(budget, restart, dimension(start.r));
  while (columns.length < most) {
    const at = columns.length;
    let w = multiply(precondition(basis[at]));
    const column: Tensor[] = [];
    // Twice is enough: once leaves the new direction skew where it is almost in the span.
    for (let pass = 0; pass < 2; pass++) {
      basis.forEach((v, i) => {
        const share = dot(v, w);
        w = minus(w, v, share);
        column[i] = pass === 0 ? share : add(column[i], share);
      });
    }
    const rest = norm(w);
    basis.push(dividedBy(w, rest));
    rotations.forEach((rotation, i) => {
      [column[i], column[i + 1]] = rotated(rotation, column[i], column[i + 1]);
    });
    const rotation = rotationFor(column[at], rest);
    rotations.push(rotation);
    column[at] = rotated(rotation, column[at], castLike(rest, column[at]))[0];
    const corner = castLike(right[at], column[at]);
    [right[at], right[at + 1]] = rotated(rotation, corner, zerosOf(corner));
    columns.push(column);
    if (done(norm([right[at + 1]]))) break;
  }
  const weights = backSubstituted(columns, right);
  const step = weights.reduce<Vector>(
    (sum, weight, i) => plus(sum, basis[i], weight),
    start.r.map(zerosOf),
  );
  return { x: plus(start.x, precondition(step)), iterations: columns.length };
};

function rotationFor(a: Tensor, b: Tensor): Rotation {
  const radius = sqrt(add(mul(norm([a]), norm([a])), mul(b, b)));
  const adjoint = isComplex(a.dtype) ? conj(a) : a;
  return { c: ratio(adjoint, castLike(radius, a)), s: castLike(ratio(b, radius), a) };
}

function rotated({ c, s }: Rotation, upper: Tensor, lower: Tensor): [Tensor, Tensor] {
  const adjoint = isComplex(c.dtype) ? conj(c) : c;
  return [add(mul(c, upper), mul(s, lower)), add(mul(neg(s), upper), mul(adjoint, lower))];
}

function backSubstituted(columns: readonly Tensor[][], right: readonly Tensor[]): Tensor[] {
  const weights: Tensor[] = [];
  for (let i = columns.length - 1; i >= 0; i--) {
    let rest = right[i];
    for (let j = i + 1; j < columns.length; j++) rest = sub(rest, mul(columns[j][i], weights[j]));
    weights[i] = ratio(rest, columns[i][i]);
  }
  return weights;
}

function castLike(x: Tensor, like: Tensor): Tensor {
  return x.dtype === like.dtype ? x : cast(x, like.dtype);
}

const cycles: Readonly<Record<LinearMethod, Cycle>> = {
  cg: conjugateGradients,
  bicgstab: stabilised,
  gmres: minimalResidual,
};
