import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { isFloat } from '../base/dtype.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { sameShape, sizeOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import * as kernels from '../kernels/normalization.ts';
import type { NormalizationParams } from '../kernels/normalizationLayout.ts';
import { layoutOf } from '../kernels/normalizationLayout.ts';
import { mul, neg, rsqrt, square, sub } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add } from './elementwise.ts';
import { mean } from './reduce.ts';
import { alignRank, broadcastTo, reshape, sumToShape } from './structural.ts';

/*
 * Normalization, scale and offset in one pass, and what a cotangent gives in one more. Each op does what a
 * few recorded ops do, which are its derivative from the second order on.
 */

export type { NormalizationParams };

/**
 * Whether one op normalizes `x` over `axes`, with a scale of this shape: that of the last axes, as many of
 * them as the statistics are not shared between.
 */
export function isNormalizable(x: Spec, axes: readonly number[], scale: Shape = []): boolean {
  if (!isFloat(x.dtype) || x.size === 0) return false;
  const size = sizeOf(scale);
  const layout = layoutOf(x.shape, axes, size);
  if (layout === null || !Number.isInteger(layout.outer)) return false;
  const isWhole = size === layout.groups * layout.inner;
  return scale.length === 0 || (isWhole && isLastPart(x.shape, scale));
}

function isLastPart(shape: Shape, last: Shape): boolean {
  return last.length > 0 && sameShape(shape.slice(-last.length), last);
}

function requireScale(x: Spec, rest: readonly Spec[], { axes }: NormalizationParams): void {
  for (const one of rest) {
    if (one.shape.length === 0 || !isNormalizable(x, axes, one.shape)) {
      const condition = `have the last axes of x ${formatShape(x.shape)}`;
      throw misuse(ShapeError, 'normalize', 'scale', condition, formatShape(one.shape));
    }
  }
}

/** Inputs x; scale; offset: the first one, two or three. */
export const normalizeOp: Op<NormalizationParams> = defineOp<NormalizationParams>({
  name: 'normalize',
  infer: ([x, ...rest], params) => {
    requireScale(x, rest, params);
    return [x];
  },
  kernel: kernels.normalizeKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x, scale], params }, [t, ofScale, ofOffset]) => {
      // The derivative of the normalized x is its own adjoint.
      const byInput = t && apply(normalizeGradOp, [t, x], params)[0];
      const shares = [
        byInput && (scale === undefined ? byInput : mul(byInput, scale)),
        ofScale ? mul(normalized(x, params), ofScale) : null,
        ofOffset ?? null,
      ].filter((share) => share !== null);
      return [shares.length === 0 ? null : shares.reduce((a, b) => add(a, b))];
    },
    vjp: ({ inputs: [x, ...rest], params }, [g]) => {
      if (g === null) return [null, ...rest.map(() => null)];
      const given = [g, x, ...rest.slice(0, 1)];
      return apply(normalizeGradOp, given, params).slice(0, 1 + rest.length);
    },
  },
  batch: (inputs, batched, params, size) => {
    const [x, scale, offset] = inputs;
    const inner = shifted(params);
    if (batched[0] && batched.every((isBatched, i) => i === 0 || !isBatched))
      return apply(normalizeOp, inputs, inner);
    const [all] = inEachExample([x], batched, size);
    const aligned = inputs.map((one, i) => (batched[i] ? alignRank(one, all.rank - 1) : one));
    const larger = mul(normalized(all, inner), aligned[1] ?? scale);
    return [offset === undefined ? larger : add(larger, aligned[2])];
  },
  reads: { inputs: 'every', outputs: [] },
});

function shifted(params: NormalizationParams): NormalizationParams {
  return { ...params, axes: params.axes.map((axis) => axis + 1) };
}

/** Inputs g, x and the scale if there is one; outputs what x gets, and then what scale and offset get. */
export const normalizeGradOp: Op<NormalizationParams> = defineOp<NormalizationParams>({
  name: 'normalizeGrad',
  infer: ([, x, ...rest], params) => {
    requireScale(x, rest, params);
    return [x, ...rest.flatMap((scale) => [scale, scale])];
  },
  kernel: kernels.normalizeGradKernel,
  derivative: { kind: 'expansion', expand: gradients },
  batch: batchGradients,
});

/** The same by recorded ops. */
function gradients(inputs: readonly Tensor[], params: NormalizationParams): readonly Tensor[] {
  const [g, x, scale] = inputs as readonly [Tensor, Tensor, Tensor?];
  const [normal, rate] = normalizedByOps(x, params);
  const share = scale === undefined ? g : mul(g, scale);
  const slope = mean(mul(share, normal), params.axes, true);
  const rest = params.centered ? sub(share, mean(share, params.axes, true)) : share;
  const dx = mul(rate, sub(rest, mul(normal, slope)));
  if (scale === undefined) return [dx];
  return [dx, sumToShape(mul(g, normal), scale.shape), sumToShape(g, scale.shape)];
}

function normalizedByOps(x: Tensor, { axes, epsilon, centered }: NormalizationParams): Tensor[] {
  const difference = centered ? sub(x, mean(x, axes, true)) : x;
  const rate = rsqrt(add(mean(square(difference), axes, true), epsilon));
  return [mul(difference, rate), rate];
}

