import { runtime } from '../../lib/base/runtime.ts';
import {
  AllocationError,
  ArgumentError,
  DTypeError,
  GradtapeError,
  ShapeError,
} from '../../lib/base/errors.ts';
import { asOperands, asTensor, createTensor, wrapValues } from '../../lib/core/convert.ts';
import { Variable } from '../../lib/core/variable.ts';

const tensor = (
  values: unknown,
  shape?: number[],
  dtype?: 'float32' | 'float64' | 'int32' | 'bool',
) => createTensor('tensor', values, shape, dtype);

function thrown(f: () => unknown): GradtapeError {
  try {
    f();
  } catch (error) {
    if (error instanceof GradtapeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('createTensor', () => {
  it('takes numbers, nested arrays and booleans', () => {
    expect(tensor(3).toJSON()).toEqual({ dtype: 'float32', shape: [], values: [3] });
    expect(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]).toJSON(),
    ).toEqual({ dtype: 'float32', shape: [3, 2], values: [1, 2, 3, 4, 5, 6] });
    expect(tensor([true, false]).toJSON()).toEqual({ dtype: 'bool', shape: [2], values: [1, 0] });
  });

  it('refuses an array whose buffer was transferred', () => {
    const values = new Float32Array([1, 2]);
    structuredClone(values, { transfer: [values.buffer] });
    expect(thrown(() => tensor(values))).toMatchObject({
      name: 'ArgumentError',
      message:
        'tensor: values must be an array that still holds its values; got one whose buffer was transferred',
    });
    expect(tensor(new Float32Array(0)).shape).toEqual([0]);
  });

  it('goes by the true class of a typed array, not by what a subclass calls itself', () => {
    class Samples extends Float64Array {
      override get [Symbol.toStringTag](): 'Float64Array' {
        return 'Samples' as 'Float64Array';
      }
    }
    expect(tensor(new Samples([0.5])).toJSON()).toEqual({
      dtype: 'float64',
      shape: [1],
      values: [0.5],
    });
  });

  const Half = (globalThis as { Float16Array?: new (values: number[]) => Float32Array })
    .Float16Array;
  if (Half === undefined) {
    process.stdout.write(
      'spec/core/convert: this engine has no Float16Array, so none is converted\n',
    );
  }
  (Half === undefined ? it.skip : it)('takes half floats as float32, where there are any', () => {
    if (Half !== undefined) expect(tensor(new Half([0.5])).toJSON().values).toEqual([0.5]);
  });

  it('keeps empty dimensions', () => {
    expect(tensor([]).shape).toEqual([0]);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it.each([
    [new Float32Array([1.5, -2]), 'float32'],
    [new Float64Array([1e-300, 2]), 'float64'],
    [new Int8Array([-1, 2]), 'int32'],
    [new Int16Array([-1, 2]), 'int32'],
    [new Int32Array([-1, 2]), 'int32'],
    [new Uint8Array([255, 2]), 'int32'],
    [new Uint8ClampedArray([255, 2]), 'int32'],
    [new Uint16Array([65535, 2]), 'int32'],
    [new Uint32Array([7, 2]), 'int32'],
    [new BigInt64Array([-7n, 2n]), 'int32'],
    [new BigUint64Array([7n, 2n]), 'int32'],
  ])('copies %p exactly', (array, dtype) => {
    const x = tensor(array);
    const expected = Array.from(array as Iterable<number | bigint>, Number);
    expect(x.dtype).toBe(dtype);
    expect(Array.from(x.dataSync())).toEqual(expected);
    array[0] = array[1];
    expect(x.dataSync()[0]).toBe(expected[0]);
  });

  it('refuses integers that int32 cannot hold', () => {
    const error = thrown(() => tensor(new Uint32Array([1, 4294967295])));
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.message).toBe(
      'tensor: values must fit int32, or be converted to a Float64Array first; got 4294967295 at [1]',
    );
  });

  it('takes rows that are typed arrays', () => {
    expect(tensor([new Float64Array([1, 2]), new Float64Array([3, 4])]).toJSON()).toEqual({
      dtype: 'float64',
      shape: [2, 2],
      values: [1, 2, 3, 4],
    });
  });

  it('recognises typed arrays of another realm', () => {
    expect(tensor(structuredClone(new Float64Array([1, 2]))).dtype).toBe('float64');
  });

  it('reshapes flat values', () => {
    expect(tensor([1, 2, 3, 4], [2, 2]).arraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('converts to the dtype it is told', () => {
    expect(Array.from(tensor([1.7, -1.7, NaN, 1e10], undefined, 'int32').dataSync())).toEqual([
      1, -1, 0, 2147483647,
    ]);
    expect(Array.from(tensor([0, 2, -0, NaN], undefined, 'bool').dataSync())).toEqual([0, 1, 0, 1]);
  });

  it.each([
    [[[1, 2], [3]], ShapeError, 'length 1 at [1]'],
    [[[1, 2], 3], ShapeError, '3 at [1]'],
    [[1, [2]], ShapeError, 'an array at [1]'],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      ShapeError,
      'length 2 at [1][1]',
    ],
  ])('names the place where %j is ragged', (values, Class, got) => {
    const error = thrown(() => tensor(values));
    expect(error).toBeInstanceOf(Class);
    expect(error.message).toContain('be nested evenly');
    expect(error.message).toContain(`got ${got}`);
  });

  it('refuses circular arrays', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(thrown(() => tensor(circle)).message).toContain('a deeper or circular array');
  });

  it.each([
    ['text'],
    [null],
    [undefined],
    [{ a: 1 }],
    [() => 1],
    [Symbol('s')],
    [10n],
    [['a']],
    [[null]],
    [[[1], [undefined]]],
  ])('refuses %p', (value) => {
    expect(thrown(() => tensor(value))).toBeInstanceOf(GradtapeError);
  });

  it('refuses tensors, with a hint', () => {
    expect(thrown(() => tensor(tensor(1))).message).toContain('it is a tensor already');
    expect(thrown(() => tensor([tensor(1), tensor(2)])).message).toContain(
      'join tensors with stack',
    );
  });

  it('refuses sizes that do not match', () => {
    expect(thrown(() => tensor([1, 2, 3], [2, 2])).message).toBe(
      'tensor: values must hold 4 numbers for shape [2,2]; got 3',
    );
    expect(
      thrown(() =>
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          [4, 1],
        ),
      ).message,
    ).toContain('be flat');
  });

  it('refuses more elements than the limit before it allocates', () => {
    const { maxElements } = runtime;
    runtime.maxElements = 10;
    try {
      expect(thrown(() => tensor(new Float32Array(11)))).toBeInstanceOf(AllocationError);
      expect(tensor(new Float32Array(10)).size).toBe(10);
    } finally {
      runtime.maxElements = maxElements;
    }
  });
});

describe('wrapValues', () => {
  it('shares the array it is given', () => {
    const array = new Float32Array([1, 2]);
    const x = wrapValues('wrap', array, undefined);
    array[0] = 5;
    expect(x.dataSync()[0]).toBe(5);
  });

  it('refuses what it cannot share', () => {
    expect(thrown(() => wrapValues('wrap', [1, 2], undefined)).message).toContain(
      'tensor(...) copies any array',
    );
    expect(thrown(() => wrapValues('wrap', new Uint8Array(2), undefined))).toBeInstanceOf(
      ArgumentError,
    );
    expect(thrown(() => wrapValues('wrap', new Float32Array(3), [2]))).toBeInstanceOf(ShapeError);
  });
});

describe('asTensor', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['x', "'x'"],
    [{}, 'an object'],
  ])('words the refusal of %p as TensorFlow.js does', (value, got) => {
    const error = thrown(() => asTensor(value, 'x', 'relu'));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain(
      "Argument 'x' passed to 'relu' must be a Tensor or TensorLike; got ",
    );
    expect(error.message).toContain(got);
  });

  it('reads variables', () => {
    expect(asTensor(new Variable(tensor([1, 2])), 'x', 'relu').arraySync()).toEqual([1, 2]);
  });
});

describe('asOperands', () => {
  const dtypes = (a: unknown, b: unknown) =>
    asOperands([a, b], ['a', 'b'], 'add').map((x) => x.dtype);

  it('lets plain numbers adopt a float operand', () => {
    expect(dtypes(tensor(new Float64Array([1])), 0.1)).toEqual(['float64', 'float64']);
    expect(asOperands([tensor(new Float64Array([1])), 0.1], ['a', 'b'], 'add')[1].item()).toBe(0.1);
    expect(dtypes(2, tensor([1]))).toEqual(['float32', 'float32']);
    expect(dtypes(tensor(new Float64Array([1])), [0.1])).toEqual(['float64', 'float64']);
  });

  it('makes integers int32 beside int32 and bool, and fractions the default float', () => {
    const int = tensor([1], undefined, 'int32');
    expect(dtypes(int, 2)).toEqual(['int32', 'int32']);
    expect(dtypes(int, 2.5)).toEqual(['int32', 'float32']);
    expect(dtypes(tensor([true]), 2)).toEqual(['bool', 'int32']);
    expect(dtypes(int, 3e9)).toEqual(['int32', 'float32']);
  });
});
