import { ConvergenceError } from '../base/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { sub } from '../ops/arithmetic.ts';
import type { Closure } from './closures.ts';
import { isFollowed, observe, Substitution } from './closures.ts';
import { zerosOf } from './leaves.ts';
import { adjointOf } from './recordedJacobian.ts';
import type { IterationState, LinearMethod } from './linearSolvers.ts';
import { iterate } from './linearSolvers.ts';
import { passThrough } from './passThrough.ts';
import { pullBackThroughRerun, pushForwardThroughRerun } from './replay.ts';
import type { Rerun } from './replay.ts';
import type { Vector, VectorMap } from './vectors.ts';
import { negative } from './vectors.ts';

/** How a system is solved. */
export interface SolveSettings {
  /** The public function, for messages. */
  readonly op: string;
  readonly method: LinearMethod;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly restart: number;
  readonly isSymmetric: boolean;
  readonly precondition: VectorMap | null;
  /** Whether to return what was reached, rather than throw, where the iteration does not converge. */
  readonly isLenient: boolean;
}

/** A linear map, and its adjoint if that is known. */
export interface LinearMap {
  readonly multiply: VectorMap;
  readonly adjoint: VectorMap | null;
}

/**
 * The solution of `A x = b`, with derivatives with respect to b and to what A closes over: both are
 * solutions of such systems themselves, so that every order works.
 */
export function solveLinear(
  map: LinearMap,
  b: Vector,
  settings: SolveSettings,
): IterationState<Vector> {
  const { result: state, closure } = observe(
    () => {
      const { precondition } = settings;
      const found = iterate(settings.method, {
        ...settings,
        multiply: map.multiply,
        b,
        precondition: precondition ?? ((x) => x),
      });
      if (!found.converged && !settings.isLenient) throw notConverged(settings, found);
      return found;
    },
    ({ value }) => value,
  );
  return { ...state, value: attached({ map, settings, closure }, state.value, b, closure.values) };
}

/** A system whose solution is known. */
interface Solved {
  readonly map: LinearMap;
  readonly settings: SolveSettings;
  readonly closure: Closure;
}

/** A solution as a function of b and of what the map closes over. */
function attached(solved: Solved, value: Vector, b: Vector, closed: Vector): Vector {
  const sources = [...b, ...closed];
  if (!sources.some(isFollowed)) return value;
  const { map, settings, closure } = solved;
  const count = b.length;
  const partsOf = (kept: Vector): { x: Vector; closed: Vector; own: LinearMap } => {
    const others = kept.slice(2 * count);
    return {
      x: attached(solved, kept.slice(0, count), kept.slice(count, 2 * count), others),
      closed: others,
      own: substituted(map, closure, others),
    };
  };
  // A(θ) x for fixed x.
  const product = (x: Vector, others: Vector): Rerun => ({
    f: () => map.multiply(x),
    closure,
    inputs: [],
    closed: others,
  });
  return passThrough({
    name: settings.op,
    values: value,
    sources,
    kept: [...value, ...sources],
    pullBack: (cotangents, kept) => {
      const { x, closed: others, own } = partsOf(kept);
      const share = solveAdjoint(own, cotangents, settings);
      const shares = pullBackThroughRerun(product(x, others), negative(share.value));
      return [...share.value, ...others.map((_, i) => shares.closed.get(i) ?? null)];
    },
    pushForward: (tangents, kept) => {
      const { x, closed: others, own } = partsOf(kept);
      const moved = pushForwardThroughRerun(product(x, others), tangents.slice(count));
      const right = x.map((one, i) => difference(tangents[i], moved[i], one));
      return solveLinear(own, right, { ...settings, isLenient: false }).value;
    },
  });
}

/** Solves with the adjoint of a map, and with that of the preconditioner. */
export function solveAdjoint(
  { multiply, adjoint }: LinearMap,
  b: Vector,
  settings: SolveSettings,
): IterationState<Vector> {
  const { isSymmetric, precondition } = settings;
  if (isSymmetric) return solveLinear({ multiply, adjoint }, b, { ...settings, isLenient: false });
  return solveLinear({ multiply: adjoint ?? adjointOf(multiply, b), adjoint: multiply }, b, {
    ...settings,
    isLenient: false,
    precondition: precondition && adjointOf(precondition, b),
  });
}

function substituted(
  { multiply, adjoint }: LinearMap,
  closure: Closure,
  values: Vector,
): LinearMap {
  const wrapped =
    (map: VectorMap): VectorMap =>
    (x) =>
      new Substitution(closure, values).during(() => map(x));
  return { multiply: wrapped(multiply), adjoint: adjoint && wrapped(adjoint) };
}

function difference(a: Tensor | null, b: Tensor | null | undefined, like: Tensor): Tensor {
  const first = a ?? zerosOf(like);
  return b === null || b === undefined ? first : sub(first, b);
}

function notConverged(
  { op, tolerance, method }: SolveSettings,
  { residual, iterations }: IterationState<Vector>,
): Error {
  const argument = 'residual';
  const hint =
    method === 'cg'
      ? 'raise maxIterations or tolerance, give a preconditioner, or take gmres if the map is not symmetric and positive'
      : 'raise maxIterations or tolerance, or give a preconditioner';
  const message =
    `${op}: ${argument} must fall to ${String(tolerance)} of the right side; got ` +
    `${residual.toPrecision(3)} after ${String(iterations)} iterations of ${method}; ${hint}`;
  return new ConvergenceError(op, argument, message, residual, iterations);
}
