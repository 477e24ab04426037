import { isComplex } from '../base/dtype.ts';
import { ArgumentError, ConvergenceError, DTypeError, misuse, ShapeError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { readOptions, requireBoolean, requireFinite, requireInteger } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { add } from '../ops/elementwise.ts';
import type { Arguments, TensorsOf } from './arguments.ts';
import { readArguments, rebuilt, requireFloats } from './arguments.ts';
import type { Equations } from './implicitFunction.ts';
import { implicitly } from './implicitFunction.ts';
import { onesOf } from './leaves.ts';
import type { IterationOptions, IterationState } from './linearSolve.ts';
import { requireIteration, vectorMapOf } from './linearSolve.ts';
import type { Limits } from './nonlinearSolvers.ts';
import {
  gradientOf,
  iterateFixedPoint,
  iterateMinimum,
  iterateNewton,
} from './nonlinearSolvers.ts';
import { requireFunction, requireSync } from './sync.ts';
import type { Vector, VectorMap } from './vectors.ts';
import { defaultTolerance, largest, minus, norm, ratio } from './vectors.ts';

/** Options of `fixedPoint`, `root` and `argmin`; `F` is what a solver of the user's is given. */
export interface ImplicitOptions<X, F = (x: X) => X> {
  /** The greatest residual, relative to one more than where it started: 1e-10, or 1e-5 for float32. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** How the linear systems of the derivatives, and of Newton's steps, are solved. */
  readonly linear?: IterationOptions;
  /** Finds x instead of the built-in iteration: a function of x alone, and where to start. */
  readonly solver?: (f: F, initial: X) => X;
  /** Return `{value, converged, residual, iterations}`, and do not throw. Default false. */
  readonly returnState?: boolean;
}

export interface FixedPointOptions<X> extends ImplicitOptions<X> {
  /** Which part of each step is taken, at most 1: less lets a function converge that overshoots. */
  readonly damping?: number;
}

interface WithState {
  readonly returnState: true;
}
interface WithoutState {
  readonly returnState?: false;
}

/**
 * The x that `f(x, parameters)` leaves as it is, found by repeating `f`.
 *
 * It has derivatives of every order, in both modes, with respect to the parameters and to what `f`
 * closes over or reads. They come from the implicit function theorem: nothing of the iteration is
 * kept, and they do not depend on `initial`.
 *
 * @param f - takes a structure like `initial` and returns one; near the solution it must contract
 * @param initial - where to start: a tensor-like or a structure of them, of floats
 * @param parameters - handed to `f` as tensors
 * @throws ConvergenceError when the steps do not become small enough
 * @throws ShapeError or DTypeError when `f` returns something unlike `initial`
 * @example fixedPoint((x) => mul(add(x, div(9, x)), 0.5), 1) // 3
 * @example grad((a) => fixedPoint((x, p) => mul(add(x, div(p, x)), 0.5), 1, a))(4) // 0.25
 * @see Bai, Kolter & Koltun 2019, Deep Equilibrium Models
 */
export function fixedPoint<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => TensorsOf<X>,
  initial: X,
  parameters: P | undefined,
  options: FixedPointOptions<TensorsOf<X>> & WithState,
): IterationState<TensorsOf<X>>;
export function fixedPoint<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => TensorsOf<X>,
  initial: X,
  parameters?: P,
  options?: FixedPointOptions<TensorsOf<X>> & WithoutState,
): TensorsOf<X>;
export function fixedPoint(
  f: AnyFunction,
  initial: unknown,
  parameters?: unknown,
  options?: AnyOptions,
): unknown {
  const op = 'fixedPoint';
  const setting = settingOf(op, f, { initial, parameters, options }, 1000);
  const damping = requireFinite(op, 'damping', setting.given.damping ?? 1, { max: 1 });
  if (damping <= 0) {
    throw misuse(ArgumentError, op, 'damping', 'be above 0', String(damping));
  }
  const image = (x: Vector, ps: Vector): Vector => setting.mapAt(ps)(x);
  return solved(setting, {
    equations: { residual: (x, ps) => minus(x, image(x, ps)), linear: setting.linear },
    solverFor: (ps) => (x) => image(x, ps),
    iterate: (ps, start) => iterateFixedPoint((x) => image(x, ps), start, damping, setting.limits),
    hint: 'raise maxIterations or tolerance, take damping, or the root of f(x) - x, which need not contract',
  });
}

/**
 * The x for which `f(x, parameters)` is zero, found by Newton's method with products with the exact
 * Jacobian.
 *
 * Its derivatives are those of `fixedPoint`, by the implicit function theorem.
 *
 * @param f - takes a structure like `initial` and returns one, as many equations as unknowns
 * @param initial - where to start: a tensor-like or a structure of them, of floats
 * @param parameters - handed to `f` as tensors
 * @throws ConvergenceError when `f` does not become small enough
 * @throws ShapeError or DTypeError when `f` returns something unlike `initial`
 * @example root((x, a) => sub(square(x), a), 1, 2) // 1.4142135
 * @example grad((a) => root((x, p) => sub(square(x), p), 1, a))(4) // 0.25
 */
