import { isComplex } from '../base/dtype.ts';
import {
  ArgumentError,
  ConvergenceError,
  DTypeError,
  misuse,
  ShapeError,
  UnsupportedError,
} from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import {
  readOptions,
  requireBoolean,
  requireFinite,
  requireInteger,
  requireOneOf,
} from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { add } from '../ops/elementwise.ts';
import { stack } from '../ops/joining.ts';
import { recomputeGrad } from '../transforms/recomputeGrad.ts';

/** The slope dy/dt at a state and a time. */
export type OdeFunction = (y: Tensor, t: number) => Tensor;

export interface OdeOptions {
  /**
   * `dopri5`, the pair of Dormand and Prince with steps chosen by its error (default), or `rk4`, the
   * classical method of order 4 with fixed steps, which also runs inside `vmap` and a `Graph`.
   */
  readonly method?: 'dopri5' | 'rk4';
  /** Error allowed in a step, in parts of the state, for `dopri5`. Default 1.4e-8, in float32 1e-5. */
  readonly relativeTolerance?: number;
  /** Error allowed in a step, besides, for `dopri5`. Default 1.4e-8, in float32 1e-5. */
  readonly absoluteTolerance?: number;
  /** Most steps from one time to the next. Default 10,000, for `dopri5`. */
  readonly maxSteps?: number;
  /** Steps from one time to the next. Default 16, for `rk4`. */
  readonly steps?: number;
  /** Keep no more than the states at the times, and compute what lies between once more. Default false. */
  readonly checkpoint?: boolean;
}

type Settings = Required<OdeOptions>;

const op = 'odeint';

const known = {
  method: true,
  relativeTolerance: true,
  absoluteTolerance: true,
  maxSteps: true,
  steps: true,
  checkpoint: true,
} as const;

/**
 * Solves dy/dt = f(y, t) from `times[0]` on.
 *
 * The solution is differentiated as it was computed, step by step, so that gradients with respect to the
 * initial state and whatever `f` closes over are those of the numbers returned; they exist to any order and
 * in both modes. Step sizes count as constant.
 *
 * @param f - returns the slope, of the shape and dtype of `y`
 * @param initial - the state at `times[0]`
 * @param times - at least one, each later than the one before, or each earlier
 * @returns the states at the times, shape (times, ...y)
 * @throws ShapeError when the slope does not have the shape of the state
 * @throws ConvergenceError when an interval takes more than `maxSteps` steps
 * @throws ArgumentError when times are not in order, or an option is none
 * @example odeint((y) => mul(y, -1), tensor([1]), [0, Math.LN2], { method: 'rk4' }).shape // [2, 1]
 * @see Dormand & Prince 1980; Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.4
 */
export function odeint(
  f: OdeFunction,
  initial: TensorLike,
  times: readonly number[],
  options?: OdeOptions,
): Tensor {
  if (typeof f !== 'function')
    throw misuse(ArgumentError, op, 'f', 'be a function', formatValue(f));
  let y = asTensor(initial, 'initial', op);
  requireReal(y);
  const settings = requireSettings(options, y);
  const given = requireTimes(times);
  const slope = (state: Tensor, t: number): Tensor => requireSlope(f(state, t), state);
  const states = [y];
  for (let i = 1; i < given.length; i++) {
    const [from, to] = [given[i - 1], given[i]];
    const advance = (state: Tensor): Tensor =>
      settings.method === 'rk4'
        ? classical(slope, state, from, to, settings.steps)
        : adaptive(slope, state, from, to, settings);
    y = settings.checkpoint ? recomputeGrad(advance)(y) : advance(y);
    states.push(y);
  }
  return stack(states);
}

function requireReal(y: Tensor): void {
  requireFloat(op, 'initial', y);
  if (isComplex(y.dtype)) {
    const hint = 'solve for real and imaginary parts';
    throw misuse(DTypeError, op, 'initial', 'be real', y.describe(), hint);
  }
}

function requireSettings(options: OdeOptions | undefined, y: Tensor): Settings {
  const given = readOptions<OdeOptions>(op, options, known);
  const tolerance = y.dtype === 'float32' ? 1e-5 : 1.4e-8;
  const positive = { min: Number.MIN_VALUE };
  return {
    method: requireOneOf(op, 'method', given.method ?? 'dopri5', ['dopri5', 'rk4']),
    relativeTolerance: requireFinite(
      op,
      'relativeTolerance',
      given.relativeTolerance ?? tolerance,
      positive,
    ),
    absoluteTolerance: requireFinite(
      op,
      'absoluteTolerance',
      given.absoluteTolerance ?? tolerance,
      positive,
    ),
    maxSteps: requireInteger(op, 'maxSteps', given.maxSteps ?? 10_000, { min: 1 }),
    steps: requireInteger(op, 'steps', given.steps ?? 16, { min: 1 }),
    checkpoint: requireBoolean(op, 'checkpoint', given.checkpoint ?? false),
  };
}

