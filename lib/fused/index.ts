/** A product or convolution, a bias and an activation in one call, as in TensorFlow.js. */

export type { Activation, FusedConvOptions, FusedMatMulOptions } from '../functions/fused.ts';
export {
  fusedConv2d as conv2d,
  fusedDepthwiseConv2d as depthwiseConv2d,
  fusedMatMul as matMul,
} from '../functions/fused.ts';
