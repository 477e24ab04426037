import type { FloatDType } from '../base/dtype.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import { isPlainObject, readOptions, requireBoolean, requireOneOf } from '../base/options.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { AnyOp, Op } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { messageOf } from './compare.ts';
import type { Law } from './laws.ts';
import { appliesTo, batchingLaws, derivativeLaws, evaluationLaws } from './laws.ts';
import { applications } from './observe.ts';
import type { LawCheck } from './opReport.ts';
import { OpCheckError, OpReport } from './opReport.ts';
import type { LawSample, Limits, Problem } from './problem.ts';
import { resultsOf } from './problem.ts';
import { randomNumbers } from './randomNumbers.ts';
import { asFloat, mapValues } from './setting.ts';

/** Inputs on which an op is checked, and what it is told beside them. */
export interface OpSample<Params = undefined> extends Limits {
  /**
   * Tensors or plain values. Float ones are tried as float32 and as float64; the other examples of a
   * batch are these with values up to a twentieth nearer to 0. Where that leaves the domain, give a
   * function of a number that returns other inputs of the same shapes for each.
   */
  readonly inputs: readonly TensorLike[] | ((seed: number) => readonly TensorLike[]);
  readonly params?: Params;
  /** Positions of the inputs that derivatives are taken for; by default all float ones. */
  readonly sources?: readonly number[];
  /** How often it can be differentiated: by default as often as one likes, or not if the op says so. */
  readonly orders?: 0 | 1 | 2;
}

export interface CheckOpOptions {
  /** Whether a broken law throws, or is only reported. Default true. */
  readonly throws?: boolean;
}

const op = 'checkOp';

/**
 * Holds an op of your own to the laws that every op of the library keeps: the shapes it infers are those
 * its kernel fills, derivatives in both modes agree with differences and with each other, so do second
 * ones, its rules read what they declare, a batch gives what a loop gives, a graph what it gives at once,
 * and nothing it is given is changed.
 *
 * @param subject - an op, or a function of tensors that returns a tensor or an array of them
 * @param samples - inputs to check it on: of different shapes, away from kinks
 * @returns the table of all laws; printing it shows it
 * @throws OpCheckError, which holds the table, when a law is broken, unless `throws` is false
 * @throws ArgumentError when `subject` or `samples` are something else
 * @example checkOp((x) => mul(x, sin(x)), [{ inputs: [[0.5, 2]] }]).ok // true
 */
export function checkOp<Params>(
  subject: Op<Params>,
  samples: readonly OpSample<Params>[],
  options?: CheckOpOptions,
): OpReport;
export function checkOp(
  subject: (...inputs: Tensor[]) => Tensor | readonly Tensor[],
  samples: readonly OpSample[],
  options?: CheckOpOptions,
): OpReport;
export function checkOp(
  subject: AnyOp | Problem['call'],
  samples: readonly OpSample<unknown>[],
  options?: CheckOpOptions,
): OpReport {
  const given = readOptions<CheckOpOptions>(op, options, { throws: true });
  const throws = requireBoolean(op, 'throws', given.throws ?? true);
  const isFunction = typeof subject === 'function';
  if (!isFunction && !isOp(subject)) {
    const condition = 'be an op made by defineOp or a function of tensors';
    throw misuse(ArgumentError, op, 'subject', condition, formatValue(subject));
  }
  const name = subject.name === '' ? 'the function' : subject.name;
  const own = requireSamples(samples).map((sample, i) => lawSample(subject, name, sample, i));
  const all = [...derivativeLaws, ...evaluationLaws, ...batchingLaws];
  const report = new OpReport(
    name,
    all.map((law) => checkOf(law, own)),
  );
  if (throws && !report.ok) throw new OpCheckError(report);
  return report;
}

function isOp(value: unknown): value is AnyOp {
  return isPlainObject(value) && 'kernel' in value && 'infer' in value && 'derivative' in value;
}

// One line, rather than seven.
// prettier-ignore
const sampleKeys = {
  inputs: true, params: true, sources: true, orders: true, tolerance: true, step: true, float32Tolerance: true,
} as const;

