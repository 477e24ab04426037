import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * The parts of jax-js that the works use; it is no dependency, so its own types are not at hand. Every
 * use of an array takes it away; `ref` is for one that is needed again.
 */
export interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: readonly number[];
  add(x: JaxArray | number): JaxArray;
  sub(x: JaxArray | number): JaxArray;
  mul(x: JaxArray | number): JaxArray;
  div(x: JaxArray | number): JaxArray;
  neg(): JaxArray;
  sum(axis?: number): JaxArray;
  mean(axis?: number): JaxArray;
  reshape(shape: Shape): JaxArray;
  slice(part: readonly [number, number] | JaxArray): JaxArray;
  dataSync(): Float32Array;
  dispose(): void;
}

export type Named = Readonly<Record<string, JaxArray>>;
export type Tree = JaxArray | Named | readonly Tree[];

type Shape = readonly number[];
type Unary = (x: JaxArray) => JaxArray;
interface Chosen {
  readonly argnums: readonly number[];
}

interface Numpy {
  readonly float32: string;
  readonly int32: string;
  readonly tanh: Unary;
  readonly exp: Unary;
  readonly sqrt: Unary;
  readonly flip: Unary;
  array(values: ArrayLike<number>, options: { shape?: Shape; dtype?: string }): JaxArray;
  zeros(shape: Shape): JaxArray;
  matmul(a: JaxArray, b: JaxArray): JaxArray;
  dot(a: JaxArray, b: JaxArray): JaxArray;
  transpose(x: JaxArray, perm: Shape): JaxArray;
  split(x: JaxArray, parts: number, axis: number): JaxArray[];
  max(x: JaxArray, axes: Shape): JaxArray;
  mean(x: JaxArray, axis: number, options: { keepdims: true }): JaxArray;
}

interface Networks {
  readonly relu: Unary;
  readonly sigmoid: Unary;
  logSoftmax(x: JaxArray, axis: number): JaxArray;
  softmax(x: JaxArray, axis: number): JaxArray;
  gelu(x: JaxArray, options: { approximate: true }): JaxArray;
}

interface Trees {
  dispose(tree: Tree): void;
  ref<T extends Tree>(tree: T): T;
}

export interface Jax {
  readonly numpy: Numpy;
  readonly nn: Networks;
  readonly tree: Trees;
  readonly lax: {
    convGeneralDilated(x: JaxArray, filter: JaxArray, strides: Shape, pad: 'SAME'): JaxArray;
  };
  init(...devices: string[]): Promise<readonly string[]>;
  defaultDevice(name: string): unknown;
  blockUntilReady(tree: Tree): Promise<unknown>;
  jit<F extends (...args: never[]) => unknown>(f: F): F;
  grad(f: Unary): Unary;
  grad(f: (...args: JaxArray[]) => JaxArray, chosen: Chosen): (...args: JaxArray[]) => JaxArray[];
  valueAndGrad<P, A extends readonly unknown[]>(
    f: (parameters: P, ...args: A) => JaxArray,
  ): (parameters: P, ...args: A) => [value: JaxArray, gradient: P];
  jvp<P extends Tree>(
    f: (...args: JaxArray[]) => P,
    primals: readonly JaxArray[],
    tangents: readonly JaxArray[],
  ): [result: P, tangent: P];
  jacrev(f: Unary): Unary;
  jacfwd(f: Unary): Unary;
  hessian(f: Unary): Unary;
}

export type Mode = 'eager' | 'jit';

/** jax-js in one of its two ways of working, and what the works share. */
export class JaxPeer {
  readonly jax: Jax;
  readonly mode: Mode;

  constructor(jax: Jax, mode: Mode) {
    this.jax = jax;
    this.mode = mode;
  }

  /** Compiled as a whole, or as it is. */
  whole<F extends (...args: never[]) => unknown>(f: F): F {
    return this.mode === 'jit' ? this.jax.jit(f) : f;
  }

  array(values: ArrayLike<number>, shape: Shape): JaxArray {
    return this.jax.numpy.array(values, { shape });
  }
}

export async function loadJax(mode: Mode, folder: string): Promise<JaxPeer & { version: string }> {
  const peersRequire = createRequire(`${folder}/`);
  const file = peersRequire.resolve('@jax-js/jax').replace(/\.cjs$/, '.js');
  const jax = (await import(pathToFileURL(file).href)) as Jax;
  await jax.init('wasm', 'cpu');
  jax.defaultDevice('wasm');
  return Object.assign(new JaxPeer(jax, mode), { version: versionNear(peersRequire, file) });
}

// The package does not export its manifest.
function versionNear(peersRequire: NodeJS.Require, file: string): string {
  const manifest = file.replace(/dist[\\/].*$/, 'package.json');
  return (peersRequire(manifest) as { readonly version: string }).version;
}
