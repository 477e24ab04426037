import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as library from '../lib/index.ts';
import { GradientTape, Graph, scalar, ShapeError, tensor, variable } from '../lib/index.ts';

const x = tensor([
  [1, 2],
  [3, 4],
]);

/** The methods that are functions of the same name with the tensor first. */
function methodsOf(prototype: object): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    return typeof own?.value === 'function' && name in library;
  });
}

describe('methods', () => {
  it('are the functions with the tensor first', () => {
    expect(x.add(1).mul(2).sum(0, true).arraySync()).toEqual([[12, 16]]);
    expect(
      x
        .matMul([[1], [1]])
        .squeeze()
        .arraySync(),
    ).toEqual([3, 7]);
    expect(x.transpose().slice(0, 1).arraySync()).toEqual([[1, 3]]);
    expect(x.split(2)[1].arraySync()).toEqual([[3, 4]]);
  });

  it('are many', () => {
    expect(methodsOf(library.Tensor.prototype).length).toBeGreaterThan(80);
  });

  it('read a variable', () => {
    const v = variable([1, 2]);
    const tape = new GradientTape();
    const y = v.square().sum();
    expect(tape.gradient(y, v).arraySync()).toEqual([2, 4]);
    expect(
      v
        .assignAdd(1)
        .add(v.assignSub([0, 1]))
        .arraySync(),
    ).toEqual([4, 5]);
  });

  it('record like functions', () => {
    const tape = new GradientTape();
    tape.watch(x);
    expect(tape.gradient(x.mul(x).sum(), x).arraySync()).toEqual(x.mul(2).arraySync());
  });

  it('build graphs', () => {
    const y = new Graph().run(() => library.placeholder('float32', [2]).add(1).sum());
    expect(y.shape).toEqual([]);
  });

  it('name the function when something is wrong', () => {
    expect(() => x.add('1' as never)).toThrow("Argument 'b' passed to 'add' must be a Tensor");
    expect(() => x.matMul([[1]])).toThrow(/^matMul: /);
  });

  it('are not listed among the fields of a tensor', () => {
    const keys = [];
    for (const key in x) keys.push(key);
    expect(keys).not.toContain('add');
    expect(JSON.stringify(scalar(1))).toBe('{"dtype":"float32","shape":[],"values":[1]}');
  });

  it('with a list take one tensor or an array of them', () => {
    const [a, b, c] = [tensor([1]), tensor([2]), tensor([3])];
    expect(a.concat(b).arraySync()).toEqual([1, 2]);
    expect(a.concat([b, c, [4]]).arraySync()).toEqual([1, 2, 3, 4]);
    expect(() => a.concat(undefined as never)).toThrow(
      "Argument 'tensors[1]' passed to 'concat' must be a Tensor or TensorLike; got undefined",
    );
    expect(() => a.reshapeAs(null as never)).toThrow(
      "Argument 'other' passed to 'reshapeAs' must be a Tensor or TensorLike; got null",
    );
    expect(a.stack(variable(b)).arraySync()).toEqual([[1], [2]]);
    expect(a.stack([b, c], 1).arraySync()).toEqual([[1, 2, 3]]);
  });

  it('with a condition select the tensor where it holds', () => {
    expect(x.where(x.greater(2), 0).arraySync()).toEqual([
      [0, 0],
      [3, 4],
    ]);
  });

  it('convert dtypes and shapes under the names of TensorFlow.js', () => {
    const y = tensor([0, 1.7]);
    expect([y.toInt().dtype, y.toBool().arraySync(), y.toBool().toFloat().dtype]).toEqual([
      'int32',
      [0, 1],
      'float32',
    ]);
    expect(y.asType('float64').dtype).toBe('float64');
    expect([x.flatten(), x.as1D(), x.reshapeAs(tensor([0, 0, 0, 0]))].map((z) => z.shape)).toEqual([
      [4],
      [4],
      [4],
    ]);
    expect([x.as2D(1, 4), x.as3D(1, 2, 2), x.as4D(1, 1, 2, 2)].map((z) => z.rank)).toEqual([
      2, 3, 4,
    ]);
    expect(
      tensor([[5]])
        .asScalar()
        .item(),
    ).toBe(5);
    expect(() => x.asScalar()).toThrow(ShapeError);
    expect(x.clone()).not.toBe(x);
    expect(x.clone().arraySync()).toEqual(x.arraySync());
  });
});

describe('iteration', () => {
  it('is over the rows', () => {
    expect([...x].map((row) => row.arraySync())).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...variable([1, 2])].map((row) => row.item())).toEqual([1, 2]);
    expect([...tensor([], [0, 3])]).toEqual([]);
    const [first] = x;
    expect(first.shape).toEqual([2]);
  });

  it('is differentiable', () => {
    const tape = new GradientTape();
    tape.watch(x);
    let y = scalar(0);
    let weight = 1;
    for (const row of x) y = y.add(row.sum().mul(weight++));
    expect(tape.gradient(y, x).arraySync()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('refuses a scalar', () => {
    expect(() => [...scalar(3)]).toThrow(
      'iterate: tensor must have rows; got float32 []; item() gives the number in a scalar',
    );
  });
});

describe('two copies of the library', () => {
  it('do not disturb each other', () => {
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- a second copy, at once
      const other = require('../lib/index.ts') as typeof library;
      expect(other.Tensor).not.toBe(library.Tensor);
      const theirs = other.tensor([1, 2]);
      expect(theirs.add(x).mul(other.scalar(2)).arraySync()).toEqual(
        x.add(theirs).mul(2).arraySync(),
      );
      const tape = new GradientTape();
      tape.watch(x);
      expect(tape.gradient(other.sum(x.mul(theirs)), x).arraySync()).toEqual([
        [1, 2],
        [1, 2],
      ]);
    });
  });
});

describe('JavaScript', () => {
  it('has the methods, too', () => {
    const program = `
      const { outputFiles } = require('esbuild').buildSync({
        entryPoints: ['lib/index.ts'], bundle: true, write: false, format: 'cjs', target: 'node20',
        ignoreAnnotations: true,
      });
      const lib = { exports: {} };
      new Function('module', 'exports', outputFiles[0].text)(lib, lib.exports);
      console.log(String(lib.exports.tensor([1, 2]).add(1).tanh().sum(0, true).shape));
    `;
    const printed = execFileSync(process.execPath, ['-e', program], {
      cwd: join(__dirname, '..'),
      encoding: 'utf8',
    });
    expect(printed).toBe('1\n');
  });
});
