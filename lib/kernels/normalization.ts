import type { Values } from '../base/dtype.ts';
import { newValues } from '../base/dtype.ts';
import type { Kernel, Operand } from './kernel.ts';
import type { Gradients, Layout, NormalizationParams } from './normalizationLayout.ts';
import { layoutOf } from './normalizationLayout.ts';
import * as columns from './wasm/columnNormalization.ts';
import * as matrices from './wasm/columns.ts';
import * as rows from './wasm/rowNormalization.ts';

/** What is known of the groups of one block: their means, and 1 over their deviations. */
interface Statistics {
  readonly mean: Float64Array;
  readonly rate: Float64Array;
}

/** Calls `run` with each run of elements of one group: where it starts, and its group. */
function forEachRun(
  { length, groups, inner }: Layout,
  start: number,
  run: (at: number, group: number) => void,
): void {
  for (let l = 0, at = start; l < length; l++) {
    for (let group = 0; group < groups; group++, at += inner) run(at, group);
  }
}

/** The statistics of the block at `start`, in two passes, in double. */
function measure(
  x: Values,
  start: number,
  layout: Layout,
  { epsilon, centered }: NormalizationParams,
): Statistics {
  const { length, groups, inner } = layout;
  const count = length * inner;
  const [mean, rate] = [new Float64Array(groups), new Float64Array(groups)];
  if (centered) {
    forEachRun(layout, start, (at, group) => {
      let sum = 0;
      for (let i = at; i < at + inner; i++) sum += x[i];
      mean[group] += sum / count;
    });
  }
  forEachRun(layout, start, (at, group) => {
    const centre = mean[group];
    let sum = 0;
    for (let i = at; i < at + inner; i++) sum += (x[i] - centre) * (x[i] - centre);
    rate[group] += sum;
  });
  for (let group = 0; group < groups; group++)
    rate[group] = 1 / Math.sqrt(rate[group] / count + epsilon);
  return { mean, rate };
}

/** The layout, and the values of the scale, which is 1 where none is given. */
function readLayout(
  x: Operand,
  scale: Operand | undefined,
  { axes }: NormalizationParams,
): readonly [Layout, Values] {
  const layout = layoutOf(x.shape, axes, scale?.size);
  if (layout === null) throw new Error('only axes with a layout are normalized by one op');
  return [layout, scale?.values ?? newValues(x.dtype, layout.groups * layout.inner).fill(1)];
}

/** `(x - mean) / sqrt(variance + epsilon)`, times scale and plus offset where they are given. */
export const normalizeKernel: Kernel<NormalizationParams> = (inputs, [y], params) => {
  if (y.size === 0) return;
  const [x, scale, offset] = inputs as readonly [Operand, Operand?, Operand?];
  const [layout, factors] = readLayout(x, scale, params);
  const constants = offset?.values ?? newValues(x.dtype, factors.length);
  const given = [x.values, factors, constants] as const;
  if (rows.areWorthIt(layout, x.values)) rows.normalize(layout, given, y.values, params);
  else if (columns.areWorthIt(layout, x.values)) columns.normalize(layout, given, y.values, params);
  else normalizeInLoops(layout, given, y.values, params);
};

function normalizeInLoops(
  layout: Layout,
  [x, scale, offset]: readonly [Values, Values, Values],
  y: Values,
  params: NormalizationParams,
): void {
  const { outer, inner } = layout;
  const size = y.length / outer;
  for (let start = 0; start < y.length; start += size) {
    const { mean, rate } = measure(x, start, layout, params);
    forEachRun(layout, start, (at, group) => {
      const [centre, slope, to] = [mean[group], rate[group], group * inner];
      for (let i = 0; i < inner; i++)
        y[at + i] = (x[at + i] - centre) * slope * scale[to + i] + offset[to + i];
    });
  }
}

/**
 * Inputs g and x, and the scale if there is one: rate (h - mean(h) - n mean(h n)) where h = g scale
 * and n is the normalized x; then sums of g n and of g.
 */
export const normalizeGradKernel: Kernel<NormalizationParams> = (inputs, outputs, params) => {
  const [g, x, scale] = inputs as readonly [Operand, Operand, Operand?];
  const [dx, dScale, dOffset] = outputs as readonly [Operand, Operand?, Operand?];
  const [layout, factors] = readLayout(x, scale, params);
  const sums = [new Float64Array(factors.length), new Float64Array(factors.length)];
  const results = { dx: dx.values, dScale: sums[0], dOffset: sums[1] };
  const given = [g.values, x.values, factors] as const;
  if (dx.size > 0) {
    if (rows.areWorthIt(layout, x.values)) rows.normalizeGrad(layout, given, results, params);
    else if (columns.areWorthIt(layout, x.values))
      columns.normalizeGrad(layout, given, results, params);
    else normalizeGradInLoops(layout, given, results, params);
  }
  dScale?.values.set(sums[0]);
  dOffset?.values.set(sums[1]);
};

function normalizeGradInLoops(
  layout: Layout,
  [g, x, scale]: readonly [Values, Values, Values],
  { dx, dScale, dOffset }: Gradients,
  params: NormalizationParams,
): void {
  const { outer, length, groups, inner } = layout;
  const count = length * inner;
  const size = dx.length / outer;
  for (let start = 0; start < dx.length; start += size) {
    const { mean, rate } = measure(x, start, layout, params);
    const [sums, products] = [new Float64Array(groups), new Float64Array(groups)];
    forEachRun(layout, start, (at, group) => {
      for (let i = at, j = group * inner; i < at + inner; i++, j++) {
        const share = g[i] * ((x[i] - mean[group]) * rate[group]);
        dScale[j] += share;
        dOffset[j] += g[i];
        sums[group] += g[i] * scale[j];
        products[group] += share * scale[j];
      }
    });
    if (!params.centered) sums.fill(0);
    forEachRun(layout, start, (at, group) => {
      const [taken, slope] = [sums[group] / count, products[group] / count];
      for (let i = at, j = group * inner; i < at + inner; i++, j++) {
        const normal = (x[i] - mean[group]) * rate[group];
        dx[i] = rate[group] * (g[i] * scale[j] - taken - normal * slope);
      }
    });
  }
}

/** `(x - mean) factor + offset`; the last three have the shape of the last axes of x. */
export const batchNormKernel: Kernel<unknown> = ([x, mean, factor, offset], [y]) => {
  const given = [mean.values, factor.values, offset.values] as const;
  const width = mean.size;
  if (matrices.areLong(width, x.values)) matrices.shiftAndScale(x.values, given, y.values);
  else {
    const [m, f, c] = given;
    for (let at = 0; at < y.size; at += width) {
      for (let j = 0; j < width; j++) y.values[at + j] = (x.values[at + j] - m[j]) * f[j] + c[j];
    }
  }
};

/** Inputs g, x and mean: sums of g and of g (x - mean) over all axes that `mean` does not have. */
export const batchNormGradKernel: Kernel<unknown> = ([g, x, mean], [sums, products]) => {
  const width = mean.size;
  const totals = [new Float64Array(width), new Float64Array(width)] as const;
  if (matrices.areLong(width, x.values))
    matrices.sumProducts(g.values, x.values, mean.values, totals);
  else {
    for (let at = 0; at < g.size; at += width) {
      for (let j = 0; j < width; j++) {
        totals[0][j] += g.values[at + j];
        totals[1][j] += g.values[at + j] * (x.values[at + j] - mean.values[j]);
      }
    }
  }
  sums.values.set(totals[0]);
  products.values.set(totals[1]);
};
