import type { Tensor } from '../../lib/index.ts';
import {
  apply,
  argmin,
  checkGradient,
  complex,
  customGradient,
  defineOp,
  derivatives,
  ForwardAccumulator,
  grad,
  GradientTape,
  Graph,
  grads,
  jvp,
  linearSolve,
  log,
  memory,
  mul,
  notDifferentiable,
  placeholder,
  scalar,
  square,
  stack,
  sum,
  tensor,
  variable,
  variableGrads,
  vmap,
} from '../../lib/index.ts';

/*
 * Whole messages of differentiation, hints included, that the specs of its parts hold in part or not at
 * all. Each is what a reader sees who made that mistake.
 */

afterEach(() => {
  expect(memory().numRecordings).toBe(0);
});

function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

const x = scalar(3);
const v = variable(2, true, 'v');

describe('customGradient says', () => {
  it('what the function must return', () => {
    const returning = (value: unknown): unknown =>
      customGradient(() => ({ value: value as Tensor, gradFunc: (dy: Tensor) => dy }))(x);
    expect(messageOf(() => returning(3))).toBe(
      'customGradient: value must be a tensor or an array of tensors; got 3',
    );
    expect(messageOf(() => returning([]))).toBe(
      'customGradient: value must be a tensor or an array of tensors; got []',
    );
    expect(messageOf(() => returning([x, null]))).toBe(
      'customGradient: value at output 1 must be a tensor; got null',
    );
  });

  it('where the gradients of variables belong', () => {
    const forgetful = customGradient((z) => ({ value: mul(z, v), gradFunc: (dy) => dy }));
    expect(messageOf(() => grad(forgetful)(3))).toBe(
      "customGradient: gradFunc must return {inputs, variables} because f reads variables that are not inputs: 'v'; got a tensor float32 []; its third argument is {variables}; null stands for no gradient",
    );
  });
});

describe('defineOp says', () => {
  const parts = {
    name: 'mine',
    inputs: ['x'],
    outputs: ['y'],
    infer: ([z]: readonly [{ readonly shape: readonly number[]; readonly dtype: 'float32' }]) => [
      z,
    ],
    kernel: () => undefined,
  };

  it('what a derivative is', () => {
    expect(messageOf(() => defineOp({ ...parts, derivative: 5 } as never))).toBe(
      "mine: derivative must be {vjp, jvp}, {kind: 'expansion', expand}, zeroGradient or notDifferentiable(...); got 5",
    );
  });
});

describe('an op without derivative', () => {
  const opaque = defineOp({
    name: 'opaque',
    inputs: ['x'],
    outputs: ['y'],
    infer: ([z]) => [z],
    kernel: ([z], [y]) => {
      y.values.set(z.values);
    },
    derivative: notDifferentiable('its derivative is not known'),
  });
  const sentence =
    'opaque: op must be differentiable to lie on the path of a gradient; got its derivative is not known';

  it('is named going backward and forward', () => {
    const through = (z: Tensor): Tensor => square(apply(opaque, [z], undefined)[0]);
    expect(messageOf(() => grad(through)(3))).toBe(sentence);
    expect(messageOf(() => jvp(through, 3, 1))).toBe(sentence);
    const forward = (): void => {
      const accumulator = new ForwardAccumulator(x, x);
      accumulator.run(() => through(x));
    };
    expect(messageOf(forward)).toBe(sentence);
  });

  it('is named by the explanation of a tape', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const explanation = tape.explain(apply(opaque, [x], undefined)[0], x);
    tape.stop();
    expect(explanation.cause).toBe('not differentiable');
    expect(String(explanation)).toContain(
      ', but opaque has no derivative: its derivative is not known',
    );
  });
});

