import { basicLSTMCell, gruCell, grads, sum, tensor } from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { runtime } from '../../lib/base/runtime.ts';
import { mul, sub } from '../../lib/ops/arithmetic.ts';
import { sigmoid } from '../../lib/ops/activations.ts';
import { add } from '../../lib/ops/elementwise.ts';
import { concat, split } from '../../lib/ops/joining.ts';
import { matMul } from '../../lib/ops/matmul.ts';
import { tanh } from '../../lib/ops/transcendental.ts';

function numbers(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.7))).reshape(
    shape,
  );
}

function withVectors<T>(enabled: boolean, body: () => T): T {
  const { vectors } = runtime;
  runtime.vectors = { ...vectors, enabled };
  try {
    return body();
  } finally {
    runtime.vectors = vectors;
  }
}

function requireNear(actual: readonly Tensor[], expected: readonly Tensor[]): void {
  expected.forEach((one, k) => {
    const given = actual[k].dataSync();
    one.dataSync().forEach((e, i) => {
      if (!(Math.abs(given[i] - e) <= 1e-5 * Math.max(1, Math.abs(e))))
        throw new Error(`${String(k)}[${String(i)}] must be ${String(e)}; got ${String(given[i])}`);
    });
  });
}

type Cell = (...inputs: Tensor[]) => Tensor[];

const longMemory: Cell = (kernel, bias, x, c, h) => basicLSTMCell(0.5, kernel, bias, x, c, h);
const longMemoryByOps: Cell = (kernel, bias, x, c, h) => {
  const [i, candidate, f, o] = split(add(matMul(concat([x, h], 1), kernel), bias), 4, -1);
  const next = add(mul(sigmoid(i), tanh(candidate)), mul(c, sigmoid(add(f, 0.5))));
  return [next, mul(tanh(next), sigmoid(o))];
};

const gated: Cell = (x, h, w, u, b) => [gruCell(x, h, w, u, b)];
const gatedByOps: Cell = (x, h, w, u, b) => {
  const [ofUpdate, ofReset, ofCandidate] = split(add(matMul(x, w), b), 3, -1);
  const [update, reset, candidate] = split(u, 3, -1);
  const z = sigmoid(add(ofUpdate, matMul(h, update)));
  const r = sigmoid(add(ofReset, matMul(h, reset)));
  const proposal = tanh(add(ofCandidate, matMul(mul(r, h), candidate)));
  return [add(mul(z, h), mul(sub(1, z), proposal))];
};

// Rows of whole vectors and of less, and more than a chunk of them.
const sizes = [
  [1, 1],
  [3, 4],
  [5, 7],
  [130, 33],
  [1, 101],
] as const;

describe.each([
  [
    'a long short-term memory',
    longMemory,
    longMemoryByOps,
    (b: number, n: number) => [[2 + n, 4 * n], [4 * n], [b, 2], [b, n], [b, n]],
  ],
  [
    'a gated recurrent unit',
    gated,
    gatedByOps,
    (b: number, n: number) => [[b, 2], [b, n], [2, 3 * n], [n, 3 * n], [3 * n]],
  ],
] as const)('%s', (_, cell, byOps, shapesOf) => {
  const total =
    (f: Cell) =>
    (...inputs: Tensor[]) =>
      f(...inputs)
        .map((y) => sum(mul(y, numbers(y.shape, 9))))
        .reduce((a, b) => add(a, b));

  it.each(sizes)('is that of separate ops for %d rows of %d', (b, n) => {
    const inputs = shapesOf(b, n).map((shape, i) => numbers(shape, i));
    const expected = [...byOps(...inputs), ...grads(total(byOps))(inputs)];
    requireNear([...cell(...inputs), ...grads(total(cell))(inputs)], expected);
    withVectors(false, () => {
      requireNear([...cell(...inputs), ...grads(total(cell))(inputs)], expected);
    });
  });
});

it('gives the bits of separate ops in vectors', () => {
  const inputs = [numbers([9, 28], 0), numbers([28], 1), numbers([6, 2], 2), numbers([6, 7], 3)];
  const all = [...inputs, numbers([6, 7], 4)];
  const [fused, separate] = withVectors(true, () => [longMemory(...all), longMemoryByOps(...all)]);
  fused.forEach((y, i) => {
    expect(y.arraySync()).toEqual(separate[i].arraySync());
  });
});
