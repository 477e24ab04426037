/** Matrix products by a BLAS library of the machine, in Node, Deno and Bun. */

export type { NativeBlas, NativeBlasOptions } from './nativeBlas.ts';
export { nativeBlas, useNativeBlas } from './nativeBlas.ts';