function requireSamples(samples: unknown): readonly OpSample<unknown>[] {
  if (!Array.isArray(samples) || samples.length === 0) {
    const condition = 'be an array of at least one sample {inputs, params}';
    throw misuse(ArgumentError, op, 'samples', condition, formatValue(samples));
  }
  return samples.map((sample: OpSample<unknown>, i) => {
    const place = `samples[${String(i)}]`;
    const known = readOptions<OpSample<unknown>>(op, sample, sampleKeys, place);
    const { inputs, orders } = known;
    if (orders !== undefined) requireOneOf(op, `${place}.orders`, orders, [0, 1, 2]);
    if (typeof inputs === 'function') return { ...known, inputs };
    if (Array.isArray(inputs)) return { ...known, inputs: inputs as readonly TensorLike[] };
    const condition = 'be an array of inputs, or a function that returns one';
    throw misuse(ArgumentError, op, `${place}.inputs`, condition, formatValue(inputs));
  });
}

function lawSample(
  subject: AnyOp | Problem['call'],
  name: string,
  sample: OpSample<unknown>,
  place: number,
): LawSample {
  const { inputs, params, sources, orders } = sample;
  const read = (seed: number): Tensor[] =>
    (typeof inputs === 'function' ? inputs(seed) : inputs).map((x, i) =>
      asTensor(x, `samples[${String(place)}].inputs[${String(i)}]`, op),
    );
  const draw: LawSample['draw'] = (dtype: FloatDType, seed = 0) => {
    const drawn = asFloat(dtype, read(seed));
    return typeof inputs === 'function' || seed === 0 ? drawn : nearer(drawn, seed);
  };
  const first = draw('float64');
  const floats = first.flatMap((x, i) => (isDifferentiable(x.dtype) ? [i] : []));
  const own = sources ?? floats;
  const stray = own.find((i) => !floats.includes(i));
  if (stray !== undefined) {
    const argument = `samples[${String(place)}].sources`;
    const condition = `hold positions of float inputs: ${floats.join(', ')}`;
    throw misuse(ArgumentError, op, argument, condition, formatValue(stray));
  }
  const call: Problem['call'] =
    typeof subject === 'function' ? subject : (...tensors) => apply(subject, tensors, params);
  return {
    label: [name, ...first.map((x) => formatShape(x.shape))].join(' '),
    call,
    sources: own,
    draw,
    limits: sample,
    orders: own.length === 0 ? 0 : (orders ?? ordersOf(call, first, own)),
  };
}

/** Nothing to differentiate where an op on the way declares that no gradient passes. */
function ordersOf(
  call: Problem['call'],
  inputs: readonly Tensor[],
  sources: readonly number[],
): 0 | 2 {
  const reached = new Set(sources.map((i) => inputs[i]));
  const results: Tensor[] = [];
  try {
    const seen = applications(() => results.push(...resultsOf(call, inputs)));
    for (const { op: one, inputs: operands, outputs } of seen) {
      const passes = one.derivative.kind !== 'zero' && one.derivative.kind !== 'none';
      if (passes && operands.some((x) => reached.has(x))) {
        for (const y of outputs) if (isDifferentiable(y.dtype)) reached.add(y);
      }
    }
  } catch {
    return 2; // the laws will tell
  }
  return results.some((y) => reached.has(y)) ? 2 : 0;
}

/** Other examples: float values nearer to 0, by up to a twentieth. */
function nearer(tensors: readonly Tensor[], seed: number): readonly Tensor[] {
  const random = randomNumbers(seed);
  return tensors.map((x) =>
    isDifferentiable(x.dtype) ? mapValues(x, (value) => value * random.uniform(0.95, 1)) : x,
  );
}

function checkOf(law: Law, samples: readonly LawSample[]): LawCheck {
  const held: string[] = [];
  const broken: string[] = [];
  for (const sample of samples) {
    try {
      if (!appliesTo(law, sample)) continue;
      law.check(sample);
      held.push(sample.label);
    } catch (error) {
      broken.push(`${sample.label}: ${messageOf(error)}`);
    }
  }
  return { law: law.sentence, samples: held.length + broken.length, broken };
}
