import { isDifferentiable } from '../base/dtype.ts';
import { withLayer } from '../core/apply.ts';
import { identity } from '../ops/structural.ts';
import { zerosOf } from './leaves.ts';
import { pushForward } from './pushForward.ts';
import { Recording } from './recording.ts';
import { reverse } from './reverse.ts';
import type { Vector, VectorMap } from './vectors.ts';

/** The Jacobian of a function at a point, by its products with tangents and that of its adjoint with cotangents. */
export interface RecordedJacobian {
  readonly value: Vector;
  readonly push: VectorMap;
  readonly pull: VectorMap;
  /** Lets go of the records. */
  readonly release: () => void;
}

/** Runs `f` at `x` once; products with its Jacobian and with the adjoint replay what was recorded. */
export function recordedJacobian(f: VectorMap, x: Vector): RecordedJacobian {
  const recording = new Recording();
  const fresh = x.map((one) => identity(one));
  for (const one of fresh) if (isDifferentiable(one.dtype)) recording.watch(one);
  const value = withLayer(recording, () => f(fresh));
  const sources = fresh.map((one) => recording.slotOf(one));
  const targets = value.map((y) => recording.slotOf(y));
  return {
    value,
    push: (tangents) => {
      const seeds = sources.map((slot, i) => ({ slot, tangent: tangents[i] }));
      return pushForward(recording, seeds, targets).map((t, i) => t ?? zerosOf(value[i]));
    },
    pull: (cotangents) => {
      const seeds = targets.flatMap((slot, i) =>
        slot < 0 ? [] : [{ slot, cotangent: cotangents[i] }],
      );
      return reverse(recording, seeds, sources, false).map((g, i) => g ?? zerosOf(x[i]));
    },
    release: () => {
      recording.clear();
    },
  };
}

/** The adjoint of a linear map, found by recording it at zero. */
export function adjointOf(map: VectorMap, like: Vector): VectorMap {
  return recordedJacobian(map, like.map(zerosOf)).pull;
}
