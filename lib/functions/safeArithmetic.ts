import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { requireBoolean, requireFinite } from '../base/options.ts';
import { selecting } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands, asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { abs, addN, div, mul, sub } from '../ops/arithmetic.ts';
import { equal, isFinite, isNaN, lessEqual, logicalAnd, logicalOr } from '../ops/compare.ts';
import { add, toFloat } from '../ops/elementwise.ts';
import { all } from '../ops/reduce.ts';
import { where } from '../ops/select.ts';
import { cast } from '../ops/structural.ts';
import { asList } from '../ops/joining.ts';
import { log, log1p } from '../ops/transcendental.ts';

/*
 * Functions that are 0 where a factor is 0, whatever the other one is. `where` selects the gradients,
 * too, so that they are exactly 0 there.
 */

function floats(
  op: string,
  names: readonly string[],
  values: readonly TensorLike[],
): readonly Tensor[] {
  const given = asOperands(values, names, op);
  const dtype = toFloat(given.map((x) => x.dtype).reduce(promoteDTypes));
  return given.map((x) => cast(x, dtype));
}

function zeroWhere(condition: Tensor, f: () => Tensor): Tensor {
  return selecting(() => {
    const y = f();
    return where(condition, cast(0, y.dtype), y);
  });
}

/**
 * `a / b`, and 0 where `b` is 0; there both slopes are 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example divNoNan([6, 1], [2, 0]) // [3, 0]
 */
export function divNoNan(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = floats('divNoNan', ['a', 'b'], [a, b]);
  const isZero = equal(y, 0);
  return zeroWhere(isZero, () => div(x, where(isZero, cast(1, y.dtype), y)));
}

/**
 * `x log(y)`, and 0 where `x` is 0; there the slope in `x` is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example xlogy([0, 2], [0, 1]) // [0, 0]
 */
export function xlogy(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = floats('xlogy', ['x', 'y'], [x, y]);
  return zeroWhere(equal(a, 0), () => mul(a, log(b)));
}

/**
 * `x log(1 + y)`, accurate for small `y`, and 0 where `x` is 0; there the slope in `x` is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example xlog1py([0, 2], [-1, 0]) // [0, 0]
 */
export function xlog1py(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = floats('xlog1py', ['x', 'y'], [x, y]);
  return zeroWhere(equal(a, 0), () => mul(a, log1p(b)));
}

/**
 * `x / y`, and 0 where `x` is 0; there the slope in `x` is 0.
 *
 * @throws ShapeError when the shapes do not broadcast
 * @example xdivy([0, 6], [0, 2]) // [0, 3]
 */
export function xdivy(x: TensorLike, y: TensorLike): Tensor {
  const [a, b] = floats('xdivy', ['x', 'y'], [x, y]);
  return zeroWhere(equal(a, 0), () => div(a, b));
}

/**
 * TensorFlow's name of `addN`.
 *
 * @throws ArgumentError when there is no tensor
 * @throws ShapeError when the shapes differ
 * @example accumulateN([[1, 2], [3, 4]]) // [4, 6]
 */
export function accumulateN(tensors: readonly TensorLike[]): Tensor {
  return addN(asList('accumulateN', tensors));
}

/**
 * Whether `|a - b| <= atol + rtol |b|`, elementwise with broadcasting, as bool; equal infinities are close.
 *
 * @param equalNan - whether NaN is close to NaN
 * @throws ShapeError when the shapes do not broadcast
 * @throws ArgumentError when a tolerance is no finite number of at least 0, or `equalNan` no boolean
 * @example isClose([1, 1], [1.000001, 2]) // [1, 0]
 */
export function isClose(
  a: TensorLike,
  b: TensorLike,
  rtol = 1e-5,
  atol = 1e-8,
  equalNan = false,
): Tensor {
  const op = 'isClose';
  const [x, y] = floats(op, ['a', 'b'], [a, b]);
  const tolerances = [rtol, atol].map((one, i) =>
    requireFinite(op, ['rtol', 'atol'][i], one, { min: 0 }),
  );
  requireBoolean(op, 'equalNan', equalNan);
  const limit = add(mul(abs(y), tolerances[0]), tolerances[1]);
  const isNear = logicalAnd(lessEqual(abs(sub(x, y)), limit), logicalAnd(isFinite(x), isFinite(y)));
  const isSame = logicalOr(isNear, equal(x, y));
  return equalNan ? logicalOr(isSame, logicalAnd(isNaN(x), isNaN(y))) : isSame;
}

/**
 * `x` itself, once it is sure that it holds neither NaN nor infinity: TensorFlow's `check_numerics`.
 *
 * @param message - said in the error
 * @throws ArgumentError when a value is not finite
 * @example ensureFinite([1, 2]) // [1, 2]
 */
export function ensureFinite(x: TensorLike, message = 'x'): Tensor {
  const input = asTensor(x, 'x', 'ensureFinite');
  if (input.storage !== null && all(isFinite(input)).item() === 0) {
    const at = input.dataSync().findIndex((value) => !Number.isFinite(value));
    const got = `${String(input.dataSync()[at])} at position ${String(at)} of ${message}`;
    throw misuse(ArgumentError, 'ensureFinite', 'x', 'hold finite numbers', got);
  }
  return add(input, cast(0, input.dtype));
}
