import { isComplex } from '../base/dtype.ts';
import { DTypeError, misuse } from '../base/errors.ts';
import { readOptions, requireInteger } from '../base/options.ts';
import { sizeOf } from '../base/shape.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, mul, sub } from '../ops/arithmetic.ts';
import { less } from '../ops/compare.ts';
import { add } from '../ops/elementwise.ts';
import { randomUniform } from '../ops/random.ts';
import { cast, reshape, sum } from '../ops/structural.ts';
import { slice } from '../ops/slicing.ts';
import type { Arguments, ArgumentsOf, PrimalsOnly } from './arguments.ts';
import { readPrimals, requireFloats } from './arguments.ts';
import { chunksOf, defaultChunkSize, pushForwardBatch } from './batchedPasses.ts';
import type { AnyFunction, FunctionRecording } from './functionRecording.ts';
import { zerosOf } from './leaves.ts';
import { recordGradient } from './scalarGradient.ts';
import { requireFunction } from './sync.ts';

export interface HutchinsonOptions {
  /** How many random vectors are averaged over; default 16. */
  readonly samples?: number;
  /** The same seed gives the same vectors at every call. */
  readonly seed?: number;
  /** How many products run at once: more take less time and more memory. */
  readonly chunkSize?: number;
}

const op = 'hutchinsonTrace';

/**
 * An estimate of the trace of the Hessian of `f`, from a few products with it: the mean of vᵀHv over
 * vectors v whose elements are 1 or -1 at random.
 *
 * It is exact where the Hessian is diagonal. Its standard error is √(2 S / samples), S being the sum of
 * the squares off the diagonal.
 *
 * @param f - returns a scalar
 * @param primals - an array is the list of arguments, anything else the only argument
 * @param options - `samples`, `seed` and `chunkSize`
 * @returns a scalar
 * @throws ShapeError when `f` does not return a scalar
 * @throws ArgumentError when an argument is no float tensor
 * @throws DTypeError when an argument is complex
 * @example hutchinsonTrace((x) => sum(mul(x, mul(x, x))), [[1, 2]]) // 18
 * @see Hutchinson 1989, A stochastic estimator of the trace of the influence matrix
 */
export function hutchinsonTrace<const P>(
  f: (...args: ArgumentsOf<P>) => Tensor,
  primals: P & PrimalsOnly<P>,
  options?: HutchinsonOptions,
): Tensor;
export function hutchinsonTrace(
  f: AnyFunction,
  primals: unknown,
  options?: HutchinsonOptions,
): Tensor {
  requireFunction(op, 'f', f);
  const known = { samples: true, seed: true, chunkSize: true } as const;
  const given = readOptions<HutchinsonOptions>(op, options, known);
  const samples = requireInteger(op, 'samples', given.samples ?? 16, { min: 1 });
  const { chunkSize, seed } = given;
  if (chunkSize !== undefined) requireInteger(op, 'chunkSize', chunkSize, { min: 1 });
  const args = readPrimals(op, primals);
  requireReals(args);
  const recorded = recordGradient({ op, f }, args);
  try {
    // All are drawn at once, so that the chunks do not change them.
    const size = args.leaves.reduce((total, x) => total + x.size, 0);
    const drawn = randomUniform([samples, size], 0, 1, 'float32', seed);
    const vectors = sub(mul(cast(less(drawn, 0.5), 'int32'), 2), 1);
    let total: Tensor = zerosOf(recorded.result.aux as Tensor);
    for (const chunk of chunksOf(samples, chunkSize ?? defaultChunkSize(recorded.recording))) {
      const own = slice(vectors, [chunk.first, 0], [chunk.count, size]);
      for (const share of quadraticForms(recorded, own)) total = add(total, share);
    }
    return div(total, samples);
  } finally {
    recorded.recording.clear();
  }
}

function requireReals(args: Arguments): void {
  requireFloats(op, args);
  args.leaves.forEach((x, i) => {
    if (!isComplex(x.dtype)) return;
    const hint = 'hessianDiagonal takes complex arguments';
    throw misuse(DTypeError, op, args.names[i], 'be real', x.describe(), hint);
  });
}

/** For each argument leaf the sum of vᵀHv over the vectors, of which it takes its own part. */
function quadraticForms(
  { recording, inputSlots, outputSlots, args }: FunctionRecording,
  vectors: Tensor,
): Tensor[] {
  const count = vectors.shape[0];
  let at = 0;
  const batches = args.leaves.map(({ shape, dtype }) => {
    const size = sizeOf(shape);
    const own = slice(vectors, [0, at], [count, size]);
    at += size;
    return reshape(cast(own, dtype), [count, ...shape]);
  });
  const seeds = inputSlots.map((slot, i) => ({ slot, batch: batches[i] }));
  return pushForwardBatch(recording, seeds, outputSlots).flatMap((product, i) =>
    product === null ? [] : [sum(mul(product, batches[i]))],
  );
}
