import { createRequire } from 'node:module';

/** The parts of TensorFlow.js that the works use; it is no dependency, so its own types are not at hand. */
export interface TfTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

export interface TfVariable extends TfTensor {
  readonly name: string;
}

type Unary = (x: TfTensor) => TfTensor;
type Binary = (a: TfTensor, b: TfTensor | number) => TfTensor;
type Shape = readonly number[];
type Loss = () => TfTensor;

export interface TfOptimizer {
  minimize(loss: Loss, returnCost: true, variables: readonly TfVariable[]): TfTensor;
}

export interface TensorFlow {
  readonly version: { readonly 'tfjs-core': string };
  readonly train: Readonly<Record<'adam' | 'sgd', (rate: number) => TfOptimizer>>;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly exp: Unary;
  readonly tanh: Unary;
  readonly sigmoid: Unary;
  readonly relu: Unary;
  readonly neg: Unary;
  readonly square: Unary;
  readonly rsqrt: Unary;
  readonly softmax: Unary;
  readonly logSoftmax: Unary;
  readonly keep: Unary;
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<T>(f: () => T): T;
  tensor(values: ArrayLike<number>, shape?: Shape, dtype?: string): TfTensor;
  scalar(value: number): TfTensor;
  variable(initial: TfTensor): TfVariable;
  zeros(shape: Shape): TfTensor;
  eye(n: number): TfTensor;
  sum(x: TfTensor, axis?: number): TfTensor;
  mean(x: TfTensor, axis?: number, keepDims?: boolean): TfTensor;
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  reshape(x: TfTensor, shape: Shape): TfTensor;
  transpose(x: TfTensor, perm: Shape): TfTensor;
  reverse(x: TfTensor, axis: number): TfTensor;
  slice(x: TfTensor, begin: number, size: number): TfTensor;
  split(x: TfTensor, parts: number, axis: number): TfTensor[];
  stack(parts: readonly TfTensor[]): TfTensor;
  unstack(x: TfTensor, axis?: number): TfTensor[];
  gather(x: TfTensor, indices: TfTensor): TfTensor;
  conv2d(x: TfTensor, filter: TfTensor, strides: number, pad: 'same'): TfTensor;
  maxPool(x: TfTensor, size: number, strides: number, pad: 'same'): TfTensor;
  grad(f: (x: TfTensor) => TfTensor): (x: TfTensor, dy?: TfTensor) => TfTensor;
  grads(f: (...args: TfTensor[]) => TfTensor): (args: readonly TfTensor[]) => TfTensor[];
  variableGrads(
    f: Loss,
    variables: readonly TfVariable[],
  ): { readonly value: TfTensor; readonly grads: Readonly<Record<string, TfTensor>> };
}

export type Backend = 'cpu' | 'wasm';

/** Loads the union package: only that registers the functions for gradients. */
export async function loadTensorFlow(backend: Backend, folder: string): Promise<TensorFlow> {
  const peersRequire = createRequire(`${folder}/`);
  const tf = peersRequire('@tensorflow/tfjs') as TensorFlow;
  if (backend === 'wasm') peersRequire('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
  await tf.ready();
  return tf;
}
