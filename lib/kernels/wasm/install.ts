import * as arithmetic from '../arithmetic.ts';
import * as bitwise from '../bitwise.ts';
import * as compare from '../compare.ts';
import * as linearUnits from '../linearUnits.ts';
import type { UnaryLoop } from '../loops.ts';
import * as transcendental from '../transcendental.ts';
import { vectors } from '../vectors.ts';
import { binary, slope, unary, where } from './elementwiseKernels.ts';
import * as formulasOfOps from './formulas.ts';
import * as formulasOfUnits from './linearUnits.ts';
import { moveBox } from './moves.ts';
import { reduceRows, reducesInVectors, sumColumns, sumsColumns } from './reductions.ts';
import { addSlices, pickSlices } from './slices.ts';

/** From now on, elementwise ops, moves and reductions use vectors where those pay. */
export function installVectors(): void {
  if (vectors.kernels !== null) return;
  const formulas = { ...formulasOfOps, ...formulasOfUnits };
  const loops: Record<keyof typeof formulas, Pick<UnaryLoop, 'formula'>> = {
    ...arithmetic,
    ...bitwise,
    ...compare,
    ...transcendental,
    ...linearUnits,
  };
  for (const name of Object.keys(formulas) as (keyof typeof formulas)[])
    loops[name].formula = formulas[name];
  const reductions = { reduceRows, reducesInVectors, sumColumns, sumsColumns };
  const moves = { moveBox, pickSlices, addSlices };
  vectors.kernels = { unary, slope, binary, where, ...moves, ...reductions };
}
