import type { Tensor } from '../../lib/index.ts';
import {
  apply,
  defineOp,
  exp,
  gather,
  grad,
  GradientTape,
  grads,
  IndexedSlices,
  memory,
  mul,
  notDifferentiable,
  scalar,
  sin,
  square,
  sum,
  tensor,
  UnconnectedGradientError,
  variable,
} from '../../lib/index.ts';

/*
 * What a tape offers, one test each, as a reader would try it. The details have specs of their own; those
 * of transformations are in featuresOfFunctions.spec.ts, of memory and checking in featuresOfTools.spec.ts.
 */

afterEach(() => {
  expect(memory().numRecordings).toBe(0);
});

const opaque = defineOp({
  name: 'opaque',
  inputs: ['x'],
  outputs: ['y'],
  infer: ([x]) => [x],
  kernel: ([x], [y]) => {
    y.values.set(x.values);
  },
  derivative: notDifferentiable('its derivative is not known'),
});

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

/** A persistent tape that has recorded `f` of `x`. */
function taped(x: Tensor, f: (x: Tensor) => Tensor): readonly [GradientTape, Tensor] {
  const tape = new GradientTape({ persistent: true });
  const y = tape.run(() => {
    tape.watch(x);
    return f(x);
  });
  return [tape, y];
}

describe('a tape', () => {
  it('is an object that records in a scope and is asked later', () => {
    const x = scalar(3);
    let tape: GradientTape;
    let y: Tensor;
    {
      tape = new GradientTape();
      tape.watch(x);
      y = cube(x);
      tape.stop();
    }
    expect(tape.gradient(y, x).item()).toBe(27);
  });

  it('gives several gradients of one recording, if it is persistent', () => {
    const x = scalar(3);
    const [tape, y] = taped(x, cube);
    expect([tape.gradient(y, x).item(), tape.gradient(y, x).item()]).toEqual([27, 27]);
  });

  it('lets go of its records with the first gradient, if it is not', () => {
    const x = tensor([1, 2, 3]);
    const tape = new GradientTape();
    tape.watch(x);
    const y = sum(sin(x));
    expect(tape.bytes).toBe(12);
    tape.gradient(y, x);
    expect(tape.bytes).toBe(0);
    expect(() => tape.gradient(y, x)).toThrow('persistent');
  });

  it('watches any tensor it is told to, also a computed one', () => {
    const x = mul(scalar(2), 5);
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(square(x), x).item()).toBe(20);
  });

  it('watches trainable variables when they are read, and no others', () => {
    const v = variable(3);
    const frozen = variable(4, false);
    const tape = new GradientTape();
    const y = mul(v, frozen);
    expect(
      tape
        .gradient(y, [v, frozen], { unconnectedGradients: 'none' })
        .map((slope) => slope?.item() ?? null),
    ).toEqual([4, null]);
  });

  it('leaves variables alone when watching is switched off', () => {
    const v = variable(3);
    const tape = new GradientTape({ watchAccessedVariables: false });
    const y = square(v);
    expect(tape.gradient(y, v, { unconnectedGradients: 'none' })).toBeNull();
  });

  it('lists the variables it watches in the order of their making', () => {
    const [a, b] = ['a', 'b'].map((name) => variable(1, true, name));
    const tape = new GradientTape();
    mul(b, a);
    expect(tape.watchedVariables()).toEqual([a, b]);
    tape.stop();
  });

  it('pauses', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const constant = tape.stopRecording(() => square(x));
    expect(tape.gradient(mul(x, constant), x).item()).toBe(9);
  });

  it('starts afresh', () => {
    const v = variable(1);
    const tape = new GradientTape();
    const forgotten = square(v);
    tape.reset();
    expect(tape.gradient(mul(forgotten, v), v).item()).toBe(1);
  });

  it('nests, for higher orders', () => {
    const x = scalar(2, 'float64');
    const [third, second, first] = Array.from({ length: 3 }, () => new GradientTape());
    for (const tape of [third, second, first]) tape.watch(x);
    const slope = first.gradient(mul(cube(x), x), x);
    const curvature = second.gradient(slope, x);
    expect([slope, curvature, third.gradient(curvature, x)].map((t) => t.item())).toEqual([
      32, 48, 48,
    ]);
  });

  it('may be asked inside its own scope', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.run(() => {
      tape.watch(x);
      const slope = tape.gradient(cube(x), x);
      expect(tape.gradient(slope, x).item()).toBe(18);
    });
  });
});

