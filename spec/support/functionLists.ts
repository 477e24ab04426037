/** What no sample can tell of the public functions: the table of ops reads it here. */

const names = (text: string): readonly string[] => text.match(/\S+/g) ?? [];

/** Functions without tensors among their arguments, or whose result ignores what these hold. */
export const makers = names(`
  buffer cosineWindow eye fill linspace math.confusionMatrix ones rand range scalar sequenceMask tensor tensor1d tensor2d tensor3d tensor4d tensor5d
  tensor6d variable wrap zeros signal.hammingWindow signal.hannWindow signal.inverseStftWindowFn
  signal.kaiserBesselDerivedWindow signal.kaiserWindow signal.vorbisWindow
`);

/** Functions whose result depends on values in its very shape, and their asynchronous forms. */
export const readers = names(`
  booleanMaskAsync image.nonMaxSuppression image.nonMaxSuppressionAsync image.nonMaxSuppressionPadded
  image.nonMaxSuppressionPaddedAsync image.nonMaxSuppressionWithScore
  image.nonMaxSuppressionWithScoreAsync inTopKAsync setdiff1d setdiff1dAsync unique uniqueWithCounts
  broadcastArgs nonzero raggedGather raggedRange raggedTensorToTensor sparse.sparseFillEmptyRows
  sparse.sparseReshape whereAsync
`);

/** Functions that are no ops: transforms, settings, memory, definitions. */
export const otherFunctions = names(`
  apply assignAdd assignSub checkpointLoop customGrad customGradient defineOp dispose disposeVariables
  enclosingPowerOfTwo ensureShape getDefaultFloat grad gradPassThrough gradients grads keep memory nextFrame
  argmin derivatives fixedPoint jet linearSolve root
  notDifferentiable placeholder print recomputeGrad reproducible setDefaultFloat setMaxElements setSeed specOf tidy
  valueAndGrad valueAndGrads variableGrads vmap
  disableDebugMode enableDebugMode withDebugMode
  elementwiseGrad hessian hessianDiagonal hutchinsonTrace linearTranspose perExampleGrad ggnvp hvp vhp
  jacfwd jacobian jacrev jvp linearize vjp
  profile
  odeint useWebAssembly checkGradient clipGradient clipGradientByNorm customJvp gradientReversal
`);

/**
 * Slopes at the kinks of functions that are made of others, which know nothing of the whole. Empty:
 * smooth, though its parts are not.
 */
export const composedKinks: Readonly<Record<string, string>> = {
  atan2: 'NaN at the origin',
  batchNorm: '',
  besselI0e: '0 at 0',
  besselI1e: '',
  celu: '',
  clipByGlobalNorm: 'that of the scaled side only beyond the norm',
  clipByNorm: 'that of the scaled side only beyond the norm',
  crelu: '0 at 0',
  divNoNan: '0 where b is 0',
  elu: '1 at 0',
  'fused.conv2d': 'that of the activation',
  'fused.depthwiseConv2d': 'that of the activation',
  'fused.matMul': 'that of the activation',
  globalNorm: '0 where all are 0',
  hardSigmoid: 'the slope of the line at its ends',
  hardSwish: 'that of the left side at -3, of the right side at 3',
  lu: 'the pivots count as constant; an error for a singular matrix',
  'image.adjustHue': 'that of one side where two colours are equal',
  'image.adjustSaturation': 'that of one side where two colours are equal',
  'image.cropAndResize': 'the cells count as constant: one-sided at their borders',
  'image.hsvToRGB': 'that of one side where two colours are equal',
  'image.rgbToHSV': 'that of one side where two colours are equal',
  'image.transform': 'the cells count as constant: one-sided at their borders',
  'linalg.setDiag': '',
  'linalg.lu': 'the pivots count as constant; an error for a singular matrix',
  'linalg.qr': 'an error or NaN for columns that depend on one another',
  median: 'equal elements keep their order',
  percentile: 'equal elements keep their order',
  quantile: 'equal elements keep their order',
  norm: '0 at 0; shared evenly at a tie of the largest',
  'linalg.norm':
    '0 at 0; shared evenly at a tie of the largest; as svd for nuclear and spectral norms',
  'linalg.normalize':
    '0 at 0; shared evenly at a tie of the largest; as svd for nuclear and spectral norms',
  meanSquaredError: 'the number of nonzero weights counts as constant',
  pow: '0 by the exponent where the base is at most 0',
  prelu: 'alpha at 0',
  relu6: '0 at 0 and at 6',
  selu: '1.7581 at 0',
  sigmoidCrossEntropy: 'the number of nonzero weights counts as constant',
  softsign: '',
  softmaxCrossEntropy: 'the number of nonzero weights counts as constant',
  sparseSoftmaxCrossEntropy: 'the number of nonzero weights counts as constant',
  variance: '',
  xdivy: '0 in x where x is 0',
  xlog1py: '0 in x where x is 0',
  xlogy: '0 in x where x is 0',
};
