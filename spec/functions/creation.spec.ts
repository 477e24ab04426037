import { runtime } from '../../lib/base/runtime.ts';
import { assignAdd, assignSub } from '../../lib/functions/assign.ts';
import * as creation from '../../lib/functions/creation.ts';
import { mul } from '../../lib/ops/arithmetic.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';

const { eye, fill, linspace, ones, range, scalar, tensor, variable, wrap, zeros } = creation;

const fault = (name: string, message: string): Error =>
  expect.objectContaining({ name, message }) as Error;

/** A value of the wrong type. */
const wrong = (value: unknown): never => value as never;

describe('tensor', () => {
  it('finds shape and dtype, or takes them', () => {
    expect(tensor([[1, 2]])).toMatchObject({ shape: [1, 2], dtype: 'float32' });
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor(new Float64Array(3)).dtype).toBe('float64');
    expect(tensor([1, 2, 3, 4], [2, 2], 'int32')).toMatchObject({ shape: [2, 2], dtype: 'int32' });
    expect(tensor([])).toMatchObject({ shape: [0] });
  });

  it('copies its values', () => {
    const values = new Float32Array([1, 2]);
    const x = tensor(values);
    values[0] = 9;
    expect(x.arraySync()).toEqual([1, 2]);
  });

  it('explains a dtype in the place of the shape', () => {
    expect(() => tensor([1], wrong('float64'))).toThrow(
      fault(
        'ShapeError',
        "tensor: shape must be an array of sizes; got 'float64'; the dtype comes third: tensor(values, undefined, dtype)",
      ),
    );
  });

  it.each([
    [() => tensor([1, 2], [3]), 'tensor: values must hold 3 numbers for shape [3]; got 2'],
    [() => tensor([1], [0.5]), 'tensor: shape must hold integers of at least 0; got 0.5 at [0]'],
    [() => tensor([1], [-1]), 'tensor: shape must hold integers of at least 0; got -1 at [0]'],
    [() => tensor([1], wrong(1)), 'tensor: shape must be an array of sizes; got 1'],
    [() => tensor([[1], [1, 2]]), 'tensor: values must be nested evenly'],
  ])('rejects what does not fit (%#)', (make, message) => {
    expect(make).toThrow(message);
  });

  it('rejects what is no number', () => {
    expect(() => tensor(wrong('1'))).toThrow('tensor: values must be numbers, booleans');
    expect(() => tensor(wrong(undefined))).toThrow('got undefined');
    expect(() => tensor(wrong(tensor([1])))).toThrow('it is a tensor already');
    expect(() => tensor([1], [1], wrong('float16'))).toThrow(
      fault(
        'DTypeError',
        "tensor: dtype must be 'float32', 'float64', 'int32', 'bool', 'complex64' or 'complex128'; got 'float16'",
      ),
    );
  });
});

describe('scalar', () => {
  it('has no axes', () => {
    expect(scalar(3)).toMatchObject({ shape: [], dtype: 'float32' });
    expect(scalar(true).dtype).toBe('bool');
    expect(scalar(3, 'int32').dtype).toBe('int32');
  });

  it('rejects arrays', () => {
    expect(() => scalar(wrong([1]))).toThrow(
      fault(
        'ArgumentError',
        'scalar: value must be a number; got [1]; tensor(values) takes arrays',
      ),
    );
  });
});

describe('wrap', () => {
  it('shares the array', () => {
    const values = new Float64Array([1, 2, 3, 4]);
    const x = wrap(values, [2, 2]);
    values[3] = 9;
    expect(x.arraySync()).toEqual([
      [1, 2],
      [3, 9],
    ]);
  });

  it('rejects other arrays and shapes that do not fit', () => {
    expect(() => wrap(wrong([1]))).toThrow(
      'wrap: values must be a Float32Array, Float64Array or Int32Array; got [1]',
    );
    expect(() => wrap(new Float32Array(2), [3])).toThrow('hold 3 numbers for shape [3]; got 2');
    expect(() => wrap(new Float32Array(2), wrong('int32'))).toThrow('wrap: shape must be an array');
  });
});

