import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { buildSync } from 'esbuild';
import { hasTerminals, Terminal } from './terminal.ts';

const root = join(__dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'gradtape-home-'));
const program = join(root, 'node_modules/.cache/gradtape-spec/cli.cjs');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
};

beforeAll(() => {
  buildSync({
    absWorkingDir: root,
    entryPoints: ['lib/repl/cli.ts'],
    outfile: program,
    bundle: true,
    ignoreAnnotations: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const prompts = [
  ['npx gradtape', `"${process.execPath}" "${program}"`],
  ['npm run repl', `"${process.execPath}" "${join(root, 'scripts/repl.cjs')}"`],
] as const;

const withTerminals = hasTerminals() ? describe : describe.skip;
if (!hasTerminals()) {
  process.stdout.write('spec/repl: skipped, as there is no `script` of util-linux here\n');
}

withTerminals.each(prompts)('%s', (name, command) => {
  const isTyped = name === 'npm run repl';
  let terminal: Terminal;

  beforeAll(() => {
    terminal = new Terminal(command, { HOME: home });
  });

  afterAll(() => {
    terminal.kill();
  });

  it('greets in two lines', async () => {
    const lines = (await terminal.start()).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringContaining(`gradtape ${version}`),
      'Start with: const tape = new GradientTape()',
    ]);
  }, 60_000);

  it('prints tensors', async () => {
    expect(await terminal.type('tensor([[1, 2], [3, 4]])')).toBe(
      'Tensor float32 [2,2]\n[[1, 2],\n [3, 4]]',
    );
    expect(await terminal.type("variable(1, true, 'w')")).toBe("Variable 'w' Tensor float32 [] 1");
  }, 20_000);

  it('takes a gradient over three lines', async () => {
    await terminal.type(
      'const tape = new GradientTape()',
      'const x = scalar(3); tape.watch(x); const y = x.mul(x)',
    );
    expect(await terminal.type('tape.gradient(y, x)')).toBe('Tensor float32 [] 6');
  }, 20_000);

  it('awaits', async () => {
    await terminal.type('const values = await y.data()');
    expect(await terminal.type('values[0]')).toBe('9');
    const pasted = ['const later = await Promise.resolve(40)', 'later + 2', '"pasted".length'];
    expect(await terminal.paste(pasted, '\n6\n')).toContain('\n42\n');
  }, 20_000);

  it('stops waiting on Ctrl+C', async () => {
    expect(await terminal.interrupt('await new Promise(() => {})')).toMatch(
      /Uncaught[^]*interrupted/,
    );
    expect(await terminal.type('1 + 1')).toBe('2');
  }, 20_000);

  it('shows an error of the library in one line and goes on', async () => {
    const message = await terminal.type('matMul([[1, 2]], [[3, 4]])');
    // Node itself breaks the line after `Uncaught:` where there are no colours.
    expect(message).toMatch(/^Uncaught(:\n| )ShapeError: matMul: inner sizes must agree; got .*$/);
    const later = await terminal.type('await Promise.resolve().then(() => sum(x, 7))');
    expect(later).toMatch(/^Uncaught(:\n| )AxisError: sum: axis .*$/);
    expect(await terminal.type('_error.name')).toBe("'AxisError'");
    expect(await terminal.type('x.add(1)')).toBe('Tensor float32 [] 4');
  }, 20_000);

  it('lets variables have the names of functions', async () => {
    await terminal.type('const max = 5');
    expect(await terminal.type('tg.max([max, 1])')).toBe('Tensor float32 [] 5');
    expect(await terminal.type('isNaN(x).item() + Number(Number.isNaN(NaN))')).toBe('1');
  }, 20_000);

  it('lists its names and completes them', async () => {
    const names = await terminal.type('.names grad');
    expect(names.split(/\s+/)).toEqual(expect.arrayContaining(['GradientTape', 'stopGradient']));
    expect(await terminal.type('.names qqq')).toBe("no name contains 'qqq'");
    await terminal.complete('matM');
    expect(await terminal.type('([[2]], [[3]])')).toMatch(/\[\[6\]\]$/);
  }, 20_000);

  if (isTyped) {
    it('checks types before it runs a line', async () => {
      const message = await terminal.type('const n: string = 1');
      expect(message).toContain("Type 'number' is not assignable to type 'string'");
      expect(await terminal.type('x.foo()')).toContain("Property 'foo' does not exist");
      expect(await terminal.type('const t: Tensor = x.mul(2); t')).toBe('Tensor float32 [] 6');
      expect(await terminal.type('.type tape')).toBe('const tape: GradientTape');
    }, 20_000);
  }

  it('ends, and keeps what was typed', async () => {
    expect(await terminal.leave()).toBe(0);
    const history = readFileSync(join(home, '.gradtape_repl_history'), 'utf8');
    expect(history).toContain('tape.gradient(y, x)');
  }, 20_000);
});

withTerminals('a home that cannot be written', () => {
  it('does not keep the prompt from working', async () => {
    const terminal = new Terminal(prompts[0][1], { HOME: '/dev/null' });
    expect(await terminal.start()).not.toContain('rror');
    expect(await terminal.type('add(1, 2)')).toBe('Tensor float32 [] 3');
    expect(await terminal.leave()).toBe(0);
  }, 20_000);
});

describe('the command line', () => {
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

  it('tells its version and its usage', () => {
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
    expect(run('--help').stdout).toContain('Usage: gradtape');
  });

  it('refuses anything else with exit code 2', () => {
    const { status, stderr } = run('--verbose');
    expect([status, stderr.split('\n')[0]]).toEqual([2, "gradtape: unknown argument '--verbose'"]);
  });
});
