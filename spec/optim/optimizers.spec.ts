import type { Optimizer } from '../../lib/index.ts';
import { mul, scalar, square, sub, sum, tensor, train, variable } from '../../lib/index.ts';
import type { Variable } from '../../lib/core/variable.ts';

/** The values of `w` after each of `steps` steps down `f`. */
function path(
  optimizer: Optimizer,
  w: Variable,
  f: () => ReturnType<typeof sum>,
  steps: number,
): number[] {
  return Array.from({ length: steps }, () => {
    optimizer.minimize(f);
    return w.item();
  });
}

function closeTo(actual: readonly number[], expected: readonly number[], digits = 12): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], digits);
  });
}

const half = (w: Variable) => (): ReturnType<typeof sum> => mul(0.5, square(w));

describe('sgd', () => {
  it('goes learningRate times the gradient downhill', () => {
    const w = variable(4, true, undefined, 'float64');
    // w² has the gradient 2w: 4 - 0.25 * 8 = 2, then 1, then 0.5.
    closeTo(
      path(train.sgd(0.25), w, () => square(w), 3),
      [2, 1, 0.5],
    );
  });

  it('finds a minimum in several dimensions', () => {
    const w = variable([0, 0, 0]);
    const goal = tensor([1, -2, 3]);
    const optimizer = train.sgd(0.1);
    for (let i = 0; i < 200; i++) optimizer.minimize(() => sum(square(sub(w, goal))));
    closeTo(w.arraySync() as number[], [1, -2, 3], 5);
  });
});

describe('momentum', () => {
  // The gradient is w itself: a ← 0.9 a + w, w ← w - 0.1 a, by hand.
  it('accumulates gradients as TensorFlow does', () => {
    const w = variable(1, true, undefined, 'float64');
    closeTo(path(train.momentum(0.1, 0.9), w, half(w), 3), [0.9, 0.72, 0.486]);
  });

  it('looks ahead in the form of Nesterov', () => {
    const w = variable(1, true, undefined, 'float64');
    // a = 1, w = 1 - 0.1 (1 + 0.9); a = 0.9 + 0.81 = 1.71, w = 0.81 - 0.1 (0.81 + 0.9 * 1.71).
    closeTo(path(train.momentum(0.1, 0.9, true), w, half(w), 2), [0.81, 0.5751]);
  });

  it('is gradient descent without momentum', () => {
    const [a, b] = [variable(1), variable(1)];
    expect(path(train.momentum(0.1, 0), a, half(a), 5)).toEqual(
      path(train.sgd(0.1), b, half(b), 5),
    );
  });

  it('applies a changed rate to what was accumulated', () => {
    const w = variable(1, true, undefined, 'float64');
    const optimizer = train.momentum(0.1, 0.9);
    optimizer.minimize(half(w));
    optimizer.learningRate = 0;
    closeTo(path(optimizer, w, half(w), 1), [0.9]);
    optimizer.learningRate = 1;
    // a = 0.9 * 1.8 + 0.9
    closeTo(path(optimizer, w, half(w), 1), [0.9 - 2.52]);
  });
});

/** Algorithm 1 of Kingma & Ba 2015, line by line, with ε after the correction. */
function textbookAdam(gradients: readonly number[], rate: number, b1: number, b2: number): number {
  let [theta, m, v] = [0, 0, 0];
  gradients.forEach((g, i) => {
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    const mHat = m / (1 - b1 ** (i + 1));
    const vHat = v / (1 - b2 ** (i + 1));
    theta -= (rate * mHat) / Math.sqrt(vHat);
  });
  return theta;
}

describe('adam', () => {
  it('makes a first step of the learning rate, whatever the size of the gradient', () => {
    const w = variable([0, 0, 0], true, undefined, 'float64');
    train.adam(0.001, 0.9, 0.999, 0).minimize(() => sum(mul(w, [1e-6, -1, 1e6])));
    closeTo(w.arraySync() as number[], [-0.001, 0.001, -0.001], 15);
  });

  it('agrees with Algorithm 1 of the paper', () => {
    const gradients = [0.3, -1.2, 0.7, 0.01, 2.5, -0.4];
    const w = variable(0, true, undefined, 'float64');
    const optimizer = train.adam(0.01, 0.8, 0.95, 0);
    for (const g of gradients) optimizer.applyGradients([[scalar(g, 'float64'), w]]);
    closeTo([w.item()], [textbookAdam(gradients, 0.01, 0.8, 0.95)]);
  });

  it('adds epsilon outside the root and before the correction, as TensorFlow does', () => {
    // Under a constant gradient m = (1 - β₁ᵗ) g and v = (1 - β₂ᵗ) g², which leaves in each step
    // rate * g / (|g| + ε / √(1 - β₂ᵗ)).
    const w = variable(0, true, undefined, 'float64');
    const optimizer = train.adam(0.1, 0.9, 0.99, 0.5);
    let expected = 0;
    for (let t = 1; t <= 5; t++) {
      optimizer.minimize(() => mul(w, 2));
      expected -= (0.1 * 2) / (2 + 0.5 / Math.sqrt(1 - 0.99 ** t));
      closeTo([w.item()], [expected]);
    }
  });

  it('has the defaults of TensorFlow.js', () => {
    const { learningRate, beta1, beta2, epsilon } = train.adam();
    expect([learningRate, beta1, beta2, epsilon]).toEqual([0.001, 0.9, 0.999, 1e-7]);
  });

  it('stands still where the gradient is 0', () => {
    const w = variable([1, 2]);
    train.adam().minimize(() => sum(mul(w, 0)));
    expect(w.arraySync()).toEqual([1, 2]);
  });
});

