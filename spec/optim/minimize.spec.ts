import {
  ArgumentError,
  DTypeError,
  GradientTape,
  Graph,
  mul,
  scalar,
  ShapeError,
  square,
  sum,
  TapeError,
  tensor,
  train,
  UnconnectedGradientError,
  UnsupportedError,
  variable,
  vmap,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

describe('minimize', () => {
  it('returns the loss before the step when asked', () => {
    const w = variable(3);
    const optimizer = train.sgd(0.1);
    expect(optimizer.minimize(() => square(w))).toBeNull();
    const before = w.item();
    expect(optimizer.minimize(() => square(w), true).item()).toBeCloseTo(before * before, 5);
    expect(optimizer.iterations).toBe(2);
  });

  it('leaves variables alone that the loss does not depend on', () => {
    const [w, read, other] = [variable(3), variable(1), variable(2)];
    train.adam(0.1).minimize(() => {
      mul(read, 2);
      return square(w);
    });
    expect([w.item() < 3, read.item(), other.item()]).toEqual([true, 1, 2]);
  });

  it('moves trainable variables only, and of these the ones it is told', () => {
    const [a, b, fixed] = [variable(3), variable(2), variable(1, false)];
    const optimizer = train.sgd(0.1);
    const loss = (): Tensor => square(mul(mul(a, b), fixed));
    optimizer.minimize(loss, false, [a, fixed]);
    expect([a.item() < 3, b.item(), fixed.item()]).toEqual([true, 2, 1]);
    optimizer.minimize(loss);
    expect([b.item() < 2, fixed.item()]).toEqual([true, 1]);
  });

  it('takes a variable for the loss', () => {
    const w = variable(3);
    train.sgd(1).minimize(() => w as unknown as Tensor);
    expect(w.item()).toBe(2);
  });

  it('works inside a tape, which does not take the step for a read', () => {
    const w = variable(3);
    const tape = new GradientTape({ watchAccessedVariables: false });
    tape.run(() => train.sgd(0.1).minimize(() => square(w)));
    expect(tape.watchedVariables()).toEqual([]);
    const watching = new GradientTape();
    watching.run(() => {
      train.sgd(0.1).applyGradients([[scalar(1), w]]);
    });
    expect(watching.watchedVariables()).toEqual([]);
  });

  it('lets a gradient be taken of what an outer tape recorded before the step', () => {
    const w = variable(3);
    const tape = new GradientTape();
    const y = tape.run(() => {
      const before = square(w);
      train.sgd(0.1).minimize(() => square(w));
      return before;
    });
    expect(tape.gradient(y, w).item()).toBe(6);
  });

  const w = variable([1, 2], true, 'w');
  const optimizer = train.sgd(0.1);

  it.each<[string, () => unknown, typeof ShapeError, string]>([
    [
      'a loss that is no scalar',
      () => square(w),
      ShapeError,
      'minimize: result of f must be a scalar; got float32 [2]; reduce it, with mean or sum',
    ],
    [
      'a number',
      () => sum(w).item(),
      ArgumentError,
      'minimize: result of f must be one tensor; got 3; scalar(...) makes a tensor of a number',
    ],
    ['no result', () => undefined, ArgumentError, 'must be one tensor; got undefined'],
    ['an integer loss', () => sum(w).cast('int32'), ArgumentError, 'must be a float tensor'],
    ['a promise', async () => Promise.resolve(sum(w)), TapeError, 'must be synchronous'],
    [
      'a loss without variables',
      () => scalar(1),
      UnconnectedGradientError as typeof ShapeError,
      'minimize: f must depend on at least one trainable variable; got a function that reads none;',
    ],
    [
      'a loss cut off from its variables',
      () => sum(w.stopGradient()),
      UnconnectedGradientError as typeof ShapeError,
      "got no path from 'w';",
    ],
  ])('refuses %s and changes nothing', (_, f, ErrorClass, message) => {
    const before = w.arraySync();
    const steps = optimizer.iterations;
    const step = (): unknown => optimizer.minimize(f as () => Tensor);
    expect(step).toThrow(ErrorClass);
    expect(step).toThrow(message);
    expect([w.arraySync(), optimizer.iterations]).toEqual([before, steps]);
  });

  it('is usable after an error, and no tape stays open', () => {
    for (let i = 0; i < 100; i++) {
      expect(() => optimizer.minimize(() => square(w))).toThrow(ShapeError);
      expect(() =>
        optimizer.minimize(() => {
          throw new RangeError('mine');
        }),
      ).toThrow('mine');
    }
    optimizer.minimize(() => sum(square(w)));
    expect(optimizer.iterations).toBe(1);
  });

  it.each([
    ['f', () => optimizer.minimize(3 as never), 'f must be a function; got 3'],
    [
      'returnCost',
      () => optimizer.minimize(() => sum(w), 1 as never),
      'returnCost must be true or',
    ],
    [
      'varList',
      () => optimizer.minimize(() => sum(w), false, [tensor(1) as never]),
      'varList must be an array of variables; got [',
    ],
    [
      'an empty varList',
      () => optimizer.minimize(() => sum(w), false, []),
      'varList must hold at least one trainable float variable; got 0 variables',
    ],
    [
      'a variable of integers',
      () => optimizer.minimize(() => sum(w), false, [variable(1, true, 'n', 'int32')]),
      'got 1 variables, none of them trainable',
    ],
  ])('checks %s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(/^minimize: /);
  });

  it('refuses to step with gradients that have no values yet', () => {
    expect(() =>
      new Graph().run(() => {
        optimizer.applyGradients([[mul(w, 2), w]]);
      }),
    ).toThrow(UnsupportedError);
    const inBatch = vmap((x) => {
      optimizer.applyGradients([[x, w]]);
      return x;
    });
    expect(() => inBatch([[1, 2]])).toThrow('step outside of vmap and Graph.run');
  });
});

