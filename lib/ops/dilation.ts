import { promoteDTypes } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireOneOf } from '../base/options.ts';
import { requireElements, sizeOf, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { dilationKernel } from '../kernels/pooling.ts';
import type { WindowParams } from '../kernels/windows.ts';
import { neg } from './arithmetic.ts';
import { inEachExample } from './batchRules.ts';
import { add, toFloat } from './elementwise.ts';
import { gatherOp, segmentSumOp } from './indexing.ts';
import { stack, unstack } from './joining.ts';
import { picked, putBack } from './pooling.ts';
import { reverse } from './slicing.ts';
import { cast, reshape } from './structural.ts';
import type { Padding, PerAxis } from './windows.ts';
import { channelsLast, perAxis, spatialOf, windowOver } from './windows.ts';

/** Maxima of input plus filter, and where they stand in both. */
export const dilationOp: Op<WindowParams> = defineOp<WindowParams>({
  name: 'dilation2d',
  flops: (_, [y], { window }) => 2 * y.size * sizeOf(window),
  infer: ([x], params) => {
    const { shape, dtype } = x;
    const wanted = [shape[0], ...params.output, shape[shape.length - 1]];
    const places = specOf(wanted, 'int32');
    return [specOf(wanted, dtype), places, places];
  },
  kernel: dilationKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ outputs: [, inInput, inFilter] }, [s, t]) => {
      const byInput = s && picked(s, inInput);
      const byFilter = t && fromFilter(t, inFilter);
      return [byInput && byFilter ? add(byInput, byFilter) : (byInput ?? byFilter), null, null];
    },
    vjp: ({ inputs: [x, filter], outputs: [, inInput, inFilter] }, [g], needed) => [
      g && needed[0] ? putBack(g, inInput, x.shape) : null,
      g && needed[1] ? toFilter(g, inFilter, filter.shape) : null,
    ],
  },
  batch: (inputs, batched, params, size) => {
    const [x, filter] = inputs;
    if (!batched[1]) return foldingBatchOfTwo(x, filter, params);
    const [images, filters] = inEachExample(inputs, batched, size).map((each) => unstack(each, 0));
    const results = images.map((one, i) => apply(dilationOp, [one, filters[i]], params));
    return [0, 1, 2].map((k) => stack(results.map((each) => each[k])));
  },
  reads: { inputs: [], outputs: [1, 2] },
  kinks: 'all to the first of equals',
});

function foldingBatchOfTwo(x: Tensor, filter: Tensor, params: WindowParams): readonly Tensor[] {
  const [size, images, ...rest] = x.shape;
  const results = apply(dilationOp, [reshape(x, [size * images, ...rest]), filter], params);
  return results.map((y) => reshape(y, [size, images, ...y.shape.slice(1)]));
}

function fromFilter(t: Tensor, positions: Tensor): Tensor {
  const params = { axis: 0, batchDims: 0, negative: 'zero' } as const;
  return apply(gatherOp, [reshape(t, [t.size]), positions], params)[0];
}

function toFilter(g: Tensor, positions: Tensor, shape: readonly number[]): Tensor {
  const params = { axis: 0, batchDims: 0, length: sizeOf(shape) };
  const operands = [reshape(g, [g.size]), reshape(positions, [g.size])];
  return reshape(apply(segmentSumOp, operands, params)[0], shape);
}

/**
 * Grey-scale dilation: maxima over windows of the input plus a filter of its own for each channel.
 *
 * @param x - shape (b, h, w, c) or (h, w, c)
 * @param filter - shape (kh, kw, c)
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, cells on each side, or pairs for every axis
 * @param dilations - distances of the cells under the window
 * @param dataFormat - `NHWC` is the one there is
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example dilation2d([[[1], [3]]], [[[0], [-5]]], 1, 'valid') // [[[1]]]
 */
export function dilation2d(
  x: TensorLike,
  filter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dilations: PerAxis = 1,
  dataFormat: 'NHWC' = 'NHWC',
): Tensor {
  return dilated('dilation2d', x, filter, { strides, pad, dilations, dataFormat });
}

/**
 * Grey-scale erosion: minima over windows of the input minus a filter of its own for each channel.
 *
 * @param x - shape (b, h, w, c) or (h, w, c)
 * @param filter - shape (kh, kw, c)
 * @param strides - steps of the window
 * @param pad - `valid`, `same`, cells on each side, or pairs for every axis
 * @param dilations - distances of the cells under the window
 * @throws ShapeError when ranks or channels do not agree, or the filter does not fit
 * @throws ArgumentError when an option is none
 * @example erosion2d([[[1], [3]]], [[[0], [0]]], 1, 'valid') // [[[1]]]
 */
export function erosion2d(
  x: TensorLike,
  filter: TensorLike,
  strides: PerAxis,
  pad: Padding,
  dilations: PerAxis = 1,
): Tensor {
  const turned = reverse(asTensor(filter, 'filter', 'erosion2d'), [0, 1]);
  const call = { strides, pad, dilations, dataFormat: 'NHWC' } as const;
  return neg(dilated('erosion2d', neg(asTensor(x, 'x', 'erosion2d')), turned, call));
}

interface DilationCall {
  readonly strides: PerAxis;
  readonly pad: Padding;
  readonly dilations: PerAxis;
  readonly dataFormat: 'NHWC';
}

function dilated(op: string, x: TensorLike, filter: TensorLike, call: DilationCall): Tensor {
  const [a, b] = asOperands([x, filter], ['x', 'filter'], op);
  const dtype = toFloat(promoteDTypes(a.dtype, b.dtype));
  const [input, weights] = [cast(a, dtype), cast(b, dtype)];
  requireOneOf(op, 'dataFormat', call.dataFormat, ['NHWC']);
  const layout = channelsLast(op, input, 2, false);
  if (weights.rank !== 3 || weights.shape[2] !== layout.x.shape[3]) {
    const condition = `have shape (height, width, ${String(layout.x.shape[3])})`;
    throw misuse(ShapeError, op, 'filter', condition, formatShape(weights.shape));
  }
  const params = windowOver(op, spatialOf(layout.x.shape), {
    window: weights.shape.slice(0, 2),
    strides: perAxis(op, 'strides', call.strides, 2),
    dilations: perAxis(op, 'dilations', call.dilations, 2),
    pad: call.pad,
  });
  requireElements(op, 'result', [layout.x.shape[0], ...params.output, layout.x.shape[3]]);
  return layout.restore(apply(dilationOp, [layout.x, weights], params)[0]);
}
