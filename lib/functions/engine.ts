import { requireBoolean } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import { installVectors } from '../kernels/wasm/install.ts';

/**
 * Chooses whether kernels may use WebAssembly, which they do by default where it exists. Results agree
 * with those of the ordinary loops within the bounds that docs/reference states. With
 * `gradtape/functional` alone, elementwise ops and reductions use it only after this was called.
 *
 * @throws ArgumentError when `on` is no boolean
 * @example
 * useWebAssembly(false);
 * add(1, 2) // 3
 */
export function useWebAssembly(on: boolean): void {
  runtime.vectors.enabled = requireBoolean('useWebAssembly', 'on', on);
  if (on) installVectors();
}

/**
 * Asks for the same bits on every engine and processor, at the price of about a fifth of the speed of
 * matrix products: sums of products are then rounded at each step, not fused where the engine can.
 *
 * @throws ArgumentError when `on` is no boolean
 * @example
 * reproducible(true);
 * matMul([[1, 2]], [[3], [4]]) // [[11]]
 */
export function reproducible(on: boolean): void {
  runtime.vectors.reproducible = requireBoolean('reproducible', 'on', on);
}