export function root<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => TensorsOf<X>,
  initial: X,
  parameters: P | undefined,
  options: ImplicitOptions<TensorsOf<X>> & WithState,
): IterationState<TensorsOf<X>>;
export function root<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => TensorsOf<X>,
  initial: X,
  parameters?: P,
  options?: ImplicitOptions<TensorsOf<X>> & WithoutState,
): TensorsOf<X>;
export function root(
  f: AnyFunction,
  initial: unknown,
  parameters?: unknown,
  options?: AnyOptions,
): unknown {
  const setting = settingOf('root', f, { initial, parameters, options }, 100);
  const residual = (x: Vector, ps: Vector): Vector => setting.mapAt(ps)(x);
  return solved(setting, {
    equations: { residual, linear: setting.linear },
    solverFor: (ps) => (x) => residual(x, ps),
    iterate: (ps, start) =>
      iterateNewton((x) => residual(x, ps), start, setting.limits, setting.linear),
    hint: 'start nearer to the root, or raise maxIterations or tolerance',
  });
}

/**
 * The x for which the scalar `f(x, parameters)` is least, near `initial`; found by Newton's method with
 * products with the exact Hessian.
 *
 * Its derivatives are those of `root` for the gradient of `f`, by the implicit function theorem; the
 * Hessian at the minimum must be positive definite.
 *
 * @param f - takes a structure like `initial` and returns a scalar
 * @param initial - where to start: a tensor-like or a structure of them, of real floats
 * @param parameters - handed to `f` as tensors
 * @throws ConvergenceError when the gradient does not become small enough
 * @throws ShapeError when `f` does not return a scalar
 * @example argmin((x, a) => square(sub(x, a)), 0, 3) // 3
 * @example grad((a) => argmin((x, p) => sub(exp(x), mul(p, x)), 0, a))(2) // 0.5
 */
export function argmin<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => Tensor,
  initial: X,
  parameters: P | undefined,
  options: ImplicitOptions<TensorsOf<X>, (x: TensorsOf<X>) => Tensor> & WithState,
): IterationState<TensorsOf<X>>;
export function argmin<X, P = undefined>(
  f: (x: TensorsOf<X>, parameters: TensorsOf<P>) => Tensor,
  initial: X,
  parameters?: P,
  options?: ImplicitOptions<TensorsOf<X>, (x: TensorsOf<X>) => Tensor> & WithoutState,
): TensorsOf<X>;
export function argmin(
  f: AnyFunction,
  initial: unknown,
  parameters?: unknown,
  options?: AnyOptions,
): unknown {
  const op = 'argmin';
  const setting = settingOf(op, f, { initial, parameters, options }, 200, true);
  const lossAt =
    (ps: Vector) =>
    (x: Vector): Tensor =>
      requireScalar(op, setting.call(x, ps));
  return solved(setting, {
    equations: { residual: (x, ps) => gradientOf(lossAt(ps))(x), linear: setting.linear },
    solverFor: lossAt,
    iterate: (ps, start) => iterateMinimum(lossAt(ps), start, setting.limits),
    hint: 'start nearer to a minimum, or raise maxIterations or tolerance',
  });
}

type AnyFunction = (x: never, parameters: never) => unknown;

type AnyOptions = Omit<FixedPointOptions<unknown>, 'solver'> & {
  readonly solver?: (f: never, initial: never) => unknown;
};

/** The arguments of one call beside the function. */
interface Given {
  readonly initial: unknown;
  readonly parameters: unknown;
  readonly options: AnyOptions | undefined;
}

/** The arguments of one call, checked. */
interface Setting {
  readonly op: string;
  readonly given: AnyOptions;
  readonly unknowns: Arguments;
  readonly parameters: Arguments;
  readonly limits: Limits;
  readonly linear: Equations['linear'];
  readonly call: (x: Vector, parameters: Vector) => unknown;
  /** `f` for given parameters, where it returns what it takes. */
  readonly mapAt: (parameters: Vector) => VectorMap;
}

