import { promoteDTypes } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { diagonalOp } from '../ops/diagonal.ts';
import { toNumber } from '../ops/elementwise.ts';
import { matMul } from '../ops/matmul.ts';
import { cast, reshape, sum, transpose } from '../ops/structural.ts';
import type { Equation, Label } from './einsumEquation.ts';
import { isUnnamed, parseEquation } from './einsumEquation.ts';

/** An operand, or a product of some: each axis has a label of its own. */
interface Factor {
  readonly x: Tensor;
  readonly labels: readonly Label[];
}

/**
 * Einstein's summation: the product of all operands, elements with equal subscripts together, summed
 * over the subscripts that the result does not have.
 *
 * Any number of operands; they are multiplied two at a time, the cheapest pair first. A subscript that
 * comes twice in one operand takes its diagonal. An ellipsis stands for further axes, which broadcast.
 * Without an arrow, the result has the axes of the ellipsis and then the letters that occur once, in
 * the order of the alphabet.
 *
 * @param equation - such as 'ij,jk->ik'; spaces do not count
 * @throws ArgumentError when the equation is malformed, or says another number of operands
 * @throws ShapeError when an operand has another rank than its subscripts, or sizes differ
 * @example einsum('ij,jk->ik', [[1, 2]], [[3], [4]]) // [[11]]
 * @example einsum('ii', [[1, 2], [3, 4]]) // 5
 * @example einsum('...i,i->...', [[1, 2], [3, 4]], [1, 10]) // [21, 43]
 */
export function einsum(equation: string, ...tensors: TensorLike[]): Tensor {
  if (tensors.length === 0) {
    throw misuse(ArgumentError, 'einsum', 'tensors', 'be one operand or more', 'none');
  }
  const names = tensors.map((_, i) => `tensors[${String(i)}]`);
  const operands = asOperands(tensors, names, 'einsum');
  const dtype = operands.reduce((all, x) => promoteDTypes(all, x.dtype), toNumber('bool'));
  const shapes = operands.map((x) => x.shape);
  const parsed = parseEquation(equation, shapes);
  const factors = operands.map((x, i) => factorOf(cast(x, dtype), parsed.inputs[i], parsed.sizes));
  const product = multiplyAll(factors, parsed);
  return arranged(product, parsed.output);
}

/** Drops what is broadcast, and takes diagonals, so that no label comes twice. */
function factorOf(x: Tensor, given: readonly Label[], sizes: Equation['sizes']): Factor {
  const isBroadcast = (axis: number): boolean =>
    isUnnamed(given[axis]) && x.shape[axis] === 1 && sizes.get(given[axis]) !== 1;
  const kept = given.map((_, axis) => axis).filter((axis) => !isBroadcast(axis));
  let one = reshape(
    x,
    kept.map((axis) => x.shape[axis]),
  );
  let labels = kept.map((axis) => given[axis]);
  for (;;) {
    const axis2 = labels.findIndex((label, i) => labels.indexOf(label) < i);
    if (axis2 < 0) return { x: one, labels };
    const label = labels[axis2];
    const axis1 = labels.indexOf(label);
    one = apply(diagonalOp, [one], { axis1, axis2, offset: 0 })[0];
    labels = [...labels.filter((_, i) => i !== axis1 && i !== axis2), label];
  }
}

/** Multiplies pairs until one factor is left, which has the labels of the output. */
function multiplyAll(given: readonly Factor[], { output, sizes }: Equation): Factor {
  const factors = given.map((one, i) =>
    summed(one, (label) => output.includes(label) || isIn(label, without(given, i))),
  );
  while (factors.length > 1) {
    const [i, j] = cheapestPair(factors, sizes);
    const others = without(factors, i, j);
    const isKept = (label: Label): boolean => output.includes(label) || isIn(label, others);
    const product = multiply(factors[i], factors[j], isKept);
    factors.splice(j, 1);
    factors[i] = product;
  }
  return factors[0];
}