describe('learningRate', () => {
  it('can be read and set', () => {
    const optimizer = train.sgd(0.1);
    optimizer.learningRate = 0.5;
    const w = variable(1);
    optimizer.minimize(() => mul(w, 1));
    expect([optimizer.learningRate, w.item()]).toEqual([0.5, 0.5]);
  });

  it.each([NaN, Infinity, undefined, '0.1'])('refuses %p', (rate) => {
    for (const make of [train.sgd, train.momentum, train.adam].slice(
      0,
      rate === undefined ? 1 : 3,
    )) {
      expect(() => make(rate as number, 0.9)).toThrow('learningRate must be a finite number');
    }
    expect(() => train.rmsprop(undefined as never)).toThrow(
      'rmsprop: learningRate for RMSPropOptimizer must be defined; got undefined',
    );
    const optimizer = train.adam(0.1);
    expect(() => (optimizer.learningRate = rate as number)).toThrow(ArgumentError);
    expect(optimizer.learningRate).toBe(0.1);
  });

  it('is not the only number that is checked', () => {
    expect(() => train.momentum(0.1, NaN)).toThrow('momentum must be a finite number from 0 to 1');
    expect(() => train.momentum(0.1, 1.5)).toThrow('got 1.5');
    expect(() => train.momentum(0.1, 0.9, 1 as never)).toThrow('useNesterov must be true or false');
    expect(() => train.adam(0.1, 1)).toThrow('adam: beta1 must be below 1; got 1');
    expect(() => train.adam(0.1, 0.9, -1)).toThrow('beta2 must be a finite number from 0 to 1');
    expect(() => train.adam(0.1, 0.9, 0.999, NaN)).toThrow('epsilon must be a finite number');
  });
});

describe('computeGradients and applyGradients', () => {
  it('make a step together', () => {
    const [a, b] = [variable(2, true, 'a'), variable(3, true, 'b')];
    const optimizer = train.sgd(1);
    const { value, grads } = optimizer.computeGradients(() => mul(a, b));
    expect([value.item(), grads['a'].item(), grads['b'].item()]).toEqual([6, 3, 2]);
    expect([a.item(), optimizer.iterations]).toEqual([2, 0]);
    optimizer.applyGradients(grads);
    expect([a.item(), b.item(), optimizer.iterations]).toEqual([-1, 1, 1]);
    optimizer.applyGradients([{ name: 'a', tensor: scalar(-1) }]);
    expect(a.item()).toBe(0);
  });

  it('take pairs of gradient and variable, in which a null is passed over', () => {
    const [a, b] = [variable(2), variable(3)];
    const tape = new GradientTape();
    const y = square(a);
    const gradients = tape.gradient(y, [a, b], { unconnectedGradients: 'none' });
    train.sgd(1).applyGradients([
      [gradients[0], a],
      [gradients[1], b],
    ]);
    expect([a.item(), b.item()]).toEqual([-2, 3]);
  });

  it('refuse names that two variables bear', () => {
    const [a, b] = [variable(2, true, 'w'), variable(3, true, 'w')];
    const optimizer = train.sgd(0.1);
    expect(() => optimizer.computeGradients(() => mul(a, b))).toThrow("got 'w' twice");
    optimizer.minimize(() => mul(a, b));
    expect(() => {
      optimizer.applyGradients({ w: scalar(1) });
    }).toThrow('that exists once');
  });

  it('treat a name of Object.prototype as any other', () => {
    const w = variable(1, true, '__proto__');
    const optimizer = train.sgd(1);
    optimizer.applyGradients(optimizer.computeGradients(() => square(w)).grads);
    expect(w.item()).toBe(-1);
  });

  const a = variable([1, 2], true, 'a');
  const b = variable([3, 4], true, 'b');
  const optimizer = train.momentum(0.1, 0.9);
  const one = tensor([1, 1]);

  it.each<[string, unknown, typeof ShapeError, string]>([
    [
      'another shape',
      [
        [one, a],
        [scalar(1), b],
      ],
      ShapeError,
      "applyGradients: gradient of 'b' must have the variable's shape [2]; got []",
    ],
    [
      'another dtype',
      [
        [one, a],
        [one.cast('float64'), b],
      ],
      DTypeError,
      "gradient of 'b' must have the variable's dtype float32; got float64; cast it first",
    ],
    [
      'a variable twice',
      [
        [one, a],
        [one, a],
      ],
      ArgumentError,
      "gradients[1] must name each variable once; got 'a' twice",
    ],
    ['an unknown name', { nobody: one }, ArgumentError, 'gradients.nobody must bear the name'],
    ['an object without tensors', { a: 3 }, ArgumentError, 'gradients.a must'],
    ['a pair the wrong way round', [[a, one]], ArgumentError, 'the gradient comes first'],
    ['no gradient', [], ArgumentError, 'must hold at least one gradient; got none'],
    ['nulls only', [[null, a]], ArgumentError, 'must hold at least one gradient; got none'],
    ['a tensor', one, ArgumentError, 'gradients must be an object {name: gradient}, or an array'],
    ['nothing', undefined, ArgumentError, 'got undefined'],
    ['numbers', [1, 2], ArgumentError, 'gradients[0] must be {name, tensor} or a pair'],
  ])('refuse %s before anything changes', (_, gradients, ErrorClass, message) => {
    const step = (): void => {
      optimizer.applyGradients(gradients as never);
    };
    expect(step).toThrow(ErrorClass);
    expect(step).toThrow(message);
    expect([a.arraySync(), b.arraySync(), optimizer.iterations]).toEqual([[1, 2], [3, 4], 0]);
  });
});
