import type { Parameter } from './parameters.ts';
import { sizeOf, uniform } from './values.ts';

export function firstValues({ shape, seed, scale }: Parameter): Float32Array<ArrayBuffer> {
  const size = sizeOf(shape);
  return seed === 0 ? new Float32Array(size).fill(scale) : uniform(seed, size, scale);
}
