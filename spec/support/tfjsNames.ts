/**
 * The functions that TensorFlow.js 4.22 exports, by family, those with strings, pixels or a canvas left
 * out; and the methods that it chains. Each exists here under the same name.
 */

export const tfjsFunctions: Readonly<Record<string, string>> = {
  creation: `
    tensor tensor1d tensor2d tensor3d tensor4d tensor5d tensor6d scalar variable buffer fill
    zeros ones zerosLike onesLike eye linspace range oneHot diag clone cast complex real
    imag print ensureShape broadcastArgs meshgrid
  `,
  random: `
    rand randomGamma randomNormal randomStandardNormal randomUniform randomUniformInt
    truncatedNormal multinomial dropout
  `,
  unary: `
    abs acos acosh asin asinh atan atanh cos cosh erf exp expm1 log log1p neg reciprocal
    rsqrt sin sinh sqrt square tan tanh ceil floor round sign step isFinite isInf isNaN
    clipByValue
  `,
  activations: `
    relu relu6 elu selu leakyRelu prelu sigmoid logSigmoid softplus softmax logSoftmax
  `,
  binary: `
    add sub mul div divNoNan floorDiv mod pow maximum minimum squaredDifference atan2 addN
  `,
  comparison: `
    equal notEqual greater less lessEqual greaterEqual logicalAnd logicalNot logicalOr
    logicalXor bitwiseAnd where whereAsync all any
  `,
  reductions: `
    sum mean prod max min argMax argMin logSumExp norm euclideanNorm moments cumsum cumprod
    bincount denseBincount
  `,
  linearAlgebra: `
    matMul dot outerProduct einsum transpose linalg.bandPart linalg.gramSchmidt linalg.qr
  `,
  shapes: `
    reshape expandDims squeeze broadcastTo tile concat concat1d concat2d concat3d concat4d
    stack unstack split slice slice1d slice2d slice3d slice4d stridedSlice reverse reverse1d
    reverse2d reverse3d reverse4d pad pad1d pad2d pad3d pad4d mirrorPad depthToSpace
    spaceToBatchND batchToSpaceND
  `,
  indexing: `
    gather gatherND scatterND tensorScatterUpdate sparseToDense unsortedSegmentSum
    booleanMaskAsync topk unique setdiff1dAsync searchSorted lowerBound upperBound
    inTopKAsync sparse.sparseSegmentSum sparse.sparseSegmentMean sparse.sparseFillEmptyRows
    sparse.sparseReshape raggedGather raggedRange raggedTensorToTensor
  `,
  neuralNetwork: `
    conv1d conv2d conv2dTranspose conv3d conv3dTranspose depthwiseConv2d separableConv2d
    dilation2d avgPool maxPool avgPool3d maxPool3d maxPoolWithArgmax pool batchNorm
    batchNorm2d batchNorm3d batchNorm4d localResponseNormalization basicLSTMCell
    multiRNNCell movingAverage fused.conv2d fused.depthwiseConv2d fused.matMul
  `,
  losses: `
    losses.absoluteDifference losses.computeWeightedLoss losses.cosineDistance
    losses.hingeLoss losses.huberLoss losses.logLoss losses.meanSquaredError
    losses.sigmoidCrossEntropy losses.softmaxCrossEntropy
  `,
  signal: `
    spectral.fft spectral.ifft spectral.rfft spectral.irfft signal.frame signal.stft
    signal.hammingWindow signal.hannWindow cosineWindow enclosingPowerOfTwo
  `,
  image: `
    image.resizeBilinear image.resizeNearestNeighbor image.flipLeftRight
    image.grayscaleToRGB image.rgbToGrayscale image.cropAndResize image.rotateWithOffset
    image.transform image.threshold image.nonMaxSuppression image.nonMaxSuppressionAsync
    image.nonMaxSuppressionWithScore image.nonMaxSuppressionWithScoreAsync
    image.nonMaxSuppressionPadded image.nonMaxSuppressionPaddedAsync
  `,
  math: `
    math.confusionMatrix
  `,
};

/** Methods of tensors: those that are ops, and those of the class itself. */
export const tfjsMethods = `
  abs acos acosh add all any argMax argMin as1D as2D as3D as4D as5D asin asinh asScalar asType
  atan atan2 atanh avgPool batchNorm batchToSpaceND broadcastTo cast ceil clipByValue concat
  conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d
  dilation2d div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft flatten
  floor floorDiv gather greater greaterEqual ifft irfft isFinite isInf isNaN leakyRelu less
  lessEqual localResponseNormalization log log1p logicalAnd logicalNot logicalOr logicalXor
  logSigmoid logSoftmax logSumExp matMul max maximum maxPool mean min minimum mirrorPad mod
  mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape
  reshapeAs resizeBilinear resizeNearestNeighbor reverse rfft round rsqrt selu separableConv2d
  sigmoid sign sin sinh slice softmax softplus spaceToBatchND split sqrt square
  squaredDifference squeeze stack step stridedSlice sub sum tan tanh tile toBool toFloat toInt
  topk transpose unique unsortedSegmentSum unstack where zerosLike
  array arraySync buffer bufferSync clone data dataSync dispose print toString variable
`;
