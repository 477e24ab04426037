/** Sparse matrices as lists of places and values. */

export {
  sparseFillEmptyRows,
  sparseReshape,
  sparseSegmentMean,
  sparseSegmentSum,
} from '../functions/sparse.ts';
