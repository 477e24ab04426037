import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Names, Op, OpDefinition, Tensor } from '../../lib/index.ts';
import {
  apply,
  complex,
  defineOp,
  floor,
  gather,
  log,
  matMul,
  mul,
  randomNormal,
  sin,
  square,
  tensor,
} from '../../lib/index.ts';
import type { OpSample } from '../../lib/testing/index.ts';
import { checkOp, OpCheckError } from '../../lib/testing/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** The square of its input, with parts that break a law. */
function squareWith(parts: Partial<OpDefinition<undefined, Names, Names>>) {
  return defineOp({
    name: 'squared',
    infer: ([x]) => [x],
    kernel: ([x], [y]) => {
      x.values.forEach((value, i) => (y.values[i] = value * value));
    },
    derivative: { vjp: ({ inputs: [x] }, [g]) => [g && mul(g, mul(2, x))] },
    traits: { elementwise: true },
    ...parts,
  });
}

const samples = [{ inputs: [[0.5, -2, 3]] }, { inputs: [1.5] }];

function brokenLaws(subject: Op, own: readonly OpSample[] = samples): string[] {
  const report = checkOp(subject, own, { throws: false });
  return report.checks.flatMap(({ law, broken }) => (broken.length > 0 ? [law] : []));
}

describe('checkOp', () => {
  it('holds an op to all laws, and counts the samples', () => {
    const report = checkOp(squareWith({}), samples);
    expect(report.ok).toBe(true);
    expect(report.checks.map((one) => one.samples)).toEqual(report.checks.map(() => 2));
    expect(report.toString()).toMatch(/^squared keeps the 17 laws\nlaw +samples\n/);
    expect(inspect(report)).toBe(report.toString());
  });

  it('takes functions of tensors, of any dtype', () => {
    expect(checkOp((x) => mul(x, sin(x)), samples).subject).toBe('the function');
    const at = tensor([1, 1, 0], [3], 'int32');
    expect(checkOp((x, i) => gather(x, i), [{ inputs: [[0.5, 2], at] }]).ok).toBe(true);
    expect(checkOp(square, [{ inputs: [complex([1, 2], [3, -1])] }]).ok).toBe(true);
    const product = (a: Tensor, b: Tensor): Tensor => matMul(a, b);
    expect(checkOp(product, [{ inputs: [[[1, 2]], [[3], [4]]] }]).ok).toBe(true);
  });

  it('leaves out what a sample says nothing about', () => {
    const counts = (report: ReturnType<typeof checkOp>): number[] =>
      report.checks.map((one) => one.samples);
    expect(counts(checkOp(floor, [{ inputs: [[0.5, 2.2]] }]))).toContain(0);
    const once = checkOp(square, [{ inputs: [2], orders: 1 }]);
    const second = once.checks.filter(({ law }) => law.includes('second derivative'));
    expect(second.map((one) => one.samples)).toEqual([0, 0]);
    const alone = checkOp(product, [{ inputs: [2, 3], sources: [1] }]);
    expect(alone.ok).toBe(true);
    expect(checkOp((x: Tensor) => mul(x, randomNormal([2])), [{ inputs: [[1, 2]] }]).ok).toBe(true);
  });

  const product = (a: Tensor, b: Tensor): Tensor => mul(a, b);

  it('draws other examples within a twentieth, or as a sample says', () => {
    expect(checkOp(log, [{ inputs: [[0.1, 2]] }]).ok).toBe(true);
    const seeds = new Set<number>();
    const drawn = (seed: number) => {
      seeds.add(seed);
      return [[1 + 0.1 * seed, 2]];
    };
    expect(checkOp(log, [{ inputs: drawn }]).ok).toBe(true);
    expect(seeds.size).toBeGreaterThan(2);
  });

  it('finds a wrong gradient', () => {
    const wrong = squareWith({
      derivative: { vjp: ({ inputs: [x] }, [g]) => [g && mul(g, mul(2.5, x))] },
    });
    expect(brokenLaws(wrong)).toEqual([
      'has the forward derivative that differences show',
      'has the reverse derivative that differences show',
    ]);
    const error = (): unknown => checkOp(wrong, samples);
    expect(error).toThrow(OpCheckError);
    expect(error).toThrow(
      "checkOp: squared must keep the laws of all ops; got one that breaks 'has the forward derivative that differences show'\nsquared breaks 2 of the 17 laws\n",
    );
    expect(error).toThrow(
      /BROKEN {2}has the reverse derivative .*\n {8}squared \[3\]: the vjp of input 0 must be/,
    );
  });

  it('finds rules that are not adjoint, and second derivatives that are wrong', () => {
    const apart = squareWith({
      derivative: {
        vjp: ({ inputs: [x] }, [g]) => [g && mul(g, mul(2, x))],
        jvp: ({ inputs: [x] }, [t]) => [t && mul(t, mul(2.5, x))],
      },
    });
    expect(brokenLaws(apart)).toContain('has adjoint derivatives, input by input');
    const frozen = squareWith({
      derivative: {
        vjp: ({ inputs: [x] }, [g]) => [g && mul(g, tensor(x.dataSync(), x.shape).mul(2))],
      },
    });
    expect(brokenLaws(frozen)).toContain('has the second derivative that differences show');
  });

  it('finds values that are read and not declared', () => {
    const forgetful = squareWith({ reads: { inputs: [], outputs: [] } });
    expect(brokenLaws(forgetful)[0]).toBe('reads no more values than it declares');
    const report = checkOp(forgetful, samples, { throws: false });
    const text = report.toString();
    const reason = 'squared: input 0 must be declared in reads';
    expect(text).toContain(reason);
    // Told once, though many laws break of it.
    expect(text.split('squared [3]: squared: input 0').length).toBe(2);
    expect(text).toContain('the vjp must be computed from what the op declares in reads; got: ');
    expect(text).not.toContain('undefined');
  });

  it('finds kernels that write their input, or not all of their output', () => {
    const greedy = squareWith({
      kernel: ([x], [y]) => {
        x.values.forEach((value, i) => {
          y.values[i] = value * value;
          x.values[i] = value + 1;
        });
      },
    });
    expect(brokenLaws(greedy)).toContain('leaves its inputs alone');
    expect(checkOp(greedy, samples, { throws: false }).toString()).toMatch(
      /inputs, cotangents and tangents must not be changed; input 0 was: \S+ became \S+ at 0/,
    );
    const lazy = squareWith({
      kernel: ([x], [y]) => {
        x.values.forEach((value, i) => {
          if (value !== 0) y.values[i] = value * value;
        });
      },
    });
    expect(brokenLaws(lazy, [{ inputs: [[0, 2]] }])).toEqual([
      'writes every element of what it allocates',
    ]);
  });

  it('finds batch rules that differ from a loop', () => {
    const mixed = squareWith({ batch: ([x]) => [mul(x, x).reverse(0)] });
    expect(brokenLaws(mixed)).toContain('gives for a batch what a loop gives');
  });

  it('finds shapes that the kernel does not fill', () => {
    const op = squareWith({ infer: ([x]) => [{ shape: x.shape, dtype: 'float64' }] });
    expect(brokenLaws(op)).toContain('has derivatives in float32 near those in float64');
  });

  it('lets a sample say how exact to be', () => {
    const nearly = squareWith({
      derivative: { vjp: ({ inputs: [x] }, [g]) => [g && mul(g, mul(2.0001, x))] },
    });
    expect(brokenLaws(nearly)).not.toEqual([]);
    const loose = samples.map((sample) => ({ ...sample, tolerance: 1e-3 }));
    expect(brokenLaws(nearly, loose)).toEqual([]);
  });

  it('refuses what it cannot check', () => {
    const call = (subject: unknown, own: unknown) => () => checkOp(subject as never, own as never);
    expect(call(3, samples)).toThrow(
      'checkOp: subject must be an op made by defineOp or a function of tensors; got 3',
    );
    expect(call(square, [])).toThrow(
      'checkOp: samples must be an array of at least one sample {inputs, params}; got []',
    );
    expect(call(square, [3])).toThrow('checkOp: samples[0] must be a plain object; got 3');
    expect(call(square, [{ inputs: 3 }])).toThrow(
      'checkOp: samples[0].inputs must be an array of inputs, or a function that returns one; got 3',
    );
    expect(call(square, [{ inputs: ['x'] }])).toThrow("'samples[0].inputs[0]' passed to 'checkOp'");
    expect(call(square, [{ inputs: [2], orders: 3 }])).toThrow(
      'checkOp: samples[0].orders must be',
    );
    expect(call(square, [{ inputs: [2], sources: [1] }])).toThrow(
      'checkOp: samples[0].sources must hold positions of float inputs: 0; got 1',
    );
  });

  it('also checks an op that apply alone reaches', () => {
    const op = squareWith({});
    expect(apply(op, [tensor([3])], undefined)[0].item()).toBe(9);
    expect(checkOp(op, [{ inputs: [tensor([], [0])] }]).ok).toBe(true);
  });
});
