import type { Spec } from '../base/shape.ts';
import type { AnyOp } from '../core/op.ts';
import { specIn } from './listing.ts';
import type { Recording } from './recording.ts';

/** Arithmetic operations, as estimated from shapes. */
export interface Flops {
  /** One computation of what is recorded. */
  readonly forward: number;
  /** One reverse pass over all of it. */
  readonly backward: number;
  /** The same gradient by central differences: two computations for each number of the sources. */
  readonly finiteDifferences: number;
}

/** @param numbers - how many numbers the sources have */
export function flopsOf({ entries, inputSlots }: Recording, numbers: number): Flops {
  let forward = 0;
  let backward = 0;
  for (const { op, inputs, outputs, params, firstInput } of entries) {
    const own = flopsOfOp(op, inputs.map(specIn), outputs.map(specIn), params);
    let followed = 0;
    inputs.forEach((x, k) => {
      if (inputSlots[firstInput + k] < 0) return;
      followed++;
      // Shares of one cotangent are added up.
      backward += specIn(x).size;
    });
    forward += own;
    // The share of an input costs about what the op itself does: each is a product of the same sizes.
    backward += own * followed;
  }
  return { forward, backward, finiteDifferences: 2 * numbers * forward };
}

/** Of one application. */
export function flopsOfOp(
  op: AnyOp,
  inputs: readonly Spec[],
  outputs: readonly Spec[],
  params: unknown,
): number {
  if (op.flops !== undefined) return op.flops(inputs, outputs, params);
  if (op.view !== undefined) return 0;
  if (op.traits.elementwise === true) return total(outputs);
  // Linear and not elementwise, without a count of its own: it moves elements.
  return op.traits.linear === true ? 0 : Math.max(total(inputs), total(outputs));
}

function total(specs: readonly Spec[]): number {
  return specs.reduce((sum, { size }) => sum + size, 0);
}
