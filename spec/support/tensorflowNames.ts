/**
 * Functions of TensorFlow that have a gradient there and no counterpart in TensorFlow.js, under the
 * names they have here. Where the name differs from TensorFlow's, that one follows in brackets.
 */
export const tensorflowFunctions: Readonly<Record<string, string>> = {
  linearAlgebra: `
    linalg.adjoint linalg.cholesky linalg.choleskySolve linalg.cross linalg.det linalg.diag
    linalg.diagPart linalg.eigh linalg.eigvalsh linalg.expm linalg.inv linalg.logdet linalg.logm
    linalg.lstsq linalg.lu linalg.matMul linalg.matrixTranspose linalg.normalize linalg.pinv
    linalg.setDiag linalg.slogdet linalg.solve linalg.sqrtm linalg.svd linalg.trace
    linalg.triangularSolve linalg.tridiagonalSolve
  `,
  arrays: `
    argSort booleanMask extractImagePatches gatherND meshgrid repeat roll searchSorted segmentMax
    segmentMean segmentMin segmentProd segmentSum sequenceMask sort spaceToDepth stridedSlice
    tensorScatterAdd[tensorScatterNdAdd] tensorScatterMax[tensorScatterNdMax]
    tensorScatterMin[tensorScatterNdMin] tensorScatterSub[tensorScatterNdSub] tensordot
    unsortedSegmentMax unsortedSegmentMean unsortedSegmentMin unsortedSegmentProd
    unsortedSegmentSqrtN where
  `,
  mathematics: `
    accumulateN angle besselI0 besselI0e besselI1 besselI1e besselJ0 besselJ1 besselK0 besselK1
    besselY0 besselY1 betainc conj countNonzero cumulativeLogsumexp dawsn digamma erfc erfcinv erfinv
    expint fresnelCos fresnelSin igamma igammac isClose lbeta lgamma logAddExp[logaddexp] ndtri polygamma
    reduceEuclideanNorm reduceStd reduceVariance sinc spence xdivy xlog1py xlogy zeta
  `,
  neuralNetwork: `
    clipByGlobalNorm clipByNorm crelu embeddingLookup gelu globalNorm l2Loss l2Normalize
    maxPoolWithArgmax softsign sparseSoftmaxCrossEntropyWithLogits swish
    weightedMoments logPoissonLoss ctcLoss
    weightedCrossEntropyWithLogits batchNorm[batchNormalization]
  `,
  signal: `
    signal.dct signal.idct signal.inverseStft signal.overlapAndAdd spectral.fft2d spectral.fft3d
    spectral.ifft2d spectral.ifft3d spectral.irfft2d spectral.irfft3d spectral.rfft2d spectral.rfft3d
  `,
  control: `
    customGradient ensureFinite[checkNumerics] gradPassThrough recomputeGrad stopGradient
    vmap[vectorizedMap]
  `,
};

/** What of TensorFlow's differentiable functions is left out, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  'whileLoop, cond, mapFn, scan, foldl':
    'loops, conditions and array methods of the language do it',
  fractionalMaxPool: 'its windows are drawn at random; gather and max compose it',
};
