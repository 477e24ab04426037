import type { DType } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { requireBoolean } from '../base/options.ts';
import { installPrinter } from '../base/printing.ts';
import { runtime } from '../base/runtime.ts';
import type { Shape } from '../base/shape.ts';
import { requireShape, sizeOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor, createTensor, requireDType } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { identity } from '../ops/structural.ts';

/**
 * The same values under a new handle.
 *
 * @example clone([1, 2]) // [1, 2]
 */
export function clone(x: TensorLike): Tensor {
  return identity(asTensor(x, 'x', 'clone'));
}

/**
 * Writes a tensor to the console.
 *
 * @param verbose - whether to write dtype, rank and shape in lines of their own
 * @throws ArgumentError when `verbose` is no boolean
 */
export function print(x: TensorLike, verbose = false): void {
  const input = asTensor(x, 'x', 'print');
  requireBoolean('print', 'verbose', verbose);
  installPrinter();
  if (!verbose) {
    console.log(String(input));
    return;
  }
  const { dtype, rank, shape } = input;
  const facts = [`dtype: ${dtype}`, `rank: ${String(rank)}`, `shape: [${shape.join(',')}]`];
  console.log(['Tensor', ...facts, `values: ${String(input)}`].join('\n  '));
}

/**
 * Numbers that a function gives, one call for each element.
 *
 * @param randFunction - gives a number at each call
 * @param dtype - the default float if absent
 * @throws ShapeError when `shape` is no array of sizes
 * @throws ArgumentError when `randFunction` is no function, or gives no number
 * @throws AllocationError when there are more elements than allowed
 * @example rand([3], () => 2) // [2, 2, 2]
 */
export function rand<D extends DType = DType>(
  shape: Shape,
  randFunction: () => number,
  dtype?: D,
): Tensor<D> {
  const sizes = requireShape('rand', 'shape', shape);
  if (typeof randFunction !== 'function') {
    const got = formatValue(randFunction);
    throw misuse(ArgumentError, 'rand', 'randFunction', 'be a function', got);
  }
  const wanted = dtype === undefined ? runtime.defaultFloat : requireDType('rand', dtype);
  const values = Array.from({ length: sizeOf(sizes) }, () => randFunction());
  return createTensor('rand', values, sizes, wanted) as Tensor<D>;
}

/**
 * A promise that is kept when the page was drawn next, or at once where there is no page: a pause in
 * a long loop.
 */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const host = globalThis as { requestAnimationFrame?: (callback: () => void) => void };
    if (host.requestAnimationFrame !== undefined) host.requestAnimationFrame(() => resolve());
    else setTimeout(resolve, 0);
  });
}