function requireTimes(times: unknown): readonly number[] {
  const list: readonly unknown[] = Array.isArray(times) ? Array.from(times as unknown[]) : [];
  if (list.length === 0) {
    throw misuse(
      ArgumentError,
      op,
      'times',
      'be an array of at least one time',
      formatValue(times),
    );
  }
  const numbers = list.map((t, i) => requireFinite(op, `times[${String(i)}]`, t as number));
  const direction = Math.sign(numbers[numbers.length - 1] - numbers[0]);
  const at = numbers.findIndex((t, i) => i > 0 && Math.sign(t - numbers[i - 1]) !== direction);
  if (at < 0 && (numbers.length === 1 || direction !== 0)) return numbers;
  const got = `${String(numbers[at - 1])} before ${String(numbers[at])}`;
  throw misuse(ArgumentError, op, 'times', 'all rise or all fall', got);
}

function requireSlope(slope: unknown, state: Tensor): Tensor {
  if (!isTensor(slope)) {
    throw misuse(ArgumentError, op, 'result of f', 'be one tensor', formatValue(slope));
  }
  if (sameShape(slope.shape, state.shape) && slope.dtype === state.dtype) return slope;
  const condition = `have the shape and dtype of the state, ${state.describe()}`;
  throw misuse(ShapeError, op, 'result of f', condition, slope.describe());
}

/** `y + h (w[0] k[0] + w[1] k[1] + ...)` */
function combined(
  y: Tensor,
  h: number,
  weights: readonly number[],
  slopes: readonly Tensor[],
): Tensor {
  return slopes.reduce(
    (sum, k, i) => (weights[i] === 0 ? sum : add(sum, mul(k, h * weights[i]))),
    y,
  );
}

function classical(f: OdeFunction, y: Tensor, from: number, to: number, steps: number): Tensor {
  const h = (to - from) / steps;
  for (let i = 0; i < steps; i++) {
    const t = from + i * h;
    const first = f(y, t);
    const second = f(combined(y, h, [0.5], [first]), t + h / 2);
    const third = f(combined(y, h, [0.5], [second]), t + h / 2);
    const fourth = f(combined(y, h, [1], [third]), t + h);
    y = combined(y, h, [1 / 6, 1 / 3, 1 / 3, 1 / 6], [first, second, third, fourth]);
  }
  return y;
}

/** The tableau of Dormand and Prince: nodes, weights of the stages, and those of the error estimate. */
const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const stages: readonly (readonly number[])[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

function adaptive(f: OdeFunction, y: Tensor, from: number, to: number, settings: Settings): Tensor {
  if (y.storage === null) throw noValues(y);
  const direction = Math.sign(to - from);
  let t = from;
  let first = f(y, t);
  let size = Math.min(Math.abs(to - from), firstStep(y, first, settings));
  for (let count = 0; count < settings.maxSteps; count++) {
    const isLast = size >= Math.abs(to - t);
    const h = isLast ? to - t : direction * size;
    const slopes = [first];
    let next = y;
    for (let stage = 1; stage < nodes.length; stage++) {
      next = combined(y, h, stages[stage], slopes);
      slopes.push(f(next, t + nodes[stage] * h));
    }
    const error = errorOf(y, next, h, slopes, settings);
    if (error <= 1) {
      if (isLast) return next;
      t += h;
      y = next;
      first = slopes[nodes.length - 1];
    }
    // The error grows with the fifth power of the step.
    const factor = Number.isFinite(error) ? 0.9 * Math.max(error, 1e-10) ** -0.2 : 0.1;
    size = Math.abs(h) * Math.min(10, Math.max(0.2, factor));
  }
  throw tooManySteps(t, to, settings.maxSteps);
}

function noValues(y: Tensor): Error {
  const hint = "method: 'rk4' takes fixed steps";
  const condition = "hold values for method 'dopri5', which looks at errors";
  return misuse(UnsupportedError, op, 'initial', condition, y.toString(), hint);
}

function tooManySteps(t: number, to: number, maxSteps: number): Error {
  const condition = `reach t = ${String(to)} within ${String(maxSteps)} steps`;
  const hint = 'raise maxSteps or the tolerances; a stiff equation needs another method';
  const message = `${op}: steps must ${condition}; got to t = ${String(t)}; ${hint}`;
  return new ConvergenceError(op, 'steps', message, Math.abs(to - t), maxSteps);
}

/** How large `x` is beside what is allowed at states `y` and `z`; decisions that derivatives do not see. */
function scaled(
  x: ArrayLike<number>,
  y: Tensor,
  z: Tensor,
  { absoluteTolerance, relativeTolerance }: Settings,
): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const size = Math.max(Math.abs(y.values[i]), Math.abs(z.values[i]));
    sum += (x[i] / (absoluteTolerance + relativeTolerance * size)) ** 2;
  }
  return x.length === 0 ? 0 : Math.sqrt(sum / x.length);
}

function firstStep(y: Tensor, slope: Tensor, settings: Settings): number {
  const [state, change] = [scaled(y.values, y, y, settings), scaled(slope.values, y, y, settings)];
  return state < 1e-5 || change < 1e-5 ? 1e-6 : (0.01 * state) / change;
}

function errorOf(
  y: Tensor,
  next: Tensor,
  h: number,
  slopes: readonly Tensor[],
  settings: Settings,
): number {
  const estimate = Float64Array.from({ length: y.size }, (_, i) =>
    slopes.reduce((sum, k, stage) => sum + h * errorWeights[stage] * k.values[i], 0),
  );
  return scaled(estimate, y, next, settings);
}
