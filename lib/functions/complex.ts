import { isComplex } from '../base/dtype.ts';
import type { TensorLike } from '../core/convert.ts';
import { asTensor } from '../core/convert.ts';
import type { Tensor } from '../core/tensor.ts';
import { toFloat } from '../ops/elementwise.ts';
import { imag, real } from '../ops/complex.ts';
import { cast } from '../ops/structural.ts';
import { atan2 } from '../ops/transcendental.ts';

/**
 * The angle in radians, from -π to π, of complex numbers; of real ones 0, or π if negative.
 *
 * @example angle(complex([1, -1], [0, 0])) // [0, 3.1415927410125732]
 */
export function angle(x: TensorLike): Tensor {
  const given = asTensor(x, 'x', 'angle');
  const input = isComplex(given.dtype) ? given : cast(given, toFloat(given.dtype));
  return atan2(imag(input), real(input));
}
