import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { twoWays } from '../../examples/twoWays.ts';

const root = path.join(__dirname, '..', '..');
const folder = mkdtempSync(path.join(tmpdir(), 'gradtape-main-'));
const text = path.join(folder, 'text.txt');
const curve = path.join(folder, 'curve.svg');

beforeAll(() => {
  writeFileSync(text, 'A text that repeats itself is quickly learnt. '.repeat(400));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function start(...args: string[]): { output: string; errors: string; status: number | null } {
  const program = path.join(root, 'scripts', 'start.cjs');
  const all = [program, '--curve', curve, ...args];
  const { stdout, stderr, status } = spawnSync(process.execPath, all, { encoding: 'utf8' });
  return { output: stdout, errors: stderr, status };
}

describe('the two ways of differentiating', () => {
  it('agree', () => {
    expect(twoWays()).toEqual({ session: [2, 3, 1], tape: [2, 3, 1] });
  });
});

describe('the main job', () => {
  const small = ['--steps', '12', '--hidden', '16', '--seed', '5'];

  it('prints both ways, trains, and ends with the held-out loss', () => {
    const { output, status } = start('--text', text, ...small);
    expect(status).toBe(0);
    expect(output).toContain('gradients in a Session: [2, 3, 1]');
    expect(output).toContain('GradientTape:           [2, 3, 1]');
    expect(output).toContain('a sample:');
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^loss \d+\.\d{4}$/);
    expect(readFileSync(curve, 'utf8')).toMatch(
      /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/,
    );
    expect(start('--text', text, ...small).output).toBe(output);
  });

  it.each([
    ['a missing file', ['--text', path.join(folder, 'none.txt')], 'cannot read the text'],
    ['a folder', ['--text', folder], 'cannot read the text'],
    ['a short file', ['--text', path.join(root, '.editorconfig')], 'at least 10240 characters'],
    [
      'a count that is none',
      ['--steps', 'many'],
      "--steps must be an integer of at least 1; got 'many'",
    ],
    ['an unknown option', ['--stepps', '3'], "Unknown option '--stepps'"],
  ])('answers %s with one line and exit code 2', (_, args, message) => {
    const { errors, status } = start(...args);
    expect(status).toBe(2);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
    expect(errors).toContain(message);
  });

  it('answers an empty file with one line and exit code 2', () => {
    const empty = path.join(folder, 'empty.txt');
    writeFileSync(empty, '');
    const { errors, status } = start('--text', empty);
    expect(status).toBe(2);
    expect(errors).toMatch(/^the text must have at least \d+ characters; it is empty: .*\n$/);
  });
});
