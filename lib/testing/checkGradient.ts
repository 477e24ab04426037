import type { DType } from '../base/dtype.ts';
import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import {
  readOptions,
  requireBoolean,
  requireFinite,
  requireInteger,
  requireOneOf,
} from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Flat } from '../core/tree.ts';
import { flatten } from '../core/tree.ts';
import type { Arguments, ArgumentsOf } from '../transforms/arguments.ts';
import { readArguments, rebuilt } from '../transforms/arguments.ts';
import { placed } from '../transforms/leaves.ts';
import { requireFunction, requireSync } from '../transforms/sync.ts';
import type { TensorTree } from '../transforms/vmap.ts';
import type { Mode, Subject } from './gradientChecks.ts';
import { checksOf } from './gradientChecks.ts';
import { GradientCheckError, GradientReport } from './gradientReport.ts';
import { seeded } from './observe.ts';
import { asFloat } from './setting.ts';

export interface CheckGradientOptions {
  /** Derivatives up to this one are checked, each by every mode over every mode. Default 1. */
  readonly order?: number;
  /** By default both. */
  readonly modes?: readonly ('reverse' | 'forward')[];
  /** Largest error, as a part of the derivative. Default 1e-6, or 1e-3 if `f` computes in float32. */
  readonly tolerance?: number;
  /** Distance of the points that differences are taken at. Default 1e-3, or 2e-2 in float32. */
  readonly step?: number;
  /** Whether a wrong derivative throws, or is only reported. Default true. */
  readonly throws?: boolean;
}

const op = 'checkGradient';

/**
 * Compares the derivatives of `f` with numbers found without them.
 *
 * The numbers are differences over five points in float64, to which float32 inputs are brought; or, where
 * `f` takes complex numbers and is holomorphic, a complex step, which is as exact as `f` itself. Each
 * mode is checked by itself, for every element of every float input: the whole Jacobian if inputs and
 * results are small, else random combinations of its rows and columns. A second test follows the
 * remainder of the first-order expansion, which must vanish with the square of the step. Random
 * numbers that `f` draws are the same in all calls.
 *
 * @param f - returns a tensor or a structure of tensors; smooth near `inputs`
 * @param inputs - an array is the list of arguments, anything else the only argument
 * @returns the table of all checks, with the worst element of each; printing it shows it
 * @throws GradientCheckError, which holds the table, when a derivative is wrong, unless `throws` is false
 * @throws ArgumentError when `f` returns something else, or a result is not finite
 * @example checkGradient((x) => mul(x, sin(x)), [[0.5, 2]], { order: 2 }).ok // true
 * @see Griewank & Walther 2008, chapter 3, on modes; Abramowitz & Stegun 1964, 25.3.6, for the differences
 */
export function checkGradient<const P>(
  f: (...args: ArgumentsOf<P>) => TensorTree,
  inputs: P,
  options?: CheckGradientOptions,
): GradientReport {
  requireFunction(op, 'f', f);
  const given = readOptions<CheckGradientOptions>(op, options, knownOptions);
  const order = requireInteger(op, 'order', given.order ?? 1, { min: 1, max: 4 });
  const modes = requireModes(given.modes ?? ['reverse', 'forward']);
  const throws = requireBoolean(op, 'throws', given.throws ?? true);
  const args = requireInputs(inputs);
  const call = f as (...args: unknown[]) => unknown;
  const flat = (at: readonly Tensor[]): Flat<Tensor> =>
    flatten(requireSync(op, call(...rebuilt(args, at))), isTensor, { op, argument: 'result of f' });
  const start = asFloat('float64', args.leaves);
  const outputs = requireOutputs(seeded(() => flat(start)));
  const isDouble = outputs.dtypes.every((dtype) => dtype === 'float64' || dtype === 'complex128');
  const defaults = isDouble ? doubleLimits : singleLimits;
  const subject: Subject = {
    problem: {
      call: (...at) => flat(at).leaves,
      sources: start.flatMap(({ dtype }, i) => (isDifferentiable(dtype) ? [i] : [])),
      allowsUnconnected: true,
    },
    inputs: start,
    inputNames: args.names,
    outputNames: outputs.names,
    suffix: '',
    step: requireFinite(op, 'step', given.step ?? defaults.step, { min: 1e-12 }),
    tolerance: requireFinite(op, 'tolerance', given.tolerance ?? defaults.tolerance, { min: 0 }),
    rounding: defaults.rounding,
  };
  const report = new GradientReport(checksOf(subject, modes, order), subject.tolerance);
  if (throws && !report.ok) throw new GradientCheckError(report);
  return report;
}

const knownOptions = {
  order: true,
  modes: true,
  tolerance: true,
  step: true,
  throws: true,
} as const;

const doubleLimits = { tolerance: 1e-6, step: 1e-3, rounding: 2 ** -52 };
const singleLimits = { tolerance: 1e-3, step: 2e-2, rounding: 2 ** -23 };

function requireModes(modes: unknown): readonly Mode[] {
  if (!Array.isArray(modes) || modes.length === 0) {
    const condition = "be an array of 'reverse' and 'forward'";
    throw misuse(ArgumentError, op, 'modes', condition, formatValue(modes));
  }
  const chosen = modes.map((mode, i) =>
    requireOneOf(op, `modes[${String(i)}]`, mode, ['reverse', 'forward']),
  );
  return [...new Set(chosen)];
}

function requireInputs(inputs: unknown): Arguments {
  const list = Array.isArray(inputs) ? Array.from(inputs as readonly unknown[]) : [inputs];
  const names = list.map((_, i) => (Array.isArray(inputs) ? `inputs[${String(i)}]` : 'inputs'));
  const args = readArguments(op, list, names);
  if (!args.leaves.some(({ dtype }) => isDifferentiable(dtype))) {
    const got = args.leaves.map((x) => x.describe()).join(', ');
    throw misuse(ArgumentError, op, 'inputs', 'hold a float tensor', got === '' ? 'none' : got);
  }
  return args;
}

interface Results {
  readonly names: readonly string[];
  readonly dtypes: readonly DType[];
}

function requireOutputs({ leaves, paths }: Flat<Tensor>): Results {
  const names: string[] = [];
  const dtypes: DType[] = [];
  leaves.forEach((y, i) => {
    const name = placed('result', paths[i]);
    if (!isDifferentiable(y.dtype)) return;
    if (!y.values.every((value) => Number.isFinite(value))) {
      const hint = 'derivatives are compared where f is finite';
      throw misuse(ArgumentError, op, `${name} of f`, 'be finite', y.toString(), hint);
    }
    names.push(name);
    dtypes.push(y.dtype);
  });
  if (names.length > 0) return { names, dtypes };
  const got = leaves.map((y) => y.describe()).join(', ');
  throw misuse(ArgumentError, op, 'result of f', 'hold a float tensor', got === '' ? 'none' : got);
}
