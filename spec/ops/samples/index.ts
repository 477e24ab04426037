import { resultsOf } from '../../../lib/testing/problem.ts';
import { applications } from '../../../lib/testing/observe.ts';
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { backwardSamples, unlessBroken } from './backward.ts';
import { binary } from './binary.ts';
import { bitwise } from './bitwise.ts';
import { compare } from './compare.ts';
import { diagonals } from './diagonal.ts';
import { products } from './einsum.ts';
import { convolutions } from './convolution.ts';
import { complex } from './complex.ts';
import { activating } from './activating.ts';
import { networks } from './networks.ts';
import { placing } from './placing.ts';
import { elementwise } from './elementwise.ts';
import { images } from './images.ts';
import { indexing } from './indexing.ts';
import { linalg } from './linalg.ts';
import { joining } from './joining.ts';
import { losses } from './losses.ts';
import { matmul } from './matmul.ts';
import { pooling } from './pooling.ts';
import { porting } from './porting.ts';
import { random } from './random.ts';
import { distributions } from './distributions.ts';
import { reduce } from './reduce.ts';
import type { Row, Sample } from './sample.ts';
import { isDifferentiable, samplesOf } from './sample.ts';
import { scan } from './scan.ts';
import { select } from './select.ts';
import { slicing } from './slicing.ts';
import { sorting } from './sort.ts';
import { statistics } from './statistics.ts';
import { spectral } from './spectral.ts';
import { special } from './special.ts';
import { structural } from './structural.ts';
import { weightedLosses } from './weightedLosses.ts';
import { transcendental } from './transcendental.ts';

/** The table by family: every public function of `lib/ops` and `lib/functions`, with inputs. */
const families: Readonly<Record<string, readonly Row[]>> = {
  elementwise,
  structural,
  porting,
  slicing,
  joining,
  images,
  indexing,
  diagonals,
  sorting,
  compare,
  select,
  arithmetic,
  transcendental,
  activations,
  binary,
  bitwise,
  reduce,
  statistics,
  products,
  scan,
  matmul,
  placing,
  activating,
  networks,
  convolutions,
  pooling,
  random,
  distributions,
  losses,
  weightedLosses,
  linalg,
  complex,
  spectral,
  special,
};

/** While working on a family, `SAMPLES=reduce,matmul npx jest catalogue` checks no others. */
const chosen = process.env['SAMPLES']?.split(',');

export const rows: readonly Row[] = Object.entries(families).flatMap(([family, own]) =>
  chosen === undefined || chosen.includes(family) ? own : [],
);

/** Every call of the table. */
export const publicSamples: readonly Sample[] = rows.flatMap(samplesOf);

/** The same and what their gradients are made of. */
export const samples: readonly Sample[] = [...publicSamples, ...backwardSamples(publicSamples)];

/** Those that let gradients pass. */
export const smoothSamples: readonly Sample[] = samples.filter(isDifferentiable);

/** Whether the sample is a call of an elementwise op on several operands, and nothing else. */
export function isBroadcasting(sample: Sample): boolean {
  const { name, row, call, draw } = sample;
  if (row.inputs.length < 2 || row.calls !== undefined) return false;
  const seen = unlessBroken(() => applications(() => resultsOf(call, draw('float64'))));
  return seen.some(({ op }) => op.name === name && op.traits.elementwise === true);
}
