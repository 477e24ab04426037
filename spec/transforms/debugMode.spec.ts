import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  asin,
  customGradient,
  disableDebugMode,
  div,
  elu,
  enableDebugMode,
  exp,
  gather,
  grad,
  GradientTape,
  log,
  matMul,
  mean,
  mul,
  NonFiniteError,
  norm,
  pad,
  pow,
  randomNormal,
  recomputeGrad,
  reshape,
  scalar,
  selu,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  tensor,
  tensor1d,
  variable,
  vmap,
  where,
  withDebugMode,
  xdivy,
  xlog1py,
  xlogy,
} from '../../lib/index.ts';

/* The first value that is not finite, and the line that called the op. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  runtime.debug = null;
  expect(left).toBe(0);
});

/** The number of the line that calls this. */
function here(): number {
  return Number(/debugMode\.spec\.ts:(\d+):/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1]);
}

function failureOf(f: () => unknown): NonFiniteError {
  try {
    withDebugMode(f);
  } catch (error) {
    if (error instanceof NonFiniteError) return error;
    throw error;
  }
  throw new Error('everything was finite');
}

type Program = (line: { at: number }) => unknown;

/** The gradient of `f` at `x`, with the order of differentiation. */
function backward(f: (x: Tensor) => Tensor, x: number, order = 1): () => Tensor {
  let g: (x: Tensor) => Tensor = f;
  for (let i = 0; i < order; i++) {
    const inner = g;
    g = (x) => grad(inner)(x);
  }
  return () => g(scalar(x, 'float64'));
}

const programs: readonly (readonly [string, string, number, Program])[] = [
  ['log', 'log of 0', 0, (line) => ((line.at = here()), log(tensor([1, 0])))],
  ['div', '0 / 0', 0, (line) => ((line.at = here()), div(scalar(0), 0))],
  ['exp', 'overflow', 0, (line) => ((line.at = here()), exp(scalar(1000)))],
  ['sqrt', 'a negative number', 0, (line) => ((line.at = here()), sqrt(scalar(-1)))],
  [
    'sub',
    'infinity less infinity',
    0,
    (line) => ((line.at = here()), sub(scalar(Infinity), scalar(Infinity))),
  ],
  [
    'matMul',
    'overflow of a sum',
    0,
    (line) => ((line.at = here()), matMul([[3e38, 3e38]], [[1], [1]])),
  ],
  ['log', 'inside vmap', 0, (line) => vmap((x) => ((line.at = here()), log(x)))([1, 0])],
  ['sqrt', 'slope at 0', 1, (line) => backward((x) => ((line.at = here()), sqrt(x)), 0)()],
  ['asin', 'slope at 1', 1, (line) => backward((x) => ((line.at = here()), asin(x)), 1)()],
  ['pow', 'slope at 0', 1, (line) => backward((x) => ((line.at = here()), pow(x, 0.5)), 0)()],
  [
    'div',
    'overflow of a slope',
    1,
    (line) => backward((x) => ((line.at = here()), div(1, x)), 1e-200)(),
  ],
  [
    'pow',
    'second derivative at 0',
    2,
    (line) => backward((x) => ((line.at = here()), pow(x, 1.5)), 0, 2)(),
  ],
  [
    'sqrt',
    'in a function that is computed again',
    1,
    (line) =>
      backward(
        recomputeGrad((x: Tensor) => ((line.at = here()), mul(sqrt(x), 2))),
        0,
      )(),
  ],
];

