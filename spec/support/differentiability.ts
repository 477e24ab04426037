import { isDifferentiable as hasDerivatives } from '../../lib/base/dtype.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import type { Sample } from '../ops/samples/sample.ts';
import { isDifferentiable } from '../ops/samples/sample.ts';
import { pullBack, resultsOf, sourcesOf } from '../../lib/testing/problem.ts';
import type { Application } from '../../lib/testing/observe.ts';
import { applications } from '../../lib/testing/observe.ts';
import { settingOf } from '../../lib/testing/setting.ts';

/**
 * - smooth: the derivative is that of mathematics everywhere in the domain
 * - piecewise: so are its pieces; `kinks` says what holds where they meet
 * - zero: the derivative is 0 everywhere, and a gradient of zeros
 * - cut: piecewise constant, or of no float result: no gradient passes
 * - none: asking for one is an error
 * - constant: no input has a derivative
 */
export interface Differentiability {
  readonly kind: 'smooth' | 'piecewise' | 'zero' | 'cut' | 'none' | 'constant';
  readonly kinks: readonly string[];
}

/** What the ops between the sources and the results say together. */
export function differentiabilityOf(samples: readonly Sample[]): Differentiability {
  const own = samples.filter(({ sources }) => sources.length > 0);
  if (own.length === 0) return { kind: 'constant', kinks: [] };
  const passing = own.map(pathOf).filter((path) => path.isOpen);
  if (passing.length === 0 || own.every(({ row }) => row.isCut === true)) {
    return { kind: own.some(({ row }) => row.isRefused === true) ? 'none' : 'cut', kinks: [] };
  }
  if (own.every((sample) => !isDifferentiable(sample) || hasZeroGradient(sample))) {
    return { kind: 'zero', kinks: [] };
  }
  const kinks = [...new Set(passing.flatMap((path) => path.kinks))];
  return { kind: kinks.length > 0 ? 'piecewise' : 'smooth', kinks };
}

function hasZeroGradient(sample: Sample): boolean {
  const { inputs, cotangents } = settingOf(sample);
  const gradient = pullBack(sample, inputs, cotangents);
  return gradient.every((x) => x.values.every((value) => value === 0));
}

interface Path {
  /** Whether a gradient gets from the results to a source. */
  readonly isOpen: boolean;
  readonly kinks: readonly string[];
}

const closed: Path = { isOpen: false, kinks: [] };

function pathOf(sample: Sample): Path {
  const inputs = sample.draw('float64');
  const results: Tensor[] = [];
  try {
    const seen = applications(() => results.push(...resultsOf(sample.call, inputs)));
    return between(sourcesOf(sample, inputs), results, seen);
  } catch {
    return closed;
  }
}

const passes = ({ derivative: { kind } }: AnyOp): boolean =>
  kind === 'rules' || kind === 'expansion';

/** The kinks of the ops that a gradient passes on its way. */
function between(
  sources: readonly Tensor[],
  results: readonly Tensor[],
  seen: readonly Application[],
): Path {
  const computed = new Set(sources);
  const reached = new Set(sources);
  for (const { op, inputs, outputs } of seen) {
    if (inputs.some((x) => computed.has(x))) outputs.forEach((y) => computed.add(y));
    if (!passes(op) || !inputs.some((x) => reached.has(x))) continue;
    outputs.filter((y) => hasDerivatives(y.dtype)).forEach((y) => reached.add(y));
  }
  const wanted = new Set(results.filter((y) => reached.has(y)));
  const isOpen = wanted.size > 0;
  const kinks: string[] = [];
  for (const application of [...seen].reverse()) {
    const { op, inputs, outputs } = application;
    const isOnTheWay = passes(op) && outputs.some((y) => wanted.has(y));
    if (!isOnTheWay || !inputs.some((x) => reached.has(x))) continue;
    inputs.filter((x) => reached.has(x)).forEach((x) => wanted.add(x));
    // A condition or an index computed from the source: which piece holds depends on it.
    if (inputs.some((x) => computed.has(x) && !hasDerivatives(x.dtype))) kinks.push(byBranch);
    kinks.push(...kinksOf(application));
  }
  return { isOpen, kinks };
}

const byBranch = 'that of the branch taken';

function kinksOf({ op, inputs, params }: Application): readonly string[] {
  if (op.kinks !== undefined) return [op.kinks];
  const { derivative } = op;
  if (derivative.kind !== 'expansion') return [];
  const results: Tensor[] = [];
  const seen = applications(() => results.push(...derivative.expand(inputs, params)));
  const sources = inputs.filter((x) => hasDerivatives(x.dtype));
  return between(sources, results, seen).kinks;
}