describe('variable', () => {
  it('takes anything tensor-like, a name and a dtype', () => {
    const v = variable([1, 2], false, 'bias', 'float64');
    expect(v).toMatchObject({ name: 'bias', trainable: false, dtype: 'float64', shape: [2] });
    expect(variable(1).trainable).toBe(true);
    expect(variable(v).arraySync()).toEqual([1, 2]);
  });

  it('rejects arguments out of order', () => {
    expect(() => variable([1], wrong('bias'))).toThrow(
      fault('ArgumentError', "variable: trainable must be true or false; got 'bias'"),
    );
    expect(() => variable([1], true, wrong(3))).toThrow('variable: name must be a string; got 3');
    expect(() => variable(wrong('1'))).toThrow(
      "Argument 'initialValue' passed to 'variable' must be a Tensor or TensorLike",
    );
  });
});

describe('assignAdd and assignSub', () => {
  it('change the variable and return the new value', () => {
    const v = variable([1, 2]);
    expect(assignAdd(v, [10, 20]).arraySync()).toEqual([11, 22]);
    expect(assignSub(v, 1).arraySync()).toEqual([10, 21]);
    expect(v.arraySync()).toEqual([10, 21]);
  });

  it('return a value that counts as a read', () => {
    const v = variable(3);
    const tape = new GradientTape();
    const y = assignAdd(v, 1);
    expect(tape.gradient(mul(y, y), v).item()).toBe(8);
  });

  it('reject sums of another shape or dtype', () => {
    const v = variable([1, 2]);
    expect(() => assignAdd(v, [[1], [2]])).toThrow(
      fault('ShapeError', "assignAdd: value must have the variable's shape [2]; got [2,2]"),
    );
    expect(() => assignSub(v, scalar(1, 'float64'))).toThrow(
      fault(
        'DTypeError',
        "assignSub: value must have the variable's dtype float32; got float64; cast it first",
      ),
    );
    expect(() => assignAdd(wrong(tensor([1])), 1)).toThrow(
      'assignAdd: variable must be a variable',
    );
    expect(v.arraySync()).toEqual([1, 2]);
  });
});

describe('zeros, ones and fill', () => {
  it('repeat one value', () => {
    expect(zeros([2, 0])).toMatchObject({ shape: [2, 0], size: 0 });
    expect(ones([]).arraySync()).toBe(1);
    expect(ones([2], 'bool').dtype).toBe('bool');
    expect(fill([2], 3, 'int32').arraySync()).toEqual([3, 3]);
    expect(fill([1], true).dtype).toBe('bool');
    expect(fill([1], NaN).arraySync()).toEqual([NaN]);
  });

  it('pass a gradient to the tensor that was repeated', () => {
    const x = scalar(2, 'float64');
    const tape = new GradientTape();
    tape.watch(x);
    const y = fill([2, 3], x);
    expect(y.dtype).toBe('float64');
    expect(tape.gradient(y, x).item()).toBe(6);
  });

  it.each([
    [wrong(3), 'ShapeError', 'zeros: shape must be an array of sizes; got 3'],
    [[2, NaN], 'ShapeError', 'zeros: shape must hold integers of at least 0; got NaN at [1]'],
    [[1.5], 'ShapeError', 'zeros: shape must hold integers of at least 0; got 1.5 at [0]'],
    [[-2], 'ShapeError', 'zeros: shape must hold integers of at least 0; got -2 at [0]'],
    [
      [2 ** 53],
      'ShapeError',
      'zeros: shape must hold integers of at least 0; got 9007199254740992 at [0]',
    ],
    [
      [2 ** 20, 2 ** 20],
      'AllocationError',
      'zeros: shape must have at most 268435456 elements; got [1048576,1048576]; raise the limit with setMaxElements',
    ],
  ])('reject the shape %j before allocating', (shape, name, message) => {
    expect(() => zeros(shape)).toThrow(fault(name, message));
  });

  it('reject values that the dtype cannot hold', () => {
    expect(() => fill([1], 0.5, 'int32')).toThrow(
      fault('ArgumentError', 'fill: value must be a number of dtype int32; got 0.5'),
    );
    expect(() => fill([1], wrong('a'))).toThrow(
      "fill: value must be a number of dtype float32; got 'a'",
    );
    expect(() => zeros([1], wrong('string'))).toThrow('zeros: dtype must be');
  });
});

