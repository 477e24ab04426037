import type { Shape, Spec } from '../base/shape.ts';
import { specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { BatchRule, Derivative, Op } from '../core/op.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Kernel } from '../kernels/kernel.ts';
import type { WindowParams } from '../kernels/windows.ts';
import { inEachExample } from './batchRules.ts';
import { add } from './elementwise.ts';
import { stack, unstack } from './joining.ts';
import { reshape } from './structural.ts';

/*
 * y = x * f is linear in the input x and in the filter f, and so are both gradients. The three are a
 * closed family: the derivative of each is made of the other two, so every order is fused.
 */

/** A window, and the shape of the output where the operands do not tell it. */
export interface ConvolutionParams extends WindowParams {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Size of the last axis of the filter: `out`, or the multiplier of a depthwise convolution. */
  readonly columns: number;
}

type Three = readonly [
  Op<ConvolutionParams>,
  inputGradient: Op<ConvolutionParams>,
  filterGradient: Op<ConvolutionParams>,
];

interface Shapes {
  readonly filter: (params: ConvolutionParams) => Shape;
  readonly kernels: readonly [Kernel<WindowParams>, Kernel<WindowParams>, Kernel<WindowParams>];
}

const reads = { inputs: [0, 1], outputs: [] } as const;

type Bilinear = (a: Tensor, b: Tensor, params: ConvolutionParams) => Tensor;

function bilinear(map: Bilinear, left: Bilinear, right: Bilinear): Derivative<ConvolutionParams> {
  return {
    kind: 'rules',
    jvp: ({ inputs: [a, b], params }, [s, t]) => {
      const byFirst = s && map(s, b, params);
      const bySecond = t && map(a, t, params);
      return [byFirst && bySecond ? add(byFirst, bySecond) : (byFirst ?? bySecond)];
    },
    vjp: ({ inputs: [a, b], params }, [g], needed) => [
      g && needed[0] ? left(g, b, params) : null,
      g && needed[1] ? right(a, g, params) : null,
    ],
  };
}

/** A convolution and its two gradients. */
export function defineConvolution(name: string, shapes: Shapes): Three {
  const run =
    (op: () => Op<ConvolutionParams>): Bilinear =>
    (a, b, params) =>
      apply(op(), [a, b], params)[0];
  const forward = run(() => forwardOp);
  const byInput = run(() => inputOp);
  const byFilter = run(() => filterOp);
  const forwardOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name,
    flops: ([, f], [y], params) => flopsOf(y, f, params),
    infer: ([x], params) => [outputSpec(x, params)],
    kernel: shapes.kernels[0],
    derivative: bilinear(forward, byInput, byFilter),
    batch: batchRule(() => forwardOp, true),
    traits: { bilinear: true },
    reads,
  });
  const inputOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name: `${name}InputGradient`,
    flops: ([g, f], _, params) => flopsOf(g, f, params),
    infer: ([g], params) => [inputSpec(g, params)],
    kernel: shapes.kernels[1],
    derivative: bilinear(byInput, forward, (g, c, params) => byFilter(c, g, params)),
    batch: batchRule(() => inputOp, true),
    traits: { bilinear: true },
    reads,
  });
  const filterOp: Op<ConvolutionParams> = defineOp<ConvolutionParams>({
    name: `${name}FilterGradient`,
    flops: ([, g], [f], params) => flopsOf(g, f, params),
    infer: ([x], params) => [specOf(shapes.filter(params), x.dtype)],
    kernel: shapes.kernels[2],
    derivative: bilinear(byFilter, (c, g, params) => byInput(g, c, params), forward),
    batch: batchRule(() => filterOp, false),
    traits: { bilinear: true },
    reads,
  });
  return [forwardOp, inputOp, filterOp];
}

// A product and a sum for each output and each cell of the filter that leads to it.
function flopsOf(output: Spec, filter: Spec, { outChannels }: ConvolutionParams): number {
  return outChannels === 0 ? 0 : (2 * output.size * filter.size) / outChannels;
}

function outputSpec({ shape, dtype }: Spec, { output, outChannels }: ConvolutionParams): Spec {
  return specOf([shape[0], ...output, outChannels], dtype);
}

function inputSpec({ shape, dtype }: Spec, { input, inChannels }: ConvolutionParams): Spec {
  return specOf([shape[0], ...input, inChannels], dtype);
}

// With one filter for all examples, they are more images of one batch; with a filter each, they are
// taken one by one.
function batchRule(
  op: () => Op<ConvolutionParams>,
  foldsFirst: boolean,
): BatchRule<ConvolutionParams> {
  return (inputs, batched, params, size) => {
    const [a, b] = inputs;
    if (foldsFirst && !batched[1]) {
      const [count, images, ...rest] = a.shape;
      const [y] = apply(op(), [reshape(a, [count * images, ...rest]), b], params);
      return [reshape(y, [count, images, ...y.shape.slice(1)])];
    }
    if (size === 0) {
      const [one] = op().infer([exampleSpec(a, batched[0]), exampleSpec(b, batched[1])], params);
      return [reshape(a.size === 0 ? a : b, [0, ...one.shape])];
    }
    const [left, right] = inEachExample(inputs, batched, size).map((x) => unstack(x, 0));
    return [stack(left.map((x, i) => apply(op(), [x, right[i]], params)[0]))];
  };
}

function exampleSpec(x: Tensor, isBatched: boolean): Spec {
  return isBatched ? specOf(x.shape.slice(1), x.dtype) : x.spec;
}