describe('a source', () => {
  it('may be an intermediate result', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const h = square(x);
    expect(tape.gradient(square(h), h).item()).toBe(18);
  });

  it('may be a structure, whose form the result has', () => {
    const model = { w: [scalar(2), scalar(3)], b: variable(4) };
    const tape = new GradientTape();
    tape.watch(model);
    const y = mul(mul(model.w[0], model.w[1]), model.b);
    const slope = tape.gradient(y, model);
    expect([slope.w.map((t) => t.item()), slope.b.item()]).toEqual([[12, 8], 6]);
  });

  it('that is not connected throws, or gives null or zeros as asked', () => {
    const x = scalar(3);
    const [tape, y] = taped(scalar(2), square);
    expect(() => tape.gradient(y, x)).toThrow(UnconnectedGradientError);
    expect(tape.gradient(y, x, { unconnectedGradients: 'none' })).toBeNull();
    expect(tape.gradient(y, x, { unconnectedGradients: 'zero' }).item()).toBe(0);
  });

  it('that is the target itself has gradient one', () => {
    const x = tensor([3, 4]);
    const [tape, y] = taped(x, square);
    expect(tape.gradient(y, y).arraySync()).toEqual([1, 1]);
    expect(tape.gradient(x, x).arraySync()).toEqual([1, 1]);
  });

  it('keeps, as two arguments of a function, two partial derivatives', () => {
    const x = scalar(3);
    expect(grads((a: Tensor, b: Tensor) => mul(a, square(b)))([x, x]).map((t) => t.item())).toEqual(
      [9, 18],
    );
  });
});

describe('a target', () => {
  it('may be one of several, each with a cotangent of its own', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const targets = [square(x), mul(x, 5)];
    const outputGradients = [scalar(10), scalar(1)];
    expect(tape.gradient(targets, x, { outputGradients }).item()).toBe(65);
  });

  it('that is no scalar counts as its sum', () => {
    const x = tensor([1, 2]);
    const [tape, y] = taped(x, (z) => mul(sum(z), z));
    expect(tape.gradient(y, x).arraySync()).toEqual([6, 6]);
  });

  it('is not troubled by an op without derivative beside the way', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const beside = apply(opaque, [x], undefined)[0];
    expect(tape.gradient(square(x), x).item()).toBe(6);
    expect(beside.item()).toBe(3);
  });
});

describe('a recording', () => {
  it('keeps what was read of a variable when that is assigned to', () => {
    const v = variable(3);
    const tape = new GradientTape();
    const y = square(v);
    v.assign(scalar(100));
    expect(tape.gradient(y, v).item()).toBe(6);
  });

  it('gives the rows that were read of a table, alone', () => {
    const table = variable([[1], [2], [3]]);
    const tape = new GradientTape();
    const y = sum(gather(table, [2, 0, 2]));
    const slope = tape.gradient(y, table, { sparse: true });
    if (!(slope instanceof IndexedSlices)) throw new Error('dense');
    expect(slope.indices.arraySync()).toEqual([2, 0, 2]);
    expect(slope.toDense().arraySync()).toEqual([[1], [0], [2]]);
  });

  it('that ends in an exception leaves everything usable', () => {
    const x = scalar(3);
    const failing = new GradientTape();
    const run = (): void => {
      failing.run(() => {
        failing.watch(x);
        exp(x);
        throw new Error('of the user');
      });
    };
    expect(run).toThrow('of the user');
    expect(() =>
      grad(() => {
        throw new Error('again');
      })(x),
    ).toThrow('again');
    const [tape, y] = taped(x, square);
    expect(tape.gradient(y, x).item()).toBe(6);
  });
});
