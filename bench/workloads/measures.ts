/*
 * What is measured, and on what. Every adapter in peers/ does these things with its own library, in the
 * way a good user of it would; `uniform(seed, ...)` of values.ts is written u(seed).
 *
 * W1  y = a b + c at 2, 3, 4: record, and take three gradients
 * W2  x = tanh(x w + b) - c, 25 times over, on 4 elements: x u(1), w u(2) + 1.5, b u(3), c 0.1 u(4)
 * W3  a million elements: x u(1), w u(2), b u(3); the gradient is that of sum(tanh(x w + b))
 * W4  square matrices u(1) and u(2); the gradient is that of the sum of their product
 * W5  784-512-256-10, ReLU, 128 examples u(5) of classes u(6), cross entropy, Adam with rate 1e-4
 * W6  two 3 x 3 convolutions with bias, ReLU and 2 x 2 pooling, 3136-128-10, 64 images of 28 x 28 u(5),
 *     classes u(6), cross entropy, gradient descent with rate 1e-3
 * W7  an LSTM of 128 units written out, 50 steps of 32 examples with 64 numbers u(5), mean squared
 *     distance of the last state to u(6), gradient descent with rate 1e-3
 * W8  two layers of a causal transformer, 4 heads of 32, 512 hidden, GELU by tanh, 8 texts of 64 tokens
 *     u(5) out of 256, next token u(6), cross entropy, Adam with rate 1e-4
 * W9  Jacobian of tanh(W x), 100 x 100, W 0.2 u(1), x u(2); Hessian and its product with u(6) for the
 *     mean squared error of a network 3-8-2, parameters 0.5 u(3), data u(4), u(5); product for the
 *     error of 784-128-10: weights 0.05 u(7), 0.1 u(8), data u(9), u(10), directions u(11), u(12)
 * W10 the Lotka-Volterra equations by 1000 steps of RK4 of 0.01, and the gradient of the last state's
 *     sum for the four parameters; each step is 32 ops on 2 elements
 */

export interface Measure {
  readonly title: string;
  readonly unit: 'us' | 'ms';
  /** How many ops one run does, where the figure is per op. */
  readonly per: number;
  /** Floating-point operations of one run, where that is the point. */
  readonly flops: number | null;
  /** The size of the numbers whose sum the result is, where they cancel. */
  readonly scale: number;
}

type Options = Partial<Omit<Measure, 'title'>>;

const measure = (title: string, options: Options = {}): Measure => ({
  title,
  unit: 'ms',
  per: 1,
  flops: null,
  scale: 0,
  ...options,
});

const product = (n: number): Measure =>
  measure(`product ${String(n)} x ${String(n)}`, { flops: 2 * n ** 3 });
const productGradient = (n: number): Measure =>
  measure(`product ${String(n)}, forward and gradient`, { flops: 6 * n ** 3 });
const perOp: Options = { unit: 'us', per: 100 };

/** Every figure of the ten workloads; the name of a figure starts with that of its workload. */
export const measures = {
  'W1.cycle': measure('a b + c: record, three gradients', { unit: 'us' }),
  'W2.forward': measure('100 ops on 4 elements, an op', perOp),
  'W2.gradient': measure('the same with gradient, an op', perOp),
  'W3.add': measure('1e6 add'),
  'W3.chain': measure('1e6 mul, add, tanh'),
  'W3.exp': measure('1e6 exp'),
  'W3.tanh': measure('1e6 tanh'),
  'W3.sum': measure('1e6 sum', { scale: 5e5 }),
  'W3.gradient': measure('1e6 sum(tanh(x w + b)), gradient'),
  'W4.product64': product(64),
  'W4.product256': product(256),
  'W4.product512': product(512),
  'W4.product1024': product(1024),
  'W4.gradient256': productGradient(256),
  'W4.gradient512': productGradient(512),
  'W4.gradient1024': productGradient(1024),
  'W5.step': measure('MLP step, Adam'),
  'W6.forward': measure('CNN forward'),
  'W6.step': measure('CNN step, SGD'),
  'W7.step': measure('LSTM step, SGD'),
  'W8.step': measure('transformer step, Adam'),
  'W9.jacobian': measure('Jacobian 100 x 100'),
  'W9.jacobianFastest': measure("Jacobian, the library's fastest way"),
  'W9.hessian': measure('Hessian 50 x 50'),
  'W9.hessianFastest': measure("Hessian, the library's fastest way"),
  'W9.product': measure('Hessian-vector product, 50 parameters'),
  'W9.productNetwork': measure('Hessian-vector product, 784-128-10'),
  'W10.forward': measure('1000 RK4 steps'),
  'W10.gradient': measure('1000 RK4 steps, gradient'),
  'W10.forward100': measure('100 RK4 steps'),
  'W10.gradient100': measure('100 RK4 steps, gradient'),
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;

export const measureNames = Object.keys(measures) as readonly MeasureName[];

/** The names of the workloads, in order. */
export const workloadNames: readonly string[] = [...new Set(measureNames.map(workloadOf))];

export function workloadOf(name: MeasureName): string {
  return name.slice(0, name.indexOf('.'));
}
