import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { CheckGradientOptions, GradientReport, Tensor } from '../../lib/index.ts';
import {
  abs,
  ArgumentError,
  cast,
  checkGradient,
  complex,
  customGradient,
  DTypeError,
  exp,
  floor,
  GradientCheckError,
  grad,
  log,
  matMul,
  mul,
  randomNormal,
  relu,
  sin,
  square,
  stopGradient,
  sum,
  TapeError,
  tanh,
  tensor,
  variable,
} from '../../lib/index.ts';

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

/** The square, with a gradient five parts in a hundred too large at its last element. */
const nearly = customGradient((x, save) => {
  save(x);
  const factors = tensor(
    Float64Array.from({ length: x.size }, (_, i) => (i < x.size - 1 ? 2 : 2.1)),
  );
  return { value: square(x), gradFunc: (dy, [kept]) => mul(dy, mul(kept, factors)) };
});

const quiet = { throws: false } as const;

function modesOf(report: GradientReport): string[] {
  return [...new Set(report.checks.map(({ mode }) => mode))];
}

function errorOf(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('checkGradient', () => {
  it('checks each mode, and for higher orders each over each', () => {
    const f = (x: Tensor) => mul(x, sin(x));
    expect(modesOf(checkGradient(f, [[0.5, 2]]))).toEqual(['reverse', 'forward']);
    const second = checkGradient(f, [[0.5, 2]], { order: 2 });
    expect(second.ok).toBe(true);
    expect(modesOf(second)).toEqual([
      'reverse',
      'forward',
      'reverse over reverse',
      'forward over reverse',
      'reverse over forward',
      'forward over forward',
    ]);
    const third = checkGradient(f, [[0.5, 2]], { order: 3, modes: ['reverse', 'reverse'] });
    expect(modesOf(third)).toEqual([
      'reverse',
      'reverse over reverse',
      'reverse over reverse over reverse',
    ]);
    const errors = third.checks.map(({ worst }) => worst?.error ?? Infinity);
    expect(Math.max(...errors)).toBeLessThan(1e-9);
  });

  it('finds the worst element of a wrong gradient, in the table of the error it throws', () => {
    const error = errorOf(() => checkGradient(nearly, [[1, 2, 3]]));
    expect(error).toBeInstanceOf(GradientCheckError);
    expect(error).toMatchObject({ code: 'GRADIENT_CHECK', op: 'checkGradient', argument: 'f' });
    expect(String(error)).toBe(
      `GradientCheckError: checkGradient: derivatives of f must be those that differences show; got 6.3 where differences show 6
2 derivatives checked, 2 wrong (tolerance 1e-6)
       derivative  at             of          analytic  numeric  error   slope
WRONG  reverse     inputs[0] [2]  result [2]  6.3       6        4.8e-2  1.00   complex step
WRONG  forward     inputs[0] [2]  result [2]  6.3       6        4.8e-2  1.00   complex step`,
    );
  });

  it('reports instead of throwing if told so, as text where it is printed', () => {
    const report = checkGradient(nearly, [[1, 2, 3]], quiet);
    expect(report.ok).toBe(false);
    expect(report.worst).toMatchObject({
      mode: 'reverse',
      input: 'inputs[0]',
      ok: false,
      worst: {
        input: { name: 'inputs[0]', index: [2] },
        output: { name: 'result', index: [2] },
        numeric: 6,
      },
    });
    expect(report.worst?.worst?.analytic).toBeCloseTo(6.3, 12);
    expect(inspect(report)).toBe(report.toString());
    expect(report.toString().split('\n')[0]).toBe(
      '2 derivatives checked, 2 wrong (tolerance 1e-6)',
    );
  });

  it('computes in float64 whatever float the inputs are, and compares to 1e-10', () => {
    const report = checkGradient((x) => sin(square(x)), tensor([0.3, -1.2]));
    expect(report.tolerance).toBe(1e-6);
    for (const { worst } of report.checks) expect(worst?.error).toBeLessThan(1e-10);
  });

  it('is less strict with functions that compute in float32', () => {
    const report = checkGradient((x) => cast(sin(x), 'float32'), [[0.5, 2]], { order: 2 });
    expect(report.ok).toBe(true);
    expect(report.tolerance).toBe(1e-3);
    const wrong = checkGradient((x) => cast(nearly(x), 'float32'), [[1, 2]], quiet);
    expect(wrong.ok).toBe(false);
  });

  it('takes a complex step where f is holomorphic, and differences elsewhere', () => {
    const methods = (f: (x: Tensor) => Tensor): string[] =>
      checkGradient(f, [[0.5, -2]]).checks.map(({ method }) => method);
    expect(methods((x) => exp(sin(x)))).toEqual(['complex step', 'complex step']);
    // Takes complex numbers, but its complex derivative would be another one.
    expect(methods((x) => abs(x))).toEqual(['differences', 'differences']);
    // Refuses complex numbers.
    expect(methods((x) => relu(x))).toEqual(['differences', 'differences']);
    const exact = checkGradient((x) => exp(sin(x)), [[0.5, -2]]);
    for (const { worst } of exact.checks) expect(worst?.error).toBeLessThan(4e-16);
  });

  it('checks the parts of complex inputs', () => {
    const z = complex([1, 2], [0.5, -1]);
    const report = checkGradient((x) => mul(x, exp(x)), z, { order: 2 });
    expect(report.ok).toBe(true);
    expect(report.checks[0].worst?.input?.part).toMatch(/^(real|imag)$/);
    const conjugated = customGradient((x, save) => {
      save(x);
      return { value: square(x), gradFunc: (dy, [kept]) => mul(dy, mul(kept, 2)) };
    });
    expect(checkGradient(conjugated, z, quiet).ok).toBe(false);
  });

  it('follows the remainder of the expansion: it vanishes with the square of the step', () => {
    const slopes = (f: (x: Tensor) => Tensor): string[] =>
      checkGradient(f, [[0.5, 2, 3]], quiet).checks.map(({ slope }) => slope.toFixed(1));
    expect(slopes((x) => exp(x))).toEqual(['2.0', '2.0']);
    expect(slopes((x) => mul(x, 3))).toEqual(['Infinity', 'Infinity']);
    expect(slopes(nearly)).toEqual(['1.0', '1.0']);
  });

  it('finds what is missing: a path that was cut', () => {
    const report = checkGradient((x) => mul(x, stopGradient(x)), [[1, 2]], quiet);
    expect(report.checks.map(({ ok }) => ok)).toEqual([false, false]);
    expect(checkGradient((x) => floor(x), [[1.5, 2.5]]).ok).toBe(true);
  });

  it('finds a second derivative that is wrong while the first is right', () => {
    const slope = customGradient((x) => ({ value: mul(x, 2), gradFunc: (dy) => mul(dy, 3) }));
    const f = customGradient((x, save) => {
      save(x);
      return { value: square(x), gradFunc: (dy, [kept]) => mul(dy, slope(kept)) };
    });
    expect(checkGradient(f, [[1, 2]]).ok).toBe(true);
    const report = checkGradient(f, [[1, 2]], { order: 2, ...quiet });
    const wrong = report.checks.filter(({ ok }) => !ok).map(({ mode }) => mode);
    expect(wrong).toEqual([
      'reverse over reverse',
      'forward over reverse',
      'reverse over forward',
      'forward over forward',
    ]);
  });

  it('checks every element of every argument and of every result, also in structures', () => {
    const f = ({ w, b }: { w: Tensor; b: Tensor }, n: Tensor) => ({
      y: matMul(w, b),
      loss: sum(mul(tanh(w), cast(n, w.dtype))),
    });
    const inputs = [
      {
        w: tensor([
          [1, 2],
          [3, 4],
        ]),
        b: [[1], [-1]],
      },
      tensor(3, [], 'int32'),
    ] as const;
    const report = checkGradient(f, inputs, { order: 2 });
    const names = [...new Set(report.checks.map(({ input }) => input))];
    expect(names).toEqual(['inputs[0].w', 'inputs[0].b']);
    expect(report.ok).toBe(true);
  });

  it('takes variables, and plain values as float64', () => {
    expect(checkGradient((x) => square(x), variable([1, 2])).ok).toBe(true);
    const seen = new Set<string>();
    checkGradient((x) => {
      seen.add(x.dtype);
      return relu(x);
    }, 3);
    expect([...seen].filter((dtype) => !dtype.startsWith('complex'))).toEqual(['float64']);
  });

  it('combines the rows and columns of a large Jacobian', () => {
    const x = tensor(Array.from({ length: 100 }, (_, i) => Math.sin(i)));
    const right = checkGradient((a) => mul(a, sin(a)), x);
    expect(right.ok).toBe(true);
    expect(right.checks[0].worst).toMatchObject({ output: null });
    expect(right.checks[1].worst).toMatchObject({ input: null });
    const wrong = checkGradient(nearly, x, quiet);
    expect(wrong.checks.map(({ ok }) => ok)).toEqual([false, false]);
    expect(wrong.checks[0].worst?.input?.index).toEqual([99]);
    expect(wrong.checks[1].worst?.output?.index).toEqual([99]);
    const text = wrong.toString();
    expect(text).toContain('all results weighted');
    expect(text).toContain('inputs along a direction');
  });

  it('draws the same random numbers in each call', () => {
    expect(checkGradient((x) => mul(x, randomNormal([2])), [[1, 2]]).ok).toBe(true);
  });

  it('works for functions that differentiate', () => {
    const f = grad((x) => sum(exp(square(x))));
    expect(checkGradient(f, [[0.5, 1]], { order: 2 }).ok).toBe(true);
  });

  it('takes inputs and results without elements', () => {
    const report = checkGradient((x) => square(x), tensor([], [0]), { order: 2 });
    expect(report.ok).toBe(true);
    expect(report.toString()).toContain('no elements');
  });

  it('accepts a tolerance for gradients that are not meant to be exact', () => {
    expect(checkGradient(nearly, [[1, 2]], { tolerance: 0.1 }).ok).toBe(true);
    expect(checkGradient((x) => relu(x), [[0.01]], { step: 1e-3 }).ok).toBe(true);
    expect(checkGradient((x) => relu(x), [[0.01]], { step: 0.1, ...quiet }).ok).toBe(false);
  });

  it('refuses what it cannot check', () => {
    const identity = (x: Tensor): Tensor => x;
    const refused = (options: object): unknown =>
      errorOf(() => checkGradient(identity, [1], options as CheckGradientOptions));
    expect(String(refused({ order: 0 }))).toContain(
      'checkGradient: order must be an integer from 1 to 4; got 0',
    );
    expect(String(refused({ modes: [] }))).toContain(
      "checkGradient: modes must be an array of 'reverse' and 'forward'; got []",
    );
    expect(String(refused({ modes: ['backward'] }))).toContain(
      "checkGradient: modes[0] must be one of 'reverse', 'forward'; got 'backward'",
    );
    expect(String(refused({ step: 0 }))).toContain('checkGradient: step must be');
    expect(String(refused({ throw: false }))).toContain("did you mean 'throws'?");
    expect(() => checkGradient(identity, [true])).toThrow(
      new ArgumentError(
        'checkGradient',
        'inputs',
        'checkGradient: inputs must hold a float tensor; got bool []',
      ),
    );
    expect(() => checkGradient((x) => cast(x, 'int32'), [1])).toThrow(
      'checkGradient: result of f must hold a float tensor; got int32 []',
    );
    expect(() => checkGradient((x) => log(x), [0])).toThrow(
      'checkGradient: result of f must be finite; got Tensor float64 [] -Infinity',
    );
    expect(() => checkGradient(() => Promise.resolve(1) as unknown as Tensor, [1])).toThrow(
      TapeError,
    );
    // Only the complex step may fail.
    expect(() => checkGradient((x) => relu(x), complex([1], [1]))).toThrow(DTypeError);
  });
});
