import { perInput } from '../base/flops.ts';
import { requireBoolean } from '../base/options.ts';
import { only, requireAxis, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp, readsNothing } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { AxisScanParams, ScanParams } from '../kernels/scan.ts';
import {
  cummaxKernel,
  cumminKernel,
  cumprodKernel,
  cumsumKernel,
  linearRecurrenceKernel,
  logCumsumExpKernel,
} from '../kernels/scan.ts';
import { mul, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { equal, isFinite } from './compare.ts';
import type { Coercion } from './elementwise.ts';
import { add, toFloat, toNumber } from './elementwise.ts';
import { max } from './reduce.ts';
import { where } from './select.ts';
import { pad, slice } from './slicing.ts';
import { pickingRules, readsPlaces } from './sort.ts';
import { cast, linearMap, stopGradient } from './structural.ts';
import { exp } from './transcendental.ts';

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
  flops: perInput,
  infer: (inputs) => only(inputs[0]),
  kernel: cumsumKernel,
  derivative: linearMap(
    (t, _, params) => apply(cumsumOp, [t], params)[0],
    (g, _, params) => apply(cumsumOp, [g], { ...params, reverse: !params.reverse })[0],
  ),
  batch: ([x], _, params) => apply(cumsumOp, [x], { ...params, axis: params.axis + 1 }),
  traits: { linear: true, complex: true },
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

/**
 * `y[i] = decay[i] y[i - 1] + x[i]` along an axis: neither rule divides, so that products through
 * zeros, and sums of exponentials far apart, have the derivatives that they should.
 */
export const linearRecurrenceOp: Op<AxisScanParams> = defineOp<AxisScanParams>({
  name: 'linearRecurrence',
  infer: ([, x]) => only(x),
  kernel: linearRecurrenceKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [decay], outputs: [y], params: { axis, reverse } }, [s, t]) => {
      const share = s && mul(s, shifted(y, axis, 1, reverse, 0));
      const input = share === null ? t : t === null ? share : add(share, t);
      return [input && linearRecurrence(decay, input, axis, reverse)];
    },
    vjp: ({ inputs: [decay], outputs: [y], params: { axis, reverse } }, [g], needed) => {
      if (g === null) return [null, null];
      // What each result passes on to the one before it.
      const back = shifted(decay, axis, 1, !reverse, 0);
      const total = linearRecurrence(back, g, axis, !reverse);
      return [needed[0] ? mul(total, shifted(y, axis, 1, reverse, 0)) : null, total];
    },
  },
  batch: (inputs, batched, params, size) =>
    apply(linearRecurrenceOp, inEachExample(inputs, batched, size), {
      ...params,
      axis: params.axis + 1,
    }),
  reads: { inputs: [0], outputs: [0] },
});

/** For rules: of tensors of one shape and float dtype. */
export function linearRecurrence(decay: Tensor, x: Tensor, axis: number, reverse: boolean): Tensor {
  return apply(linearRecurrenceOp, [decay, x], { axis, reverse })[0];
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

export const cumprodOp: Op<ScanParams> = defineOp<ScanParams>({
  name: 'cumprod',
  infer: ([x]) => only(x),
  kernel: cumprodKernel,
  derivative: { kind: 'expansion', expand: ([x], params) => [asRecurrence(x, params)] },
  batch: ([x], _, params) => apply(cumprodOp, [x], { ...params, axis: params.axis + 1 }),
  reads: { inputs: [0], outputs: [] },
});

// Each product is the one before it, decayed by the factor; it starts from the first factor.
function asRecurrence(x: Tensor, { axis, exclusive, reverse }: ScanParams): Tensor {
  const factors = exclusive ? shifted(x, axis, 1, reverse, 1) : x;
  return linearRecurrence(factors, onlyFirst(factors, axis, reverse), axis, reverse);
}

/** Zeros but for the elements that the scan starts from. */
function onlyFirst(x: Tensor, axis: number, reverse: boolean): Tensor {
  const { shape } = x;
  const count = Math.min(1, shape[axis]);
  const before = reverse ? shape[axis] - count : 0;
  const begin = shape.map((_, i) => (i === axis ? before : 0));
  const size = shape.map((length, i) => (i === axis ? count : length));
  const edges = [before, shape[axis] - count - before];
  const paddings = shape.map((_, i) => (i === axis ? edges : [0, 0]));
  return pad(slice(x, begin, size), paddings);
}

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

export const logCumsumExpOp: Op<AxisScanParams> = defineOp<AxisScanParams>({
  name: 'logCumsumExp',
  infer: ([x]) => only(x),
  kernel: logCumsumExpKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x], params: { axis, reverse } }, [t]) => {
      if (t === null) return [null];
      const { terms, sums } = centred(x, axis, reverse);
      const before = shifted(sums, axis, 1, reverse, -Infinity);
      const share = mul(t, weight(terms, sums));
      return [linearRecurrence(weight(before, sums), share, axis, reverse)];
    },
    vjp: ({ inputs: [x], params: { axis, reverse } }, [g]) => {
      if (g === null) return [null];
      const { terms, sums } = centred(x, axis, reverse);
      const after = shifted(sums, axis, 1, !reverse, Infinity);
      const total = linearRecurrence(weight(sums, after), g, axis, !reverse);
      return [mul(total, weight(terms, sums))];
    },
  },
  batch: ([x], _, params) => apply(logCumsumExpOp, [x], { ...params, axis: params.axis + 1 }),
  reads: { inputs: [0], outputs: [] },
  kinks: '0 where all so far are -Infinity',
});

// Weights do not change when all terms move, and near 0 the rounding of the sums is small.
function centred(
  x: Tensor,
  axis: number,
  reverse: boolean,
): { readonly terms: Tensor; readonly sums: Tensor } {
  const peak = max(x, axis, true);
  const terms = sub(x, stopGradient(where(isFinite(peak), peak, 0)));
  return { terms, sums: apply(logCumsumExpOp, [terms], { axis, reverse })[0] };
}

/** The part that a sum has of a greater one, both as logarithms; 0 of a sum of nothing. */
function weight(part: Tensor, whole: Tensor): Tensor {
  return where(equal(whole, -Infinity), 0, exp(sub(part, whole)));
}

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
  const op = 'logCumsumExp';
  const given = asTensor(x, 'x', op);
  const at = requireAxis(op, axis, given.rank);
  requireBoolean(op, 'exclusive', exclusive);
  requireBoolean(op, 'reverse', reverse);
  const input = cast(given, toFloat(given.dtype));
  const terms = exclusive ? shifted(input, at, 1, reverse, -Infinity) : input;
  return apply(logCumsumExpOp, [terms], { axis: at, reverse })[0];
}

function defineCumulativeExtreme(name: string, kernel: Kernel<AxisScanParams>): Op<AxisScanParams> {
  const op: Op<AxisScanParams> = defineOp<AxisScanParams>({
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
  op: Op<AxisScanParams>,
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