describe('functions of functions say', () => {
  it('what to use for several results, and for a plain number', () => {
    expect(messageOf(() => grad(((z: Tensor) => [z, z]) as never)(3))).toMatch(
      /^grad: result of f must be one tensor; got .*; a GradientTape takes several targets, and jacobian a function of several results$/,
    );
    expect(messageOf(() => grads((() => 4) as never)([3]))).toBe(
      'grads: result of f must be one tensor; got 4; scalar(...) makes a tensor of a number',
    );
  });

  it('that gradients by name need different names', () => {
    const [a, b] = [variable(1, true, 'w'), variable(2, true, 'w')];
    expect(messageOf(() => variableGrads(() => mul(a, b)))).toBe(
      "variableGrads: variables must have different names; got 'w' twice; name each when it is made; a GradientTape takes the variables themselves",
    );
  });

  it('that a minimum is sought among real numbers', () => {
    const f = (z: Tensor): Tensor => square(z).abs();
    expect(messageOf(() => argmin(f, complex(1, 1)))).toMatch(
      /^argmin: initial must be real; got .*; take real and imaginary parts as two tensors$/,
    );
  });

  it('that a minimum is one of a scalar', () => {
    expect(messageOf(() => argmin((() => 3) as never, 0))).toBe(
      'argmin: result of f must be one tensor; got 3',
    );
    expect(messageOf(() => argmin((z) => square(z), [1, 2]))).toBe(
      'argmin: result of f must be a scalar; got float32 [2]; reduce it, with mean or sum',
    );
  });

  it('that derivatives are those of each element', () => {
    expect(messageOf(() => derivatives((z) => sum(z), 2)([1, 2]))).toBe(
      'derivatives: result of f must have the shape of x [2]; got []; jet takes the direction in which an array is to change',
    );
  });

  it('that an iteration needs values', () => {
    const graph = new Graph();
    const solve = (): unknown =>
      graph.run(() => linearSolve((z) => mul(z, 2), placeholder('float32', [2], 'b')));
    expect(messageOf(solve)).toMatch(
      /^iteration: residual must have values, which tell when to stop; got .*; a graph only describes its computation: solve outside it, and feed the solution$/,
    );
  });

  it('where derivatives can be checked', () => {
    expect(messageOf(() => checkGradient(log, [[-1]]))).toMatch(
      /^checkGradient: result of f must be finite; got .*; derivatives are compared where f is finite$/,
    );
  });
});

describe('tapes and accumulators say', () => {
  it('what a cotangent must be like', () => {
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = stack([x, x]);
    tape.stop();
    const seeded = (g: Tensor) => () => tape.gradient(y, x, { outputGradients: g });
    expect(messageOf(seeded(tensor([1, 2, 3])))).toBe(
      "gradient: outputGradients must have the target's shape [2]; got [3]",
    );
    expect(messageOf(seeded(tensor([1, 2], [2], 'float64')))).toBe(
      "gradient: outputGradients must have the target's dtype float32; got float64; cast it first",
    );
  });

  it('how many cotangents there must be', () => {
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const ys = [square(x), mul(x, 2)];
    tape.stop();
    const seeded = (given: unknown) => () =>
      tape.gradient(ys, x, { outputGradients: given as never });
    const sentence =
      'gradient: outputGradients must be an array of one tensor (or null, for ones) per target: 2; got ';
    expect(messageOf(seeded(x))).toBe(`${sentence}a tensor`);
    expect(messageOf(seeded([x]))).toBe(`${sentence}1`);
    expect(messageOf(seeded('x'))).toBe(`${sentence}'x'`);
  });

  it('how long one may be used', () => {
    let kept: GradientTape | undefined;
    let carried: ForwardAccumulator | undefined;
    {
      using tape = new GradientTape();
      using accumulator = new ForwardAccumulator(x, scalar(1));
      kept = tape;
      carried = accumulator;
    }
    const end = 'call it inside the block of using; at the top level of a REPL write const';
    expect(messageOf(() => kept.gradient(x, x))).toBe(
      `gradient: tape must not be disposed; got a disposed tape; ${end}`,
    );
    expect(messageOf(() => carried.jvp(x))).toBe(
      `jvp: accumulator must not be disposed; got a disposed accumulator; ${end}`,
    );
  });

  it('when to watch', () => {
    const tape = new GradientTape();
    tape.stop();
    expect(
      messageOf(() => {
        tape.watch(x);
      }),
    ).toBe(
      'watch: tape must be recording; got a stopped tape; call it before stop() and gradient, or inside run(f)',
    );
  });

  it('that they cannot watch what a later transformation stands for', () => {
    const tape = new GradientTape();
    const message = messageOf(() =>
      vmap((z: Tensor) => {
        tape.watch(z);
        return z;
      })([1, 2]),
    );
    tape.stop();
    expect(message).toMatch(
      /^watch: tensors must be visible to the tape; got .* of a transformation that started after the tape; start the tape inside the function that is traced or batched$/,
    );
  });
});
