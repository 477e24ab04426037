/**
 * What the functions of the table of ops are called elsewhere. TensorFlow.js has most of them under
 * the same name; TensorFlow in snake case, in one of its modules.
 */
import { tfjsFunctions } from './tfjsNames.ts';

/** Names in TensorFlow.js that differ, by the name here. */
const tfjsRenamed: Readonly<Record<string, string>> = {
  identity: 'clone',
  booleanMask: 'booleanMaskAsync',
  inTopK: 'inTopKAsync',
  setdiff1d: 'setdiff1dAsync',
  confusionMatrix: 'math.confusionMatrix',
  meanSquaredError: 'losses.meanSquaredError',
  sigmoidCrossEntropy: 'losses.sigmoidCrossEntropy',
  softmaxCrossEntropy: 'losses.softmaxCrossEntropy',
  'linalg.matMul': 'matMul',
  'linalg.norm': 'norm',
  'linalg.eye': 'eye',
  'linalg.tensorDiag': 'diag',
};

const tfjsNames = new Set(Object.values(tfjsFunctions).flatMap((text) => text.match(/\S+/g) ?? []));

export function tfjsEquivalent(name: string): string {
  const renamed = tfjsRenamed[name] ?? name;
  return tfjsNames.has(renamed) ? `tf.${renamed}` : '';
}

