import { runtime } from '../../lib/base/runtime.ts';
import { installVectors } from '../../lib/kernels/wasm/install.ts';

/**
 * Runs `body` with kernels in vectors, and then in loops.
 *
 * @param leastElements - from how many on vectors are used even where they do not pay
 */
export function both<T>(body: () => T, leastElements = Infinity): readonly [T, T] {
  installVectors();
  const { vectors } = runtime;
  try {
    return [true, false].map((enabled) => {
      runtime.vectors = { ...vectors, enabled, leastElements };
      return body();
    }) as unknown as readonly [T, T];
  } finally {
    runtime.vectors = vectors;
  }
}
