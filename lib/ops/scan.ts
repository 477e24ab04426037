import { requireBoolean } from '../base/options.ts';
import { only, requireAxis, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { CumulativeExtremeParams, ScanParams } from '../kernels/scan.ts';
import {
  cummaxKernel,
  cumminKernel,
  cumprodKernel,
  cumsumKernel,
  logCumsumExpKernel,
} from '../kernels/scan.ts';
import { mul } from './arithmetic.ts';
import type { Coercion } from './elementwise.ts';
import { toFloat, toNumber } from './elementwise.ts';
import { stack } from './joining.ts';
import { logSumExp } from './reduce.ts';
import { pad, slice } from './slicing.ts';
import { pickingRules, readsPlaces } from './sort.ts';
import { cast, linearMap } from './structural.ts';

/* Running reductions along an axis. */

function scan(op: Op<ScanParams>, coerce: Coercion, x: TensorLike, params: ScanParams): Tensor {
  const input = asTensor(x, 'x', op.name);
  const axis = requireAxis(op.name, params.axis, input.rank);
  requireBoolean(op.name, 'exclusive', params.exclusive);
  requireBoolean(op.name, 'reverse', params.reverse);
  return apply(op, [cast(input, coerce(input.dtype))], { ...params, axis })[0];
}

export const cumsumOp: Op<ScanParams> = defineOp<ScanParams>({
  name: 'cumsum',
  infer: (inputs) => only(inputs[0]),
  kernel: cumsumKernel,
  derivative: linearMap(
    (t, _, params) => apply(cumsumOp, [t], params)[0],
    (g, _, params) => apply(cumsumOp, [g], { ...params, reverse: !params.reverse })[0],
  ),
  batch: ([x], _, params) => apply(cumsumOp, [x], { ...params, axis: params.axis + 1 }),
  traits: { linear: true },
  reads: readsNothing,
});

/**
 * Running sums along `axis`; bool counts as int32.
 *
 * @param exclusive - leave out of each sum the element at its own place
 * @param reverse - sum from the end
 * @throws AxisError when `axis` is outside the rank
 * @example cumsum([1, 2, 3]) // [1, 3, 6]
 * @example cumsum([1, 2, 3], 0, true, true) // [5, 3, 0]
 */
export function cumsum(x: TensorLike, axis = 0, exclusive = false, reverse = false): Tensor {
  return scan(cumsumOp, toNumber, x, { axis, exclusive, reverse });
}

/** A scan whose derivative is that of the same scan by doubling. */
function defineScan(
  name: string,
  kernel: Kernel<ScanParams>,
  identity: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
): Op<ScanParams> {
  const op: Op<ScanParams> = defineOp<ScanParams>({
    name,
    infer: ([x]) => only(x),
    kernel,
    derivative: {
      kind: 'expansion',
      expand: ([x], params) => [byDoubling(x, params, identity, combine)],
    },
    batch: ([x], _, params) => apply(op, [x], { ...params, axis: params.axis + 1 }),
    reads: { inputs: [0], outputs: [] },
  });
  return op;
}

// After the step of width w each element holds the 2w elements that end at it. No step divides or
// subtracts, so the derivative is right where elements are 0, at every order.
function byDoubling(
  x: Tensor,
  { axis, exclusive, reverse }: ScanParams,
  identity: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const before = (y: Tensor, by: number): Tensor => shifted(y, axis, by, reverse, identity);
  let y = exclusive ? before(x, 1) : x;
  for (let width = 1; width < x.shape[axis]; width *= 2) y = combine(y, before(y, width));
  return y;
}

/** `x` moved along an axis, away from where the scan starts; `fill` comes in its place. */
function shifted(x: Tensor, axis: number, by: number, reverse: boolean, fill: number): Tensor {
  const { shape } = x;
  const moved = Math.min(by, shape[axis]);
  const begin = shape.map((_, i) => (i === axis && reverse ? moved : 0));
  const size = shape.map((length, i) => (i === axis ? length - moved : length));
  const edges = reverse ? [0, moved] : [moved, 0];
  const paddings = shape.map((_, i) => (i === axis ? edges : [0, 0]));
  return pad(slice(x, begin, size), paddings, fill);
}

export const cumprodOp = defineScan('cumprod', cumprodKernel, 1, mul);

/**
 * Running products along `axis`; bool counts as int32. Its gradient is right also where elements are 0.
 *
 * @param exclusive - leave out of each product the element at its own place
 * @param reverse - multiply from the end
 * @throws AxisError when `axis` is outside the rank
 * @example cumprod([2, 3, 4]) // [2, 6, 24]
 * @example cumprod([2, 3, 4], 0, true, true) // [12, 4, 1]
 */
export function cumprod(x: TensorLike, axis = 0, exclusive = false, reverse = false): Tensor {
  return scan(cumprodOp, toNumber, x, { axis, exclusive, reverse });
}

export const logCumsumExpOp = defineScan('logCumsumExp', logCumsumExpKernel, -Infinity, (a, b) =>
  logSumExp(stack([a, b]), 0),
);

/**
 * The logarithms of the running sums of `exp(x)` along `axis`, without overflow; -Infinity for no
 * elements. TensorFlow's name for it, `cumulativeLogsumexp`, is a second one.
 *
 * @param exclusive - leave out of each sum the element at its own place
 * @param reverse - sum from the end
 * @throws AxisError when `axis` is outside the rank
 * @example logCumsumExp([1000, 0, 1001]) // [1000, 1000, 1001.3132934570312]
 */
export function logCumsumExp(x: TensorLike, axis = 0, exclusive = false, reverse = false): Tensor {
  return scan(logCumsumExpOp, toFloat, x, { axis, exclusive, reverse });
}

function defineCumulativeExtreme(
  name: string,
  kernel: Kernel<CumulativeExtremeParams>,
): Op<CumulativeExtremeParams> {
  const op: Op<CumulativeExtremeParams> = defineOp<CumulativeExtremeParams>({
    name,
    infer: ([x]) => [x, specOf(x.shape, 'int32')],
    kernel,
    derivative: pickingRules((_, { axis }) => axis),
    batch: ([x], _, params) => apply(op, [x], { ...params, axis: params.axis + 1 }),
    reads: readsPlaces,
    kinks: 'all to the first at a tie',
  });
  return op;
}

export const cummaxOp = defineCumulativeExtreme('cummax', cummaxKernel);
export const cumminOp = defineCumulativeExtreme('cummin', cumminKernel);

function cumulativeExtreme(
  op: Op<CumulativeExtremeParams>,
  x: TensorLike,
  axis: number,
  reverse: boolean,
): Tensor {
  const input = asTensor(x, 'x', op.name);
  const at = requireAxis(op.name, axis, input.rank);
  requireBoolean(op.name, 'reverse', reverse);
  return apply(op, [cast(input, toNumber(input.dtype))], { axis: at, reverse })[0];
}

/**
 * The greatest of the elements so far along `axis`; NaN from a NaN on. Of equal elements the one met
 * first has the gradient.
 *
 * @param reverse - start from the end
 * @throws AxisError when `axis` is outside the rank
 * @example cummax([1, 3, 2, 5]) // [1, 3, 3, 5]
 */
export function cummax(x: TensorLike, axis = 0, reverse = false): Tensor {
  return cumulativeExtreme(cummaxOp, x, axis, reverse);
}

/**
 * The least of the elements so far along `axis`; NaN from a NaN on. Of equal elements the one met
 * first has the gradient.
 *
 * @param reverse - start from the end
 * @throws AxisError when `axis` is outside the rank
 * @example cummin([3, 1, 2, 0]) // [3, 1, 1, 0]
 */
export function cummin(x: TensorLike, axis = 0, reverse = false): Tensor {
  return cumulativeExtreme(cumminOp, x, axis, reverse);
}