/** The modules of TensorFlow; `here=there` where the name is not that in snake case. */
const tensorflowModules: Readonly<Record<string, string>> = {
  tf: `
    abs acos acosh add all=reduce_all any=reduce_any argMax=argmax argMin=argmin
    argSort=argsort asin asinh atan atan2 atanh batchToSpaceND=batch_to_space
    booleanMask=boolean_mask booleanMaskAsync=boolean_mask
    broadcastArgs=broadcast_dynamic_shape broadcastTo cast clipByGlobalNorm clipByNorm
    clipByValue clone=identity complex concat cos cosh cumsum diag=linalg.tensor_diag
    div=divide einsum ensureShape equal exp expandDims
    extractImagePatches=image.extract_patches eye fill floor gather gatherND=gather_nd
    gradPassThrough greater greaterEqual histogramFixedWidth identity less lessEqual linspace
    logicalAnd logicalNot logicalOr logSumExp=reduce_logsumexp matMul=matmul max=reduce_max
    maximum mean=reduce_mean meshgrid min=reduce_min minimum mirrorPad=pad mul=multiply
    neg=negative norm notEqual oneHot ones onesLike pad pow prod=reduce_prod range repeat
    reshape reverse roll round scalar=constant scatterND=scatter_nd searchSorted=searchsorted
    sequenceMask sigmoid sign sin sinh slice sort spaceToBatchND=space_to_batch_nd split sqrt
    square squeeze stack stopGradient stridedSlice sub=subtract sum=reduce_sum tan tanh
    tensor=constant tensordot tensorScatterAdd=tensor_scatter_nd_add
    tensorScatterMax=tensor_scatter_nd_max tensorScatterMin=tensor_scatter_nd_min
    tensorScatterSub=tensor_scatter_nd_sub tensorScatterUpdate=tensor_scatter_nd_update tile
    transpose unique uniqueWithCounts unstack variable=Variable where zeros zerosLike
  `,
  'tf.math': `
    accumulateN addN angle betainc bincount ceil confusionMatrix conj countNonzero cumprod
    cumulativeLogsumexp denseBincount=bincount digamma divNoNan=divide_no_nan erf erfc erfcinv
    erfinv euclideanNorm=reduce_euclidean_norm expm1 floorDiv=floordiv igamma igammac imag
    inTopK=in_top_k isFinite=is_finite isInf=is_inf isNaN=is_nan l2Normalize lbeta lgamma log
    log1p logCumsumExp=cumulative_logsumexp logicalXor logSigmoid mod=floormod
    mulNoNan=multiply_no_nan ndtri nextAfter=nextafter polygamma real reciprocal
    reciprocalNoNan reduceEuclideanNorm reduceStd reduceVariance rint rsqrt segmentMax
    segmentMean segmentMin segmentProd segmentSum softplus squaredDifference std=reduce_std
    topk=top_k truncateDiv=truncatediv truncateMod=truncatemod unsortedSegmentMax
    unsortedSegmentMean unsortedSegmentMin unsortedSegmentProd unsortedSegmentSqrtN
    unsortedSegmentSum variance=reduce_variance xdivy xlog1py xlogy zeta
  `,
  'tf.special': `
    besselI0 besselI0e besselI1 besselI1e besselJ0 besselJ1 besselK0 besselK0e besselK1
    besselK1e besselY0 besselY1 dawsn expint fresnelCos fresnelSin spence
  `,
  'tf.nn': ` avgPool3d avgPool=avg_pool2d batchNorm=batch_normalization conv1d conv2d
    conv2dTranspose=conv2d_transpose conv3d conv3dTranspose=conv3d_transpose crelu ctcLoss
    depthToSpace depthwiseConv2d=depthwise_conv2d dilation2d dropout elu embeddingLookup
    erosion2d gelu l2Loss leakyRelu localResponseNormalization logPoissonLoss logSoftmax
    maxPool3d maxPool=max_pool2d maxPoolWithArgmax moments pool relu relu6 selu
    separableConv2d=separable_conv2d sigmoidCrossEntropy=sigmoid_cross_entropy_with_logits
    sigmoidCrossEntropyWithLogits silu softmax
    softmaxCrossEntropy=softmax_cross_entropy_with_logits softmaxCrossEntropyWithLogits
    softsign spaceToDepth sparseSoftmaxCrossEntropy=sparse_softmax_cross_entropy_with_logits
    sparseSoftmaxCrossEntropyWithLogits swish weightedCrossEntropyWithLogits weightedMoments
  `,
  'tf.random': `
    multinomial=categorical randomGamma=gamma randomPoisson=poisson randomShuffle=shuffle randomNormal=normal
    randomStandardNormal=normal
    randomUniform=uniform randomUniformInt=uniform truncatedNormal
  `,
  'tf.bitwise': `
    bitwiseAnd=bitwise_and bitwiseNot=invert bitwiseOr bitwiseXor leftShift rightShift
  `,
  'tf.linalg': `
    bandPart=band_part cross diagonal=diag_part embedDiagonal=diag globalNorm linalg.adjoint
    linalg.bandPart linalg.cholesky linalg.choleskySolve linalg.cross linalg.det linalg.diag
    linalg.diagPart linalg.eigh linalg.eigvalsh linalg.expm linalg.eye linalg.inv
    linalg.logdet linalg.logm linalg.lstsq linalg.lu linalg.matMul=matmul linalg.matrixRank
    linalg.matrixTranspose linalg.matVec=matvec linalg.norm linalg.normalize linalg.pinv
    linalg.qr linalg.setDiag linalg.slogdet linalg.solve linalg.sqrtm linalg.svd
    linalg.tensorDiag linalg.tensorDiagPart linalg.trace linalg.triangularSolve
    linalg.tridiagonalMatMul=tridiagonal_matmul linalg.tridiagonalSolve
  `,
  'tf.signal': `
    signal.dct signal.frame signal.hammingWindow signal.hannWindow signal.idct
    signal.inverseStft signal.inverseStftWindowFn signal.kaiserBesselDerivedWindow
    signal.kaiserWindow signal.overlapAndAdd signal.stft signal.vorbisWindow spectral.fft
    spectral.fft2d spectral.fft3d spectral.fftShift=fftshift spectral.ifft spectral.ifft2d
    spectral.ifft3d spectral.ifftShift=ifftshift spectral.irfft spectral.irfft2d
    spectral.irfft3d spectral.rfft spectral.rfft2d spectral.rfft3d
  `,
  'tf.image': `
    image.adjustBrightness image.adjustContrast image.adjustHue image.adjustSaturation
    image.centralCrop image.cropAndResize image.cropToBoundingBox=crop_to_bounding_box
    image.flipLeftRight image.flipUpDown image.grayscaleToRGB=grayscale_to_rgb
    image.hsvToRGB=hsv_to_rgb image.nonMaxSuppression=non_max_suppression
    image.nonMaxSuppressionPadded=non_max_suppression_padded
    image.nonMaxSuppressionWithScore=non_max_suppression_with_scores
    image.resizeBicubic=resize image.resizeBilinear=resize image.resizeNearestNeighbor=resize
    image.rgbToGrayscale image.rgbToHSV=rgb_to_hsv image.rgbToYIQ=rgb_to_yiq
    image.rgbToYUV=rgb_to_yuv image.yiqToRGB=yiq_to_rgb image.yuvToRGB=yuv_to_rgb
  `,
  'tf.sparse': `
    sparse.sparseFillEmptyRows=fill_empty_rows sparse.sparseReshape=reshape
    sparse.sparseSegmentMean=segment_mean sparse.sparseSegmentSum=segment_sum
    sparseToDense=to_dense
  `,
  'tf.experimental.numpy': `hypot isClose=isclose kron logAddExp=logaddexp sinc takeAlongAxis`,
  'tf.ragged': `raggedRange=range`,
  'tf.debugging': `ensureFinite=check_numerics`,
  'tf.sets': `setdiff1d=difference`,
  'tf.keras.losses': `
    losses.absoluteDifference=MAE losses.cosineDistance=CosineSimilarity
    losses.hingeLoss=Hinge losses.huberLoss=Huber losses.logLoss=BinaryCrossentropy
    losses.kullbackLeiblerDivergence=KLDivergence losses.poissonLoss=Poisson
    meanSquaredError=MSE
  `,
};

const tensorflowNames = new Map(
  Object.entries(tensorflowModules).flatMap(([module, text]) =>
    (text.match(/\S+/g) ?? []).map((entry) => {
      const [name, there = snakeCase(name)] = entry.split('=');
      return [name, `${module}.${there}`] as const;
    }),
  ),
);

/** The namespaces here are modules there: the last part of the name counts. */
function snakeCase(name: string): string {
  const own = name.slice(name.lastIndexOf('.') + 1);
  return own.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function tensorflowEquivalent(name: string): string {
  return tensorflowNames.get(name) ?? tensorflowNames.get(name.slice(name.indexOf('.') + 1)) ?? '';
}
