import { specOf } from '../base/shape.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { ownedTensor } from '../core/tensor.ts';

/**
 * Where a condition holds: the places, one a row, in row-major order.
 *
 * @param condition - bool; a number counts as true unless it is 0
 * @returns int32, shape (how many, rank)
 * @example nonzero([[1, 0], [0, 1]]) // [[0, 0], [1, 1]]
 */
export function nonzero(condition: TensorLike): Tensor {
  const input = asTensor(condition, 'condition', 'nonzero');
  const { rank, shape } = input;
  const found: number[] = [];
  input.dataSync().forEach((value: number, index: number) => {
    if (value === 0) return;
    let rest = index;
    const place = new Array<number>(rank);
    for (let axis = rank - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    found.push(...place);
  });
  const count = rank === 0 ? Number(input.dataSync()[0] !== 0) : found.length / rank;
  return ownedTensor(specOf([count, rank], 'int32'), Int32Array.from(found));
}