function without<T>(list: readonly T[], ...places: number[]): readonly T[] {
  return list.filter((_, i) => !places.includes(i));
}

function isIn(label: Label, factors: readonly Factor[]): boolean {
  return factors.some(({ labels }) => labels.includes(label));
}

/** Sums over the labels that nothing needs. */
function summed({ x, labels }: Factor, isKept: (label: Label) => boolean): Factor {
  const axes = labels.map((_, axis) => axis).filter((axis) => !isKept(labels[axis]));
  return axes.length === 0 ? { x, labels } : { x: sum(x, axes), labels: labels.filter(isKept) };
}

/** The pair with the fewest multiplications. */
function cheapestPair(
  factors: readonly Factor[],
  sizes: Equation['sizes'],
): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let least = Infinity;
  for (let j = 1; j < factors.length; j++) {
    for (let i = 0; i < j; i++) {
      const union = new Set([...factors[i].labels, ...factors[j].labels]);
      const cost = sizeOf(Array.from(union, (label) => sizes.get(label) ?? 1));
      if (cost < least) [best, least] = [[i, j], cost];
    }
  }
  return best;
}

/** The product of two factors, summed over the labels that nothing needs any more. */
function multiply(a: Factor, b: Factor, isKept: (label: Label) => boolean): Factor {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter(isKept);
  const inner = shared.filter((label) => !isKept(label));
  const left = a.labels.filter((label) => !shared.includes(label));
  const right = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...left, ...right];
  if (inner.length === 0) return { x: outerProduct(a, b, batch, left, right), labels };
  const rows = asMatrices(a, batch, left, inner);
  const columns = asMatrices(b, batch, right, inner);
  const product = matMul(rows.x, columns.x, rows.isTransposed, !columns.isTransposed);
  const shape = [...sizesIn(a, batch), ...sizesIn(a, left), ...sizesIn(b, right)];
  return { x: reshape(product, shape), labels };
}

function sizesIn({ x, labels }: Factor, wanted: readonly Label[]): number[] {
  return wanted.map((label) => x.shape[labels.indexOf(label)]);
}

/** Nothing is summed: a broadcast product. */
function outerProduct(
  a: Factor,
  b: Factor,
  batch: readonly Label[],
  left: readonly Label[],
  right: readonly Label[],
): Tensor {
  const rows = arranged(a, [...batch, ...left]);
  const columns = arranged(b, [...batch, ...right]);
  const ones = right.map(() => 1);
  const others = left.map(() => 1);
  return mul(
    reshape(rows, [...rows.shape, ...ones]),
    reshape(columns, [...sizesIn(b, batch), ...others, ...sizesIn(b, right)]),
  );
}

interface Matrices {
  /** Shape (batch, outer, inner), or (batch, inner, outer) if transposed. */
  readonly x: Tensor;
  readonly isTransposed: boolean;
}

/** A factor as matrices; it is not moved if its axes lie in either order already. */
function asMatrices(
  factor: Factor,
  batch: readonly Label[],
  outer: readonly Label[],
  inner: readonly Label[],
): Matrices {
  const transposed = [...batch, ...inner, ...outer];
  const isTransposed =
    outer.length > 0 && factor.labels.every((label, i) => label === transposed[i]);
  const moved = isTransposed ? factor.x : arranged(factor, [...batch, ...outer, ...inner]);
  const [m, k] = [sizeOf(sizesIn(factor, outer)), sizeOf(sizesIn(factor, inner))];
  const shape = [sizeOf(sizesIn(factor, batch)), ...(isTransposed ? [k, m] : [m, k])];
  return { x: reshape(moved, batch.length === 0 ? shape.slice(1) : shape), isTransposed };
}

/** The tensor of a factor with its axes in the order of `wanted`. */
function arranged({ x, labels }: Factor, wanted: readonly Label[]): Tensor {
  return transpose(
    x,
    wanted.map((label) => labels.indexOf(label)),
  );
}
