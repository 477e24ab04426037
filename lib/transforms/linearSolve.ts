import { ArgumentError, misuse } from '../base/errors.ts';
import {
  readOptions,
  requireBoolean,
  requireFinite,
  requireInteger,
  requireOneOf,
} from '../base/options.ts';
import { isTensor } from '../core/tensor.ts';
import { zipTrees } from '../core/tree.ts';
import type { Arguments, TensorsOf } from './arguments.ts';
import { readArguments, rebuilt, requireFloats } from './arguments.ts';
import { misfitOf, placed } from './leaves.ts';
import type { SolveSettings } from './linearSystem.ts';
import { solveLinear } from './linearSystem.ts';
import type { IterationState, LinearMethod } from './linearSolvers.ts';
import { requireFunction, requireSync } from './sync.ts';
import type { Vector, VectorMap } from './vectors.ts';
import { defaultTolerance, dimension } from './vectors.ts';

export type { IterationState, LinearMethod } from './linearSolvers.ts';

/** How an iterative linear solver goes about it. */
export interface IterationOptions {
  /** `cg` for symmetric positive maps; `gmres` (default) or `bicgstab`, with less memory, for any. */
  readonly method?: LinearMethod;
  /** The greatest residual, as a fraction of the right side: 1e-10, or 1e-5 for float32. */
  readonly tolerance?: number;
  /** Ten times the number of unknowns unless told, and at least 100. */
  readonly maxIterations?: number;
  /** After how many directions, all of which it keeps, gmres starts anew. Default 50. */
  readonly restart?: number;
}

export interface LinearSolveOptions<X = unknown> extends IterationOptions {
  /** Whether the map is its own adjoint: the derivatives then need none, and `cg` is the default. */
  readonly symmetric?: boolean;
  /** Multiplies with an approximate inverse of the map. */
  readonly preconditioner?: (x: X) => X;
  /** Return `{value, converged, residual, iterations}`, and do not throw. Default false. */
  readonly returnState?: boolean;
}

/** The options whatever the unknowns are. */
type AnyOptions = Omit<LinearSolveOptions, 'preconditioner'> & {
  readonly preconditioner?: (x: never) => unknown;
};

const op = 'linearSolve';

/**
 * The x for which `matvec(x)` is `b`, found by an iteration that only multiplies: no matrix is formed.
 *
 * It has derivatives of every order, in both modes, with respect to `b` and to what `matvec` closes
 * over or reads; they are solutions of linear systems too, and need no memory for the iteration.
 *
 * @param matvec - linear; takes and returns a tensor or a structure like `b`
 * @param b - a tensor-like or a structure of them, of floats
 * @throws ConvergenceError when the residual does not become small enough
 * @throws ShapeError or DTypeError when `matvec` returns something unlike `b`
 * @example
 * const a = tensor([[4, 1], [1, 3]]);
 * linearSolve((x) => dot(a, x), [1, 2], { symmetric: true }) // [0.0909091, 0.6363636]
 * @see Saad 2003, Iterative Methods for Sparse Linear Systems, chapters 6, 7 and 9
 */
export function linearSolve<B>(
  matvec: (x: TensorsOf<B>) => TensorsOf<B>,
  b: B,
  options: LinearSolveOptions<TensorsOf<B>> & { readonly returnState: true },
): IterationState<TensorsOf<B>>;
export function linearSolve<B>(
  matvec: (x: TensorsOf<B>) => TensorsOf<B>,
  b: B,
  options?: LinearSolveOptions<TensorsOf<B>> & { readonly returnState?: false },
): TensorsOf<B>;
export function linearSolve(
  matvec: (x: never) => unknown,
  b: unknown,
  options?: AnyOptions,
): unknown {
  requireFunction(op, 'matvec', matvec);
  const args = readArguments(op, [b], ['b']);
  requireFloats(op, args);
  const given = readOptions<AnyOptions>(op, options, {
    method: true,
    tolerance: true,
    maxIterations: true,
    restart: true,
    symmetric: true,
    preconditioner: true,
    returnState: true,
  });
  const symmetric = given.symmetric ?? given.method === 'cg';
  const wantsState = given.returnState ?? false;
  requireBoolean(op, 'symmetric', symmetric);
  requireBoolean(op, 'returnState', wantsState);
  if (given.method === 'cg' && !symmetric) {
    const hint = 'gmres and bicgstab take any map';
    throw misuse(ArgumentError, op, 'symmetric', 'be true for cg', 'false', hint);
  }
  if (given.preconditioner !== undefined)
    requireFunction(op, 'preconditioner', given.preconditioner);
  const settings: SolveSettings = {
    ...requireIteration(op, given, symmetric, args.leaves),
    precondition:
      given.preconditioner === undefined
        ? null
        : vectorMapOf(op, 'preconditioner', given.preconditioner, args),
    isLenient: wantsState,
  };
  const multiply = vectorMapOf(op, 'matvec', matvec, args);
  const state = solveLinear({ multiply, adjoint: null }, args.leaves, settings);
  const value = rebuilt(args, state.value)[0];
  return wantsState ? { ...state, value } : value;
}

/** Settings of a linear solver from its options, checked. */
export function requireIteration(
  name: string,
  options: IterationOptions,
  isSymmetric: boolean,
  x: Vector,
): SolveSettings {
  const method = requireOneOf(name, 'method', options.method ?? (isSymmetric ? 'cg' : 'gmres'), [
    'cg',
    'gmres',
    'bicgstab',
  ]);
  const tolerance = options.tolerance ?? defaultTolerance(x);
  const maxIterations = options.maxIterations ?? Math.max(100, 10 * dimension(x));
  const restart = options.restart ?? 50;
  requireFinite(name, 'tolerance', tolerance, { min: 0 });
  requireInteger(name, 'maxIterations', maxIterations, { min: 1 });
  requireInteger(name, 'restart', restart, { min: 1 });
  const common = { op: name, method, tolerance, maxIterations, restart, isSymmetric };
  return { ...common, precondition: null, isLenient: false };
}

/** A function of one structure as a function of its leaves, whose results must be like its arguments. */
export function vectorMapOf(
  name: string,
  argument: string,
  f: (x: never) => unknown,
  args: Arguments,
): VectorMap {
  const call = f as (x: unknown) => unknown;
  return (xs) => {
    const x = rebuilt(args, xs)[0];
    const y = requireSync(name, call(x));
    const place = `result of ${argument}`;
    const { pairs, paths } =
      isTensor(x) && isTensor(y)
        ? { pairs: [[x, y] as const], paths: [''] }
        : zipTrees(name, place, x, y, isTensor);
    return pairs.map(([own, found], i) => {
      const misfit = misfitOf(found, own, "the argument's");
      if (misfit !== null) throw misfit(name, placed(place, paths[i]));
      return found;
    });
  };
}
