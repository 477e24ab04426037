import { isComplex, promoteDTypes } from '../base/dtype.ts';
import { misuse, ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import type { Shape, Spec } from '../base/shape.ts';
import { broadcastShapes, requireElements, sameShape, sizeOf, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { TensorLike } from '../core/convert.ts';
import { asOperands } from '../core/convert.ts';
import { defineOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { MatMulParams } from '../kernels/matmul.ts';
import { complexMatMulKernel } from '../kernels/matmul.ts';
import { conjugate } from './conjugate.ts';
import { add, toNumber } from './elementwise.ts';
import { alignRank, cast, reshape, sumToShape } from './structural.ts';

// Transposes are flags of the kernel, and the adjoints are products with other flags: neither
// direction copies a matrix.
export const matMulOp = defineOp<MatMulParams>({
  name: 'matMul',
  flops: ([a], [y], { transposeA }) => {
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    return 2 * y.size * inner * (isComplex(y.dtype) ? 4 : 1);
  },
  infer: ([a, b], params) => [specOf(productShape(a, b, params), a.dtype)],
  kernel: complexMatMulKernel,
  derivative: {
    kind: 'rules',
    jvp: ({ inputs: [a, b], params: { transposeA, transposeB } }, [da, db]) => {
      const left = da && product(da, b, transposeA, transposeB);
      const right = db && product(a, db, transposeA, transposeB);
      return [left === null ? right : right === null ? left : add(left, right)];
    },
    vjp: ({ inputs: [a, b], params }, [g], needed) => [
      // Between conjugates, so that the factors count as conjugated.
      g && needed[0] ? conjugate(leftCotangent(conjugate(g), a, b, params)) : null,
      g && needed[1] ? conjugate(rightCotangent(conjugate(g), a, b, params)) : null,
    ],
  },
  batch: (inputs, batched, params, size) => [batchedProduct(inputs, batched, params, size)],
  traits: { complex: true, bilinear: true },
  reads: { inputs: [0, 1], outputs: [] },
});

function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return apply(matMulOp, [a, b], { transposeA, transposeB })[0];
}

// y = a b, so da = g bᵀ; for y = aᵀ b it is the transpose of that, b gᵀ.
function leftCotangent(g: Tensor, a: Tensor, b: Tensor, params: MatMulParams): Tensor {
  const { transposeA, transposeB } = params;
  const share = transposeA ? product(b, g, transposeB, true) : product(g, b, false, !transposeB);
  return sumToShape(share, a.shape);
}

// y = a b, so db = aᵀ g; for y = a bᵀ it is the transpose of that, gᵀ a.
function rightCotangent(g: Tensor, a: Tensor, b: Tensor, params: MatMulParams): Tensor {
  const { transposeA, transposeB } = params;
  const isOneMatrix = b.shape.length === 2 && a.shape.length > 2 && !transposeA;
  if (isOneMatrix && sameShape(a.shape.slice(0, -2), g.shape.slice(0, -2))) {
    // The matrices of the batch stacked: one product sums over the batch as well.
    return rightCotangent(asRows(g), asRows(a), b, params);
  }
  const share = transposeB ? product(g, a, true, transposeA) : product(a, g, !transposeA, false);
  return sumToShape(share, b.shape);
}

function asRows(x: Tensor): Tensor {
  const columns = x.shape[x.shape.length - 1];
  return reshape(x, [sizeOf(x.shape.slice(0, -1)), columns]);
}

function productShape(a: Spec, b: Spec, { transposeA, transposeB }: MatMulParams): Shape {
  requireMatrices('a', a.shape);
  requireMatrices('b', b.shape);
  const [m, k] = matrixSizes(a.shape, transposeA);
  const [rows, n] = matrixSizes(b.shape, transposeB);
  if (k !== rows) {
    const sizes = `${String(k)} and ${String(rows)} in`;
    const shapes = `a ${flagged(a.shape, transposeA)} and b ${flagged(b.shape, transposeB)}`;
    const hint =
      k === n
        ? `they agree with transposeB = ${String(!transposeB)}`
        : m === rows
          ? `they agree with transposeA = ${String(!transposeA)}`
          : 'transposeA and transposeB swap the last two axes';
    throw misuse(ShapeError, 'matMul', 'inner sizes', 'agree', `${sizes} ${shapes}`, hint);
  }
  const batch = broadcastShapes('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, m, n];
  requireElements('matMul', 'result', shape);
  return shape;
}

function requireMatrices(argument: string, shape: Shape): void {
  if (shape.length < 2) {
    const hint = 'use dot for vectors, or reshape to one row or column';
    throw misuse(ShapeError, 'matMul', argument, 'have at least 2 axes', formatShape(shape), hint);
  }
}

/** Rows and columns, after the transposition. */
function matrixSizes(shape: Shape, transposed: boolean): readonly [number, number] {
  const rows = shape[shape.length - 2];
  const columns = shape[shape.length - 1];
  return transposed ? [columns, rows] : [rows, columns];
}

function flagged(shape: Shape, transposed: boolean): string {
  return `${formatShape(shape)}${transposed ? ' (transposed)' : ''}`;
}

function batchedProduct(
  [a, b]: readonly Tensor[],
  [isBatchA, isBatchB]: readonly boolean[],
  params: MatMulParams,
  size: number,
): Tensor {
  const { transposeA, transposeB } = params;
  const exampleA = isBatchA ? specOf(a.shape.slice(1), a.dtype) : a.spec;
  const exampleB = isBatchB ? specOf(b.shape.slice(1), b.dtype) : b.spec;
  const shape = productShape(exampleA, exampleB, params);
  const rank = shape.length;
  const [m, n] = shape.slice(-2);
  // A vector per example and one matrix: the vectors are the rows of a single product.
  if (rank === 2 && n === 1 && !isBatchA) {
    const rows = reshape(b, [size, sizeOf(exampleB.shape)]);
    return reshape(product(rows, a, false, !transposeA), [size, m, 1]);
  }
  if (rank === 2 && m === 1 && !isBatchB) {
    const rows = reshape(a, [size, sizeOf(exampleA.shape)]);
    return reshape(product(rows, b, false, transposeB), [size, 1, n]);
  }
  const left = isBatchA ? alignRank(a, rank) : a;
  const right = isBatchB ? alignRank(b, rank) : b;
  return product(left, right, transposeA, transposeB);
}

/**
 * Matrix product over the last two axes; leading axes broadcast. Larger products sum in their own dtype.
 *
 * @param a - shape (…, m, k), or (…, k, m) with `transposeA`
 * @param b - shape (…, k, n), or (…, n, k) with `transposeB`
 * @returns shape (…, m, n)
 * @throws ShapeError when the inner sizes differ, or an operand has fewer than 2 axes
 * @example matMul([[1, 2]], [[3], [4]]) // [[11]]
 * @example matMul([[1, 2]], [[3, 4]], false, true) // [[11]]
 * @see Giles 2008, An extended collection of matrix derivative results, section 2.2.1
 */
export function matMul(
  a: TensorLike,
  b: TensorLike,
  transposeA = false,
  transposeB = false,
): Tensor {
  requireBoolean('matMul', 'transposeA', transposeA);
  requireBoolean('matMul', 'transposeB', transposeB);
  const [x, y] = operands('matMul', ['a', 'b'], a, b);
  return product(x, y, transposeA, transposeB);
}

function operands(
  op: string,
  names: readonly string[],
  a: TensorLike,
  b: TensorLike,
): readonly Tensor[] {
  const tensors = asOperands([a, b], names, op);
  const dtype = toNumber(promoteDTypes(tensors[0].dtype, tensors[1].dtype));
  return tensors.map((x) => (x.dtype === dtype ? x : cast(x, dtype)));
}

/**
 * Product of vectors and matrices: (k)·(k) is a scalar, (m, k)·(k) and (k)·(k, n) are vectors,
 * (m, k)·(k, n) is a matrix.
 *
 * @throws ShapeError for other ranks, or when the inner sizes differ
 * @example dot([1, 2], [3, 4]) // 11
 * @example dot([[1, 2], [3, 4]], [1, 1]) // [3, 7]
 */
export function dot(t1: TensorLike, t2: TensorLike): Tensor {
  const [a, b] = operands('dot', ['t1', 't2'], t1, t2);
  requireRank('dot', 't1', a, [1, 2]);
  requireRank('dot', 't2', b, [1, 2]);
  const k = a.shape[a.rank - 1];
  if (k !== b.shape[0]) {
    const sizes = `${String(k)} and ${String(b.shape[0])}`;
    const got = `${sizes} in t1 ${formatShape(a.shape)} and t2 ${formatShape(b.shape)}`;
    throw misuse(ShapeError, 'dot', 'inner sizes', 'agree', got);
  }
  const rows = a.rank === 1 ? reshape(a, [1, k]) : a;
  const columns = b.rank === 1 ? reshape(b, [k, 1]) : b;
  return reshape(product(rows, columns, false, false), [
    ...a.shape.slice(0, -1),
    ...b.shape.slice(1),
  ]);
}

/**
 * The matrix of all products of an element of `v1` with one of `v2`.
 *
 * @returns shape (m, n) for vectors of m and n elements
 * @throws ShapeError when an operand is no vector
 * @example outerProduct([1, 2], [3, 4, 5]) // [[3, 4, 5], [6, 8, 10]]
 */
export function outerProduct(v1: TensorLike, v2: TensorLike): Tensor {
  const [a, b] = operands('outerProduct', ['v1', 'v2'], v1, v2);
  requireRank('outerProduct', 'v1', a, [1]);
  requireRank('outerProduct', 'v2', b, [1]);
  return product(reshape(a, [a.size, 1]), reshape(b, [1, b.size]), false, false);
}

function requireRank(op: string, argument: string, x: Tensor, ranks: readonly number[]): void {
  if (!ranks.includes(x.rank)) {
    const hint = op === 'dot' ? 'use matMul for higher ranks' : 'reshape it to [-1]';
    const condition = `have rank ${ranks.join(' or ')}`;
    throw misuse(ShapeError, op, argument, condition, `shape ${formatShape(x.shape)}`, hint);
  }
}
