import { vectors } from '../vectors.ts';
import { binary, slope, unary } from './elementwiseKernels.ts';
import { reduceRows, reducesInVectors, sumColumns, sumsColumns } from './reductions.ts';

/** From now on, elementwise ops and reductions use vectors where those pay. */
export function installVectors(): void {
  const reductions = { reduceRows, reducesInVectors, sumColumns, sumsColumns };
  vectors.kernels ??= { unary, slope, binary, ...reductions };
}
