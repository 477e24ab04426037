import type { DType, Values } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';

/** What a kernel sees of a tensor: contiguous, row-major values. */
export interface Operand {
  readonly values: Values;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
}

/**
 * Computes an op: reads the inputs and writes **every** element of the outputs, whose arrays hold
 * anything when it starts. It trusts that shapes and dtypes were checked, and never writes an input.
 */
export type Kernel<Params> = (
  inputs: readonly Operand[],
  outputs: readonly Operand[],
  params: Params,
) => void;