describe('debug mode', () => {
  it.each(programs)('names %s: %s', (op, _, order, program) => {
    const line = { at: 0 };
    const error = failureOf(() => program(line));
    const inRecomputed = error.op === 'recomputeGrad';
    expect(inRecomputed ? op : error.op).toBe(op);
    expect([error.phase, error.order, error.code]).toEqual([
      order === 0 ? 'forward' : 'backward',
      order,
      'NON_FINITE',
    ]);
    if (!inRecomputed) {
      expect(error.location).toMatch(new RegExp(`debugMode\\.spec\\.ts:${String(line.at)}:\\d+$`));
      expect(error.message.endsWith(`; called at ${String(error.location)}`)).toBe(true);
    }
    expect(error.cause instanceof Error).toBe(order > 0);
  });

  it('tells all in the message', () => {
    const forward = failureOf(() =>
      log(
        tensor([
          [1, 2],
          [4, 0],
        ]),
      ),
    );
    expect(forward.message.replace(/called at .*/, '')).toBe(
      'log: result must be finite in debug mode; got -Infinity at [1,1] (1 of 4 not finite) going forward from float32 [2,2] in [0, 4]; ',
    );
    const back = failureOf(() => grad((x) => sum(sqrt(x)))([4, 0]));
    expect(back.message.replace(/called at .*/, '')).toBe(
      'sqrt: gradient must be finite in debug mode; got Infinity at [1] (1 of 2 not finite) going backward, by sqrtGrad from float32 [2] in [1, 1] and float32 [2] in [0, 2]; ',
    );
    const second = failureOf(backward((x) => pow(x, 1.5), 0, 2));
    expect(second.message).toContain('going backward in a gradient of order 2');
    expect((second.cause as Error).message).toBe('the call of pow going forward');
  });

  it('names the op that made an infinity, not one that hands it on', () => {
    const mask = tensor([true, false]);
    const y = withDebugMode(() => {
      const masked = where(mask, tensor([1, 2]), -Infinity);
      expect(add(masked, 1).dataSync()).toEqual(new Float32Array([2, -Infinity]));
      expect(reshape(masked, [2, 1]).dataSync()[1]).toBe(-Infinity);
      expect(pad(masked, [[1, 0]], -Infinity).dataSync()[0]).toBe(-Infinity);
      return softmax(masked);
    });
    expect(y.dataSync()).toEqual(new Float32Array([1, 0]));
    // Another element of the same op is another matter, also under broadcasting.
    const failure = failureOf(() => div(tensor([[Infinity], [1]]), tensor([1, 0])));
    expect(failure.message).toContain('got Infinity at [1,1]');
    expect(failureOf(() => sum(tensor([Infinity, -Infinity]))).op).toBe('sum');
    expect(failureOf(() => div(tensor([NaN, 0]), tensor([1, 0]))).message).toContain(
      'got NaN at [1]',
    );
  });

  it('tells of NaN that came with the data when it is calculated with', () => {
    const data = tensor([1, NaN]);
    withDebugMode(() => where(tensor([true, false]), reshape(data, [2]), 0));
    const failure = failureOf(() => mul(reshape(data, [2]), 2));
    expect([failure.op, failure.argument]).toEqual(['mul', 'inputs']);
    expect(failure.message).toContain(
      'mul: inputs must be free of NaN in debug mode; got NaN at [1] (1 of 2 not finite) that came with the data going forward',
    );
  });

  it('checks complex numbers by their parts', () => {
    const z = failureOf(() => grad((x) => sum(sqrt(square(x))))([0]));
    expect(z.phase).toBe('backward');
  });

  it('names the op whose rule it is, in custom gradients too', () => {
    const bad = customGradient((x) => ({ value: x, gradFunc: (dy) => div(dy, 0) }));
    const line = { at: 0 };
    const failure = failureOf(() => grad((x) => sum(((line.at = here()), bad(x))))([1]));
    expect([failure.op, failure.phase]).toEqual(['customGradient', 'backward']);
    expect(failure.message).toContain(', by div from');
    expect(failure.location).toContain(`debugMode.spec.ts:${String(line.at)}:`);
  });

  it('knows the lines of a pass that keeps rows apart', () => {
    const line = { at: 0 };
    const failure = failureOf(() => {
      const tape = new GradientTape();
      const table = tensor([[0], [4]]);
      tape.watch(table);
      line.at = here() + 1;
      const rows = gather(sqrt(gather(table, [1, 0])), [0, 1]);
      return tape.gradient(rows, table, { sparse: true });
    });
    expect(failure.op).toBe('sqrt');
    expect(failure.location).toContain(`debugMode.spec.ts:${String(line.at)}:`);
  });

  it('finds sums of shares that overflow', () => {
    const failure = failureOf(() => grad((x) => add(mul(x, 3e38), mul(x, 3e38)))(0.1));
    expect([failure.op, failure.phase]).toEqual(['mul', 'backward']);
  });

  it('lets functions that mind their edges be', () => {
    const edges = (): Tensor[] => [xlogy(0, 0), xlog1py(0, -1), xdivy(0, 0), elu(1e3), selu(1e3)];
    expect(withDebugMode(edges).map((y) => y.item())).toEqual(edges().map((y) => y.item()));
    expect(failureOf(() => xlogy(1, 0)).op).toBe('log');
    expect(failureOf(() => grad((y) => xlogy(1, y))(0)).location).toContain('debugMode.spec.ts');
    expect(withDebugMode(() => grad((x) => norm(x))([0, 0])).dataSync()).toEqual(
      new Float32Array(2),
    );
  });

  it('is on between enableDebugMode and disableDebugMode, and says so once', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    enableDebugMode();
    enableDebugMode();
    expect(() => log(0)).toThrow(NonFiniteError);
    expect(withDebugMode(() => add(1, 1)).item()).toBe(2);
    expect(() => log(0)).toThrow(NonFiniteError);
    disableDebugMode();
    disableDebugMode();
    expect(log(0).item()).toBe(-Infinity);
    expect(warn.mock.calls).toEqual([
      ['gradtape: debug mode is on; every result is checked, which takes time'],
    ]);
    warn.mockRestore();
  });

  it('ends with the function, however that ends', () => {
    expect(() => withDebugMode(() => log(0))).toThrow(NonFiniteError);
    expect(runtime.debug).toBe(null);
    expect(() => withDebugMode(() => Promise.resolve(1))).toThrow(
      'withDebugMode: callback must be synchronous; got a promise',
    );
    expect(() => withDebugMode(3 as unknown as () => number)).toThrow(
      'withDebugMode: f must be a function; got 3',
    );
    expect(runtime.debug).toBe(null);
  });

  it('helps a tape that is open already from then on', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(0);
    tape.watch(x);
    const y = sqrt(x);
    const line = { at: 0 };
    const failure = failureOf(() => {
      line.at = here() + 1;
      const z = mul(sqrt(x), 2);
      expect(() => tape.gradient(y, x)).toThrow('the line of the call is not known');
      return tape.gradient(z, x);
    });
    tape.stop();
    expect(failure.location).toContain(`:${String(line.at)}:`);
    expect(tape.gradient(y, x).item()).toBe(Infinity);
  });

  it('gives tapes the lines of their records', () => {
    const [tape, y, x] = withDebugMode(() => {
      const tape = new GradientTape();
      const x = tensor1d([1, 2]);
      tape.watch(x);
      const y = sum(square(x));
      tape.stop();
      return [tape, y, x] as const;
    });
    const place = /debugMode\.spec\.ts:\d+:\d+$/;
    const lines = String(tape).split('\n').slice(2);
    expect(lines.length).toBe(2);
    for (const line of lines) expect(line).toMatch(place);
    for (const { location } of tape.explain(y, x).path) expect(location).toMatch(place);
    for (const { location } of tape.steps(y)) expect(location).toMatch(place);
  });

  it('leaves results as they are', () => {
    const f = (x: Tensor): Tensor => mean(tanh(mul(x, exp(x))));
    const x = tensor([0.1, 0.2, -3]);
    const [plain, checked] = [grad(f)(x), withDebugMode(() => grad(f)(x))];
    expect(checked.dataSync()).toEqual(plain.dataSync());
  });

  it('is less than four times slower on a training step', () => {
    const x = randomNormal([64, 64]);
    const w = variable(randomNormal([64, 64], 0, 0.1));
    const b = variable(randomNormal([64]));
    const step = (): Tensor[] => {
      const tape = new GradientTape();
      const h = tanh(add(matMul(x, w), b));
      return tape.gradient(mean(square(matMul(h, w))), [w, b]);
    };
    const best = (): number => {
      let least = Infinity;
      for (let round = 0; round < 12; round++) {
        const start = performance.now();
        for (let i = 0; i < 5; i++) step();
        least = Math.min(least, performance.now() - start);
      }
      return least;
    };
    best();
    const off = best();
    expect(withDebugMode(best) / off).toBeLessThan(4);
  });
});

