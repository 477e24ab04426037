import type * as elementwise from './wasm/elementwiseKernels.ts';
import type * as moves from './wasm/moves.ts';
import type * as reductions from './wasm/reductions.ts';
import type * as slices from './wasm/slices.ts';

/** The kernels in vectors of elementwise ops, moves and reductions, which every program uses. */
export type VectorKernels = Pick<typeof elementwise, 'unary' | 'slope' | 'binary' | 'where'> &
  Pick<typeof moves, 'moveBox'> &
  Pick<typeof slices, 'pickSlices' | 'addSlices'> &
  Pick<typeof reductions, 'reduceRows' | 'reducesInVectors' | 'sumColumns' | 'sumsColumns'>;

/**
 * Null until `wasm/install.ts` puts them here, as importing the methods of tensors does: a small program
 * of functions alone can do without, and the loops beside them compute all that they do.
 */
export const vectors: { kernels: VectorKernels | null } = { kernels: null };
