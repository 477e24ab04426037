import type { Tensor } from '../core/tensor.ts';
import { identity } from '../ops/structural.ts';
import type { Closure } from './closures.ts';
import { isFollowed, observe, Substitution } from './closures.ts';
import { zerosOf } from './leaves.ts';
import type { RecordedJacobian } from './recordedJacobian.ts';
import { recordedJacobian } from './recordedJacobian.ts';
import type { IterationState } from './linearSolvers.ts';
import type { SolveSettings } from './linearSystem.ts';
import { solveAdjoint, solveLinear } from './linearSystem.ts';
import { passThrough } from './passThrough.ts';
import type { Rerun } from './replay.ts';
import { pullBackThroughRerun, pushForwardThroughRerun } from './replay.ts';
import type { Vector } from './vectors.ts';
import { negative } from './vectors.ts';

/** Equations `residual(x, parameters) = 0`, as many as x has elements. */
export interface Equations {
  readonly residual: (x: Vector, parameters: Vector) => Vector;
  /** How linear systems with the Jacobian by x are solved. */
  readonly linear: SolveSettings;
}

/**
 * The x that solves equations, as a function of the parameters and of what the equations close over. Its
 * derivatives come from the implicit function theorem: they solve linear systems at x, and do not depend
 * on how x was found.
 *
 * @param solve - finds x; nothing of it is recorded
 * @see Krantz & Parks 2013, The Implicit Function Theorem; Blondel et al. 2022 for this use of it
 */
export function implicitly(
  equations: Equations,
  parameters: Vector,
  solve: (parameters: Vector) => IterationState<Vector>,
): IterationState<Vector> {
  const { result: state, closure } = observe(
    () => solve(parameters.map((p) => identity(p))),
    ({ value }) => value,
  );
  const value = attached({ equations, closure }, state.value, parameters, closure.values);
  return { ...state, value };
}

interface Solved {
  readonly equations: Equations;
  readonly closure: Closure;
}

function attached(solved: Solved, value: Vector, parameters: Vector, closed: Vector): Vector {
  const sources = [...parameters, ...closed];
  if (!sources.some(isFollowed)) return value;
  const { equations, closure } = solved;
  const { linear } = equations;
  const pointOf = (kept: Vector, arriving: readonly (Tensor | null)[]): Point => {
    const rest = kept.slice(value.length);
    const at = {
      value: kept.slice(0, value.length),
      parameters: rest.slice(0, parameters.length),
      closed: rest.slice(parameters.length),
    };
    // A derivative of higher order will ask for the records again.
    const isHeard = [...kept, ...arriving].some((one) => one !== null && isFollowed(one));
    return pointAt(solved, at, isHeard);
  };
  return passThrough({
    name: linear.op,
    values: value,
    sources,
    kept: [...value, ...sources],
    pullBack: (cotangents, kept) => {
      const { jacobian, byParameters, end } = pointOf(kept, cotangents);
      const map = { multiply: jacobian.push, adjoint: jacobian.pull };
      const weights = solveAdjoint(map, cotangents, linear).value;
      const shares = pullBackThroughRerun(byParameters, negative(weights));
      end();
      return [...shares.inputs, ...closure.values.map((_, i) => shares.closed.get(i) ?? null)];
    },
    pushForward: (tangents, kept) => {
      const { x, jacobian, byParameters, end } = pointOf(kept, tangents);
      const moved = pushForwardThroughRerun(byParameters, tangents);
      const right = negative(moved.map((t, i) => t ?? zerosOf(x[i])));
      const map = { multiply: jacobian.push, adjoint: jacobian.pull };
      const found = solveLinear(map, right, linear).value;
      end();
      return found;
    },
  });
}

/** What the derivatives at a solution are made of. */
interface Point {
  readonly x: Vector;
  /** Of the residual by x. */
  readonly jacobian: RecordedJacobian;
  /** The residual as a function of the parameters and of what is closed over. */
  readonly byParameters: Rerun;
  readonly end: () => void;
}

interface Kept {
  readonly value: Vector;
  readonly parameters: Vector;
  readonly closed: Vector;
}

function pointAt(solved: Solved, { value, parameters, closed }: Kept, isHeard: boolean): Point {
  const { equations, closure } = solved;
  // The solution as a function again, so that derivatives of this can be taken.
  const x = attached(solved, value, parameters, closed);
  const jacobian = recordedJacobian(
    (xs) => new Substitution(closure, closed).during(() => equations.residual(xs, parameters)),
    x,
  );
  const byParameters: Rerun = {
    f: (ps) => equations.residual(x, ps),
    closure,
    inputs: parameters,
    closed,
  };
  const end = (): void => {
    if (!isHeard) jacobian.release();
  };
  return { x, jacobian, byParameters, end };
}
