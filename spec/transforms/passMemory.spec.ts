import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  concat,
  customGradient,
  defineOp,
  grad,
  GradientTape,
  grads,
  gradientReversal,
  matMul,
  mean,
  mul,
  relu,
  reshape,
  scalar,
  split,
  square,
  sum,
  tanh,
  tensor,
  transpose,
} from '../../lib/index.ts';
import { poisoned } from '../../lib/testing/observe.ts';

const n = 48;

function matrix(seed: number): Tensor {
  const values = Float32Array.from({ length: n * n }, (_, i) => Math.sin(seed + i * 0.7));
  return tensor(values, [n, n]);
}

/** Shared cotangents, views, values used twice, rows for every row. */
function network(a: Tensor, b: Tensor): Tensor {
  const hidden = tanh(add(matMul(a, b), b));
  const [left, right] = split(reshape(hidden, [2 * n, n / 2]), 2);
  const joined = concat([right, left, mul(left, right)]);
  const folded = add(joined, joined);
  return mean(square(add(folded, sum(transpose(relu(folded)), 1))));
}

function withoutReuse<T>(f: () => T): T {
  const { leastElements } = runtime.spare;
  runtime.spare.leastElements = Infinity;
  try {
    return f();
  } finally {
    runtime.spare.leastElements = leastElements;
  }
}

function valuesOf(tensors: readonly Tensor[]): number[][] {
  return tensors.map((x) => Array.from(x.dataSync()));
}

/** How many arrays of at least `least` elements are made while `f` runs. */
function arraysMade(f: () => unknown, least: number): number {
  const { allocate } = runtime;
  let made = 0;
  runtime.allocate = (dtype, size) => {
    if (size >= least) made++;
    return allocate(dtype, size);
  };
  try {
    f();
  } finally {
    runtime.allocate = allocate;
  }
  return made;
}

const gradients = grads(network);

describe('the memory of a reverse pass', () => {
  beforeEach(() => {
    runtime.spare.arrays.clear();
    runtime.spare.bytes = 0;
  });

  it('changes no gradient, whoever else lies in an array that is used again', () => {
    const expected = valuesOf(withoutReuse(() => gradients([matrix(1), matrix(2)])));
    for (let pass = 0; pass < 3; pass++) {
      const found = poisoned(() => gradients([matrix(1), matrix(2)]));
      expect(valuesOf(found)).toEqual(expected);
    }
  });

  it('uses arrays of the pass before again', () => {
    const inputs = [matrix(1), matrix(2)];
    const first = arraysMade(() => gradients(inputs), 1024);
    const second = arraysMade(() => gradients(inputs), 1024);
    const never = withoutReuse(() => arraysMade(() => gradients(inputs), 1024));
    expect(first).toBeLessThan(never);
    expect(second).toBeLessThan(first);
  });

  it('never uses again what a pass returned', () => {
    const found = poisoned(() => gradients([matrix(1), matrix(2)]));
    const before = valuesOf(found);
    for (let pass = 0; pass < 3; pass++) poisoned(() => gradients([matrix(3), matrix(4)]));
    expect(valuesOf(found)).toEqual(before);
  });

  it('returns the gradient of a value within, and of what is computed from it', () => {
    const [a, b] = [matrix(1), matrix(2)];
    const run = (): Tensor[] => {
      const tape = new GradientTape();
      tape.watch([a, b]);
      const hidden = tanh(matMul(a, b));
      const loss = sum(square(add(hidden, a)));
      return tape.gradient(loss, [hidden, a, b]);
    };
    const expected = valuesOf(withoutReuse(run));
    const found = poisoned(run);
    poisoned(run);
    expect(valuesOf(found)).toEqual(expected);
  });

  it('leaves to users what their rules have seen', () => {
    const seen: Tensor[] = [];
    const keeps = customGradient((x: Tensor) => ({
      value: tanh(x),
      gradFunc: (dy) => {
        seen.push(dy, mul(dy, 2));
        return dy;
      },
    }));
    const loss = (x: Tensor): Tensor => sum(square(keeps(mul(x, 2))));
    poisoned(() => grad(loss)(matrix(1)));
    const before = valuesOf(seen);
    expect(before.flat().every(Number.isFinite)).toBe(true);
    for (let pass = 0; pass < 3; pass++) poisoned(() => gradients([matrix(3), matrix(4)]));
    expect(valuesOf(seen)).toEqual(before);
  });

  it('leaves to users what their ops have seen', () => {
    const seen: Tensor[] = [];
    const double = defineOp({
      name: 'double',
      inputs: ['x'],
      outputs: ['y'],
      infer: ([x]) => [x],
      kernel: ([x], [y]) => {
        x.values.forEach((value, i) => (y.values[i] = 2 * value));
      },
      derivative: {
        vjp: (_, [g]) => {
          if (g !== null) seen.push(g);
          return [g && mul(g, 2)];
        },
      },
    });
    poisoned(() => grad((x) => sum(square(apply(double, [tanh(x)])[0])))(matrix(1)));
    const before = valuesOf(seen);
    expect(before.flat().every(Number.isFinite)).toBe(true);
    for (let pass = 0; pass < 3; pass++) poisoned(() => gradients([matrix(3), matrix(4)]));
    expect(valuesOf(seen)).toEqual(before);
  });

  it('is right for a gradient inside a rule', () => {
    const inner = customGradient((x: Tensor) => ({
      value: tanh(x),
      gradFunc: (dy) => mul(dy, grad((z) => sum(tanh(z)))(x)),
    }));
    const f = (x: Tensor): Tensor => sum(square(add(inner(x), gradientReversal(x))));
    const expected = valuesOf([withoutReuse(() => grad(f)(matrix(1)))]);
    expect(valuesOf([poisoned(() => grad(f)(matrix(1)))])).toEqual(expected);
  });

  it('is right for second derivatives', () => {
    const f = (x: Tensor): Tensor => sum(square(grad((z) => sum(mul(tanh(z), z)))(x)));
    const expected = valuesOf([withoutReuse(() => grad(f)(matrix(1)))]);
    expect(valuesOf([poisoned(() => grad(f)(matrix(1)))])).toEqual(expected);
  });

  it('ends with a pass that fails', () => {
    const { allocate } = runtime;
    const fails = customGradient((x: Tensor) => ({
      value: tanh(x),
      gradFunc: () => {
        throw new RangeError('refused');
      },
    }));
    expect(() => grad((x) => sum(fails(mul(x, x))))(matrix(1))).toThrow('refused');
    expect(runtime.allocate).toBe(allocate);
    expect(runtime.spare.inUse).toBe(false);
    expect(grad((x) => mul(x, x))(scalar(3)).item()).toBe(6);
  });

  it('keeps no more than 64 MB for later', () => {
    const large = tensor(new Float32Array(2 ** 23).fill(0.5));
    grad((x) => sum(tanh(tanh(tanh(tanh(x))))))(large);
    expect(runtime.spare.bytes).toBeLessThanOrEqual(2 ** 26);
    runtime.spare.arrays.clear();
    runtime.spare.bytes = 0;
  });
});
