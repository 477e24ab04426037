import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  concat,
  cos,
  exp,
  GradientTape,
  matMul,
  mul,
  neg,
  scalar,
  sigmoid,
  sin,
  softmax,
  split,
  sqrt,
  square,
  stopGradient,
  sum,
  tensor,
  variable,
  vmap,
} from '../../lib/index.ts';

/* The reverse pass one step at a time. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** The rules of `f` on its way back. */
function rulesOf(f: (x: Tensor) => Tensor, x = tensor([[1, 2]], [1, 2], 'float64')): string[] {
  const tape = new GradientTape();
  tape.watch(x);
  const y = f(x);
  tape.stop();
  return [...tape.steps(y)].map(({ op, rule }) => `${op}: ${rule}`);
}

describe('steps', () => {
  it('gives op, names, what arrives, the rule and what is handed on', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([2, 3]);
    const w = variable(tensor([10, 20]), true, 'w');
    tape.watch(x);
    const y = sum(mul(square(x), w));
    const steps = [...tape.steps(y)];
    expect(steps.map(({ op, inputs, outputs }) => [op, inputs, outputs])).toEqual([
      ['sum', ['%3'], ['%4']],
      ['mul', ['%1', '%2'], ['%3']],
      ['square', ['%0'], ['%1']],
    ]);
    const [, product] = steps;
    expect(product.cotangents.map(String)).toEqual(['Tensor float32 [2] [1, 1]']);
    expect(product.shares.map(String)).toEqual([
      'Tensor float32 [2] [10, 20]',
      'Tensor float32 [2] [4, 9]',
    ]);
    expect(product.rule).toBe('%1 gets g * %2; %2 gets g * %1');
    expect(product.location).toBe(null);
    expect(inspect(product)).toBe(
      [
        '%3 = mul(%1, %2)  float32 [2]',
        '  g = Tensor float32 [2] [1, 1]',
        '  %1 gets g * %2 = Tensor float32 [2] [10, 20]',
        '  %2 gets g * %1 = Tensor float32 [2] [4, 9]',
      ].join('\n'),
    );
    tape.stop();
  });

  it('writes each rule as the op defines it', () => {
    expect(rulesOf(sin)).toEqual(['sin: %0 gets g * cos(%0)']);
    expect(rulesOf(exp)).toEqual(['exp: %0 gets g * %1']);
    expect(rulesOf(neg)).toEqual(['neg: %0 gets neg(g)']);
    expect(rulesOf((x) => mul(x, x))).toEqual(['mul: %0 gets g * %0; %0 gets g * %0']);
    expect(rulesOf((x) => matMul(x, x, true))).toEqual([
      'matMul: %0 gets matMul(%0, g, transposeB); %0 gets matMul(%0, g)',
    ]);
    expect(rulesOf(sigmoid)[0]).toContain('%0 gets g * (');
    expect(rulesOf((x) => concat(split(x, 2, 1), 0))).toEqual([
      'concat: %1 gets split(g, sizes: [1,1], axis: 0)[0]; %2 gets split(g, sizes: [1,1], axis: 0)[1]',
      'split: %0 gets concat(g0, g1, axis: 1)',
    ]);
    expect(rulesOf(softmax)[0]).toContain('softmaxGrad(g, %1');
  });

  it('adds up to the gradient, bit for bit', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([0.3, 0.7, -1.1]);
    tape.watch(x);
    const h = sin(x);
    const y = sum(add(mul(h, exp(h)), sqrt(square(h))));
    const sums = new Map<string, Tensor>();
    tape.stop();
    for (const { inputs, shares } of tape.steps(y)) {
      shares.forEach((share, k) => {
        const present = sums.get(inputs[k]);
        if (share !== null)
          sums.set(inputs[k], present === undefined ? share : add(present, share));
      });
    }
    const [gx, gh] = tape.gradient(y, [x, h]);
    expect(sums.get('%0')?.dataSync()).toEqual(gx.dataSync());
    expect(sums.get('%1')?.dataSync()).toEqual(gh.dataSync());
  });

  it('goes only where it was told to', () => {
    const tape = new GradientTape();
    const [a, b] = [scalar(2), scalar(3)];
    tape.watch([a, b]);
    const y = mul(sin(a), cos(b));
    expect([...tape.steps(y, [a])].map(({ op }) => op)).toEqual(['mul', 'sin']);
    expect([...tape.steps(y, b)].map(({ op, shares }) => [op, shares[0] === null])).toEqual([
      ['mul', true],
      ['cos', false],
    ]);
    expect(tape.gradient(y, b).item()).toBeCloseTo(-Math.sin(2) * Math.sin(3), 6);
  });

  it('records nothing and uses nothing up', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(2);
    tape.watch(x);
    const y = mul(square(x), x);
    const before = String(tape);
    for (const step of tape.steps(y)) String(step);
    // Left half way.
    for (const step of tape.steps(y)) if (step.op === 'mul') break;
    expect(String(tape)).toBe(before);
    expect(tape.gradient(y, x).item()).toBe(12);
    tape.stop();
  });

  it('walks inside vmap, where there are no values', () => {
    const rules = vmap((x) => {
      const tape = new GradientTape();
      tape.watch(x);
      const y = square(sin(x));
      tape.stop();
      const found = [...tape.steps(y)].map((step) => step.rule);
      expect(found).toEqual(['%1 gets g * (%1 + %1)', '%0 gets g * cos(%0)']);
      return y;
    })([1, 2]);
    expect(rules.shape).toEqual([2]);
  });

  it('refuses targets that were not recorded, and tapes without records', () => {
    const tape = new GradientTape();
    const x = scalar(2);
    tape.watch(x);
    const y = square(x);
    expect(() => tape.steps(square(stopGradient(x)))).toThrow(
      'steps: target must be computed from what the tape watches; got a tensor float32 []; tape.explain(target, source) tells why it is not',
    );
    tape.gradient(y, x);
    expect(() => tape.steps(y)).toThrow(
      'steps: tape must have its records; got a tape that was used already; call it before gradient, or create the tape with {persistent: true}',
    );
    tape[Symbol.dispose]();
    expect(() => tape.steps(y)).toThrow('steps: tape must not be disposed');
  });
});

describe('gradients of intermediate values', () => {
  it('need no preparation: any recorded tensor is a source', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(2);
    tape.watch(x);
    const h = square(x);
    const y = mul(h, h);
    tape.stop();
    expect(tape.gradient(y, [h, x]).map((g) => g.item())).toEqual([8, 32]);
    expect(tape.gradient(y, y).item()).toBe(1);
  });
});
