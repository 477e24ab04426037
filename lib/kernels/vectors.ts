import type * as elementwise from './wasm/elementwiseKernels.ts';
import type * as reductions from './wasm/reductions.ts';

/** The kernels in vectors of elementwise ops and of reductions, which every program uses. */
export type VectorKernels = Pick<typeof elementwise, 'unary' | 'slope' | 'binary' | 'where'> &
  Pick<typeof reductions, 'reduceRows' | 'reducesInVectors' | 'sumColumns' | 'sumsColumns'>;

/**
 * Null until `wasm/install.ts` puts them here, as importing the methods of tensors does: a small program
 * of functions alone can do without, and the loops beside them compute all that they do.
 */
export const vectors: { kernels: VectorKernels | null } = { kernels: null };