function settingOf(
  op: string,
  f: AnyFunction,
  { initial, parameters, options }: Given,
  mostIterations: number,
  isSymmetric = false,
): Setting {
  requireFunction(op, 'f', f);
  const unknowns = readArguments(op, [initial], ['initial']);
  requireFloats(op, unknowns);
  if (isSymmetric) requireReal(op, unknowns);
  const isGiven = parameters !== undefined;
  const ps = readArguments(op, isGiven ? [parameters] : [], ['parameters']);
  const given = readAnyOptions(op, options);
  const tolerance = given.tolerance ?? defaultTolerance(unknowns.leaves);
  const maxIterations = given.maxIterations ?? mostIterations;
  requireFinite(op, 'tolerance', tolerance, { min: 0 });
  requireInteger(op, 'maxIterations', maxIterations, { min: 1 });
  if (given.solver !== undefined) requireFunction(op, 'solver', given.solver);
  if (given.returnState !== undefined) requireBoolean(op, 'returnState', given.returnState);
  const known = { method: true, tolerance: true, maxIterations: true, restart: true } as const;
  const linear = readOptions<IterationOptions>(op, given.linear, known, 'linear');
  const call = f as (x: unknown, p: unknown) => unknown;
  const valueOf = (own: Vector): unknown => (isGiven ? rebuilt(ps, own)[0] : undefined);
  return {
    op,
    given,
    unknowns,
    parameters: ps,
    limits: { tolerance, maxIterations },
    linear: requireIteration(op, linear, isSymmetric, unknowns.leaves),
    call: (x, own) => requireSync(op, call(rebuilt(unknowns, x)[0], valueOf(own))),
    mapAt: (own) => vectorMapOf(op, 'f', (x: unknown) => call(x, valueOf(own)), unknowns),
  };
}

function readAnyOptions(op: string, options: AnyOptions | undefined): AnyOptions {
  const common = {
    tolerance: true,
    maxIterations: true,
    linear: true,
    solver: true,
    returnState: true,
  } as const;
  if (op === 'fixedPoint')
    return readOptions<AnyOptions>(op, options, { ...common, damping: true });
  return readOptions<Omit<AnyOptions, 'damping'>>(op, options, common);
}

function requireReal(op: string, { leaves, names }: Arguments): void {
  leaves.forEach((x, i) => {
    if (!isComplex(x.dtype)) return;
    const hint = 'take real and imaginary parts as two tensors';
    throw misuse(DTypeError, op, names[i], 'be real', x.describe(), hint);
  });
}

function requireScalar(op: string, result: unknown): Tensor {
  if (!isTensor(result)) {
    throw misuse(ArgumentError, op, 'result of f', 'be one tensor', formatValue(result));
  }
  if (result.rank > 0) {
    const hint = 'reduce it, with mean or sum';
    throw misuse(ShapeError, op, 'result of f', 'be a scalar', result.describe(), hint);
  }
  return result;
}

/** What sets one kind of problem apart. */
interface Problem {
  readonly equations: Equations;
  /** What a solver of the user's is given, in terms of leaves. */
  readonly solverFor: (parameters: Vector) => (x: Vector) => Vector | Tensor;
  readonly iterate: (parameters: Vector, start: Vector) => IterationState<Vector>;
  readonly hint: string;
}

function solved(setting: Setting, problem: Problem): unknown {
  const { op, given, unknowns, parameters, limits } = setting;
  const state = implicitly(problem.equations, parameters.leaves, (ps) => {
    const found =
      given.solver === undefined
        ? problem.iterate(ps, unknowns.leaves)
        : byOwnSolver(setting, problem, ps);
    if (found.converged || given.returnState === true) return found;
    throw notConverged(op, limits, found, problem.hint);
  });
  const value = rebuilt(unknowns, state.value)[0];
  return given.returnState === true ? { ...state, value } : value;
}

function byOwnSolver(
  { op, given, unknowns, limits }: Setting,
  { solverFor, equations }: Problem,
  parameters: Vector,
): IterationState<Vector> {
  const f = solverFor(parameters);
  let iterations = 0;
  const ofStructures = (x: unknown): unknown => {
    iterations++;
    const own = readArguments(op, [x], ['argument of the function']);
    const y = f(own.leaves);
    return isTensor(y) ? y : rebuilt(unknowns, y)[0];
  };
  const solver = given.solver as unknown as (g: unknown, initial: unknown) => unknown;
  const solve: VectorMap = vectorMapOf(
    op,
    'solver',
    (initial: unknown) => solver(ofStructures, initial),
    unknowns,
  );
  const whole = norm(equations.residual(unknowns.leaves, parameters));
  const value = solve(unknowns.leaves);
  const left = norm(equations.residual(value, parameters));
  const residual = largest(ratio(left, add(whole, onesOf(whole))));
  return { value, converged: residual <= limits.tolerance, residual, iterations };
}

function notConverged(
  op: string,
  { tolerance }: Limits,
  { residual, iterations }: IterationState<Vector>,
  hint: string,
): Error {
  const message =
    `${op}: residual must fall to ${String(tolerance)}; got ${residual.toPrecision(3)} after ` +
    `${String(iterations)} iterations; ${hint}`;
  return new ConvergenceError(op, 'residual', message, residual, iterations);
}