describe('every optimizer', () => {
  const makers: Record<string, () => Optimizer> = {
    sgd: () => train.sgd(0.1),
    momentum: () => train.momentum(0.1, 0.9),
    nesterov: () => train.momentum(0.1, 0.9, true),
    adam: () => train.adam(0.1),
  };
  const each = Object.entries(makers);

  it.each(each)('%s keeps float32 and float64, and its steps agree', (_, make) => {
    const values = [0.5, -1.5, 3];
    const [narrow, wide] = (['float32', 'float64'] as const).map((dtype) => {
      const w = variable(values, true, undefined, dtype);
      const optimizer = make();
      for (let i = 0; i < 10; i++) optimizer.minimize(() => sum(square(w)));
      expect(w.dtype).toBe(dtype);
      return w.arraySync() as number[];
    });
    closeTo(narrow, wide, 5);
    expect(narrow).not.toEqual(wide);
  });

  it.each(each)('%s leaves what was read before as it was', (_, make) => {
    const w = variable([1, 2]);
    const before = w.read();
    const optimizer = make();
    optimizer.minimize(() => sum(square(w)));
    const between = w.read();
    const seen = between.arraySync();
    optimizer.minimize(() => sum(square(w)));
    expect([before.arraySync(), between.arraySync()]).toEqual([[1, 2], seen]);
    expect(w.arraySync()).not.toEqual(seen);
  });

  it.each(each)('%s does not write the gradient', (_, make) => {
    const w = variable([1, 2]);
    const gradient = tensor([3, 4]);
    make().applyGradients([[gradient, w]]);
    expect(gradient.arraySync()).toEqual([3, 4]);
  });

  it.each(each)('%s remembers for each variable, equal names or not', (_, make) => {
    const alone = variable(1, true, 'w');
    const first = variable(1, true, 'w');
    const second = variable(5, true, 'w');
    const [one, two] = [make(), make()];
    for (let i = 0; i < 3; i++) {
      one.minimize(() => square(alone));
      two.minimize(() => sum(square(first)).add(square(second)));
    }
    expect(first.item()).toBe(alone.item());
    expect(second.item()).not.toBe(5);
  });

  it.each(each)('%s takes an empty and a scalar variable', (_, make) => {
    const [empty, one] = [variable(tensor([], [0])), variable(2)];
    make().minimize(() => sum(square(empty)).add(square(one)));
    expect([empty.shape, one.item() < 2]).toEqual([[0], true]);
  });
});

describe('adagrad', () => {
  it('divides by the root of the sum of squares', () => {
    const w = variable(1, true, undefined, 'float64');
    // The gradient is w: a = 0.1 + 1, w = 1 - 0.1 / √(1.1 + 1e-7).
    closeTo(path(train.adagrad(0.1), w, half(w), 1), [1 - 0.1 / Math.sqrt(1.1 + 1e-7)]);
  });

  it('starts over after dispose', () => {
    const w = variable(1, true, undefined, 'float64');
    const optimizer = train.adagrad(0.1);
    const [first] = path(optimizer, w, half(w), 1);
    w.assign(tensor(1, [], 'float64'));
    optimizer.dispose();
    closeTo(path(optimizer, w, half(w), 1), [first]);
  });
});

describe('adadelta', () => {
  it('steps in the scale of the steps before', () => {
    const w = variable(1, true, undefined, 'float64');
    const d = Math.sqrt(1e-7) / Math.sqrt(0.05 + 1e-7);
    closeTo(path(train.adadelta(1), w, half(w), 1), [1 - d]);
  });
});

describe('adamax', () => {
  // The values that TensorFlow.js states for w² at 2, in double.
  it('divides by the largest decayed gradient', () => {
    const w = variable(2, true, undefined, 'float64');
    const found = path(train.adamax(0.1, 0.8, 0.9, 0, 0.1), w, () => square(w), 2);
    const second = 1.9 - (0.1 / 1.1 / (1 - 0.64)) * ((0.8 * 0.8 + 0.2 * 3.8) / 3.8);
    closeTo(found, [1.9, second]);
  });
});

describe('rmsprop', () => {
  it('divides by the root of the average square', () => {
    const w = variable(1, true, undefined, 'float64');
    const step = 0.1 / Math.sqrt(0.05);
    closeTo(path(train.rmsprop(0.1, 0.95, 0.1, 0), w, half(w), 1), [1 - step]);
  });

  it('takes the squared average off where it is centred', () => {
    const w = variable(1, true, undefined, 'float64');
    const step = 0.1 / Math.sqrt(0.05 - 0.0025);
    closeTo(path(train.rmsprop(0.1, 0.95, 0, 0, true), w, half(w), 1), [1 - step]);
  });

  it('refuses decays of 1 and factors that are no numbers', () => {
    expect(() => train.rmsprop(0.1, 1)).toThrow('rmsprop: decay must be below 1; got 1');
    expect(() => train.adadelta(0.1, 0.9, -1)).toThrow('adadelta: epsilon must');
    expect(() => train.adagrad(0.1, -1)).toThrow('adagrad: initialAccumulatorValue must');
  });
});
