import type { Values } from '../base/dtype.ts';
import { dtypeFacts, isDifferentiable } from '../base/dtype.ts';
import { below } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { broadcastTo } from '../ops/structural.ts';
import { describeSpec } from './listing.ts';

/** Whether no element is infinite or NaN: the product with 0 is NaN for those, and 0 for all others. */
export function isFinite(values: Values): boolean {
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = whole; i < values.length; i++) a += values[i] * 0;
  return a + b + c + d === 0;
}

/** An element that is not finite, and whether the op made it or was handed it. */
export interface Offence {
  readonly at: number;
  readonly isMade: boolean;
}

/**
 * The first element of `y` that is the op's own doing: an infinity out of finite numbers, or a NaN out
 * of numbers. Infinities that came in may pass. A NaN that came in with the data is the op's fault in
 * no way, but calculating with it is an offence, too.
 */
export function offenceIn(op: AnyOp, inputs: readonly Tensor[], y: Tensor): Offence | null {
  const suspects = inputs.filter(
    (x) => x.storage !== null && isDifferentiable(x.dtype) && !isFinite(x.values),
  );
  const at = firstMade(op, suspects, y);
  if (at >= 0) return { at, isMade: true };
  const { elementwise, linear } = op.traits;
  const isCopy = elementwise !== true || (linear === true && inputs.length === 1);
  const calculates = op.flops !== undefined || !isCopy;
  const passed = calculates ? y.values.findIndex(Number.isNaN) : -1;
  return passed < 0 ? null : { at: passed, isMade: false };
}

function firstMade(op: AnyOp, suspects: readonly Tensor[], y: Tensor): number {
  const { values } = y;
  if (op.traits.elementwise !== true) {
    if (movesOnly(op)) return -1;
    if (suspects.length === 0) return values.findIndex((value) => !Number.isFinite(value));
    const hasNaN = suspects.some((x) => x.values.some(Number.isNaN));
    return hasNaN ? -1 : values.findIndex(Number.isNaN);
  }
  // Elementwise, each element has its own inputs to answer for it.
  const spread = suspects.map((x) => below(0, () => broadcastTo(x, y.shape)));
  return values.findIndex((value, i) => {
    if (Number.isFinite(value)) return false;
    const sources = spread.flatMap((x) => partsAt(x, y, i));
    return Number.isNaN(value) ? !sources.some(Number.isNaN) : sources.every(Number.isFinite);
  });
}

// What it puts between the elements, as pad does, is the program's own choice.
function movesOnly({ flops, reads }: AnyOp): boolean {
  return flops === undefined && reads.inputs.length === 0 && reads.outputs.length === 0;
}

/** All parts of the element of `x` that element `i` of the result was made of. */
function partsAt(x: Tensor, y: Tensor, i: number): number[] {
  const { lanes } = dtypeFacts[x.dtype];
  const place = Math.floor(i / dtypeFacts[y.dtype].lanes) * lanes;
  return Array.from(x.values.subarray(place, place + lanes));
}

/** `float32 [2,3] in [0, 5]`, with the number of elements that are not finite. */
export function extentOf(x: Tensor): string {
  const spec = describeSpec(x.spec);
  if (x.storage === null || x.size === 0) return spec;
  let [low, high, bad] = [Infinity, -Infinity, 0];
  for (const value of x.values) {
    if (!Number.isFinite(value)) bad++;
    else if (value < low) low = value;
    if (Number.isFinite(value) && value > high) high = value;
  }
  const range = low > high ? '' : ` in [${short(low)}, ${short(high)}]`;
  return `${spec}${range}${bad === 0 ? '' : ` with ${String(bad)} not finite`}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The indices of an element: `[0,2]`. */
export function indexText(y: Tensor, at: number): string {
  let rest = Math.floor(at / dtypeFacts[y.dtype].lanes);
  const indices = y.shape.map(() => 0);
  for (let axis = y.rank - 1; axis >= 0; axis--) {
    indices[axis] = rest % y.shape[axis];
    rest = Math.floor(rest / y.shape[axis]);
  }
  return `[${indices.join(',')}]`;
}