describe('the line of a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradtape-debug-'));
  const root = join(__dirname, '../..');
  const program = join(folder, 'program.ts');

  beforeAll(() => {
    const lines = [
      `import { log, scalar, withDebugMode } from '${join(root, 'lib/index.ts')}';`,
      'interface Nothing { readonly that: "remains" }',
      'export type Neither = Nothing;',
      'try {',
      '  withDebugMode(() => log(scalar(0)));',
      '} catch (error) {',
      "  console.log((error as Error).message.split('called at ')[1]);",
      '}',
    ];
    writeFileSync(program, lines.join('\n'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function output(args: readonly string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return stdout + stderr;
  }

  it('is that of the source under ts-node', () => {
    const register = join(root, 'node_modules/ts-node/register/transpile-only');
    expect(output(['-r', register, program])).toBe(`${program}:5:26\n`);
  }, 60_000);

  it.each([true, false])('is that of the source with source maps, minified: %s', (minify) => {
    const outfile = join(folder, 'program.cjs');
    buildSync({
      absWorkingDir: root,
      entryPoints: [program],
      outfile,
      bundle: true,
      minify,
      platform: 'node',
      sourcemap: true,
    });
    expect(output(['--enable-source-maps', outfile])).toMatch(`${program}:5:2`);
    // Without a map, one file is all there is.
    expect(output([outfile])).toContain('undefined');
  });
});

describe('what a rule runs', () => {
  function failure(body: () => unknown): NonFiniteError {
    try {
      withDebugMode(body);
    } catch (error) {
      if (error instanceof NonFiniteError) return error;
      throw error;
    }
    throw new Error('nothing was found');
  }

  it('has lines of its own where it is the program once more', () => {
    let line = 0;
    const f = recomputeGrad((x: Tensor) => {
      line = here() + 1;
      return sqrt(x);
    });
    const { op, phase, location, message } = failure(() => grad((x) => mul(f(x), 2))(0));
    expect([op, phase]).toEqual(['sqrt', 'backward']);
    expect(location).toMatch(`debugMode.spec.ts:${String(line)}:`);
    expect(message).toContain('by sqrtGrad');
  });

  it('has a line of the program however many transformations lie between', () => {
    const f = customGradient((x) => ({ value: x, gradFunc: (dy) => div(dy, 0) }));
    const line = here() + 1;
    const { op, location } = failure(() => vmap(grad((x) => sum(vmap(f)(x))))([[1, 2]]));
    expect(op).toBe('customGradient');
    expect(location).toMatch(`debugMode.spec.ts:${String(line)}:`);
  });
});