// What scale and offset get is summed over the axes of one example only.
function batchGradients(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  params: NormalizationParams,
  size: number,
): readonly Tensor[] {
  const [g, x] = inEachExample(inputs.slice(0, 2), batched, size);
  const inner = shifted(params);
  if (inputs.length === 2) return apply(normalizeGradOp, [g, x], inner);
  const [, , scale] = inputs;
  const own = batched[2] ? scale.shape.slice(1) : scale.shape;
  const share = mul(g, batched[2] ? alignRank(scale, x.rank - 1) : scale);
  return [
    ...apply(normalizeGradOp, [share, x], inner),
    summedExamples(mul(g, normalized(x, inner)), own),
    summedExamples(g, own),
  ];
}

function normalized(x: Tensor, params: NormalizationParams): Tensor {
  return apply(normalizeOp, [x], params)[0];
}

/**
 * Mean 0 (where `centered`) and mean square 1 over axes that `isNormalizable` takes, then times the scale
 * and plus the offset where those are given.
 */
export function normalize(
  x: Tensor,
  params: NormalizationParams,
  scale?: Tensor,
  offset?: Tensor,
): Tensor {
  const inputs = [x, scale, offset].filter((one) => one !== undefined);
  return apply(normalizeOp, inputs, params)[0];
}

/** Inputs x, mean, factor and offset: `(x - mean) factor + offset`, the last three of the last axes of x. */
export const batchNormOp: Op = defineOp({
  name: 'batchNorm',
  infer: ([x, ...rest]) => {
    for (const { shape } of rest) {
      if (isLastPart(x.shape, shape)) continue;
      const condition = `have the last axes of x ${formatShape(x.shape)}`;
      throw misuse(ShapeError, 'batchNorm', 'statistics', condition, formatShape(shape));
    }
    return [x];
  },
  kernel: kernels.batchNormKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [x, center, factor] }, [t, ofCenter, ofFactor, ofOffset]) => {
      const shares = [
        t && mul(t, factor),
        ofCenter && neg(mul(ofCenter, factor)),
        ofFactor && mul(sub(x, center), ofFactor),
        ofOffset,
      ].filter((share) => share !== null);
      return [
        broadcastTo(
          shares.reduce((a, b) => add(a, b)),
          x.shape,
        ),
      ];
    },
    vjp: ({ inputs: [x, center, factor] }, [g], needed) => {
      if (g === null) return [null, null, null, null];
      const byInput = needed[0] ? mul(g, factor) : null;
      if (!needed[1] && !needed[2] && !needed[3]) return [byInput, null, null, null];
      const [sums, products] = apply(batchNormGradOp, [g, x, center], undefined);
      return [byInput, neg(mul(sums, factor)), products, sums];
    },
  },
  batch: ([x, ...rest], batched, _, size) => {
    if (batched[0] && !batched.includes(true, 1))
      return apply(batchNormOp, [x, ...rest], undefined);
    const [all] = inEachExample([x], batched, size);
    const [center, factor, offset] = rest.map((one, i) =>
      batched[i + 1] ? alignRank(one, all.rank - 1) : one,
    );
    return [add(mul(sub(all, center), factor), offset)];
  },
  reads: { inputs: [0, 1, 2], outputs: [] },
});

/** Inputs g, x and mean: sums of g, and of g times x - mean. */
export const batchNormGradOp: Op = defineOp({
  name: 'batchNormGrad',
  infer: ([, , center]) => [center, center],
  kernel: kernels.batchNormGradKernel,
  derivative: {
    kind: 'expansion',
    expand: ([g, x, center]) => [
      sumToShape(g, center.shape),
      sumToShape(mul(g, sub(x, center)), center.shape),
    ],
  },
  batch: ([g, x, center], batched, _, size) => {
    const [allG, allX] = inEachExample([g, x], batched, size);
    const own = batched[2] ? center.shape.slice(1) : center.shape;
    const difference = sub(allX, batched[2] ? alignRank(center, allX.rank - 1) : center);
    return [summedExamples(allG, own), summedExamples(mul(allG, difference), own)];
  },
});

/** Sums each example of a batch down to `shape`. */
function summedExamples(x: Tensor, shape: Shape): Tensor {
  const [size] = x.shape;
  const aligned = new Array<number>(x.rank - 1 - shape.length).fill(1);
  return reshape(sumToShape(x, [size, ...aligned, ...shape]), [size, ...shape]);
}

/** Whether one op computes a batch normalization with statistics, scale and offset of these shapes. */
export function isShiftable(x: Spec, ...rest: readonly Spec[]): boolean {
  const [first] = rest;
  const areSame = rest.every(({ shape }) => sameShape(shape, first.shape));
  return isFloat(x.dtype) && x.size > 0 && areSame && isLastPart(x.shape, first.shape);
}

/** `(x - center) factor + offset` where `isShiftable` holds. */
export function shiftAndScale(x: Tensor, center: Tensor, factor: Tensor, offset: Tensor): Tensor {
  return apply(batchNormOp, [x, center, factor, offset], undefined)[0];
}