describe('eye', () => {
  it('may be wide, tall, repeated or empty', () => {
    expect(eye(2).arraySync()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(3, 1).arraySync()).toEqual([[1], [0], [0]]);
    expect(eye(1, 2, [2], 'int32')).toMatchObject({ dtype: 'int32' });
    expect(eye(1, 2, [2]).arraySync()).toEqual([[[1, 0]], [[1, 0]]]);
    expect(eye(0).shape).toEqual([0, 0]);
    expect(eye(2, 0, [3]).shape).toEqual([3, 2, 0]);
  });

  it('rejects sizes that are none', () => {
    expect(() => eye(1.5)).toThrow(
      fault('ArgumentError', 'eye: numRows must be an integer of at least 0; got 1.5'),
    );
    expect(() => eye(2, -1)).toThrow('eye: numColumns must be an integer of at least 0; got -1');
    expect(() => eye(2 ** 20)).toThrow(/eye: shape must have at most \d+ elements/);
  });
});

describe('range', () => {
  it('ends before stop', () => {
    expect(range(0, 5, 2).arraySync()).toEqual([0, 2, 4]);
    expect(range(1, 1).arraySync()).toEqual([]);
    expect(range(0, 3, -1).arraySync()).toEqual([]);
    expect(range(5, 0, -2).arraySync()).toEqual([5, 3, 1]);
    expect(range(3, 0).arraySync()).toEqual([3, 2, 1]);
    expect(range(0, 3, 1, 'int32').dtype).toBe('int32');
    expect(range(0, 1, 0.1, 'float64').arraySync()).toContain(0.30000000000000004);
  });

  it.each([
    [() => range(0, 1, 0), 'ArgumentError', 'range: step must differ from 0; got 0'],
    [
      () => range(Symbol('start') as never, 1),
      'ArgumentError',
      'range: start must be a finite number; got Symbol(start)',
    ],
    [() => range(0, NaN), 'ArgumentError', 'range: stop must be a finite number; got NaN'],
    [
      () => range(0.5, 3, 1, 'int32'),
      'ArgumentError',
      'range: start must be a number of dtype int32; got 0.5',
    ],
    [
      () => range(0, 3, 0.5, 'int32'),
      'ArgumentError',
      'range: step must be a number of dtype int32; got 0.5',
    ],
    [
      () => range(0, 1, 1, 'bool'),
      'DTypeError',
      "range: dtype must be int32 or a float; got 'bool'",
    ],
    [
      () => range(0, 1e300),
      'AllocationError',
      'range: result must have at most 268435456 elements; got [1e+300]; raise the limit with setMaxElements',
    ],
  ])('rejects what has no end or no place (%#)', (make, name, message) => {
    expect(make).toThrow(fault(name, message));
  });
});

describe('linspace', () => {
  it('includes both ends exactly', () => {
    expect(linspace(0, 1, 5).arraySync()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(3, 9, 1).arraySync()).toEqual([3]);
    const x = linspace(0.1, 0.7, 11).arraySync() as number[];
    expect([x[0], x[10]]).toEqual([Math.fround(0.1), Math.fround(0.7)]);
  });

  it('rejects a count below 1', () => {
    expect(() => linspace(0, 1, 0)).toThrow(
      fault('ArgumentError', 'linspace: num must be an integer of at least 1; got 0'),
    );
    expect(() => linspace(0, Infinity, 2)).toThrow('linspace: stop must be a finite number');
    expect(() => linspace(0, 1, 2 ** 40)).toThrow(/linspace: result must have at most/);
  });
});

describe('settings', () => {
  const saved = { defaultFloat: runtime.defaultFloat, maxElements: runtime.maxElements };

  afterEach(() => {
    Object.assign(runtime, saved);
  });

  it('choose the dtype of plain numbers', () => {
    creation.setDefaultFloat('float64');
    expect(creation.getDefaultFloat()).toBe('float64');
    const made = [tensor([1]), zeros([1]), scalar(1), range(0, 1), linspace(0, 1, 2), eye(1)];
    expect(made.map((x) => x.dtype)).toEqual(made.map(() => 'float64'));
    expect(() => {
      creation.setDefaultFloat(wrong('int32'));
    }).toThrow("setDefaultFloat: dtype must be one of 'float32', 'float64'; got 'int32'");
  });

  it('limit the size of tensors', () => {
    creation.setMaxElements(10);
    expect(() => ones([11])).toThrow(
      fault(
        'AllocationError',
        'ones: shape must have at most 10 elements; got [11]; raise the limit with setMaxElements',
      ),
    );
    expect(() => {
      creation.setMaxElements(0);
    }).toThrow('setMaxElements: count must be an integer of at least 1; got 0');
  });
});
