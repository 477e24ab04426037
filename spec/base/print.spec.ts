import type { DType, Values } from '../../lib/base/dtype.ts';
import type { PrintOptions } from '../../lib/base/print.ts';
import { formatTensor, formatValues } from '../../lib/base/print.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

function float32(
  numbers: readonly number[],
  shape: readonly number[] = [numbers.length],
  options?: PrintOptions,
): string {
  return formatTensor(Float32Array.from(numbers), shape, 'float32', options);
}

function float64(
  numbers: readonly number[],
  shape: readonly number[] = [numbers.length],
  options?: PrintOptions,
): string {
  return formatTensor(Float64Array.from(numbers), shape, 'float64', options);
}

/** 0, 1, 2, ... in the given shape. */
function counting(shape: readonly number[], options?: PrintOptions): string {
  const size = shape.reduce((product, n) => product * n, 1);
  return formatTensor(
    Int32Array.from({ length: size }, (_, i) => i),
    shape,
    'int32',
    options,
  );
}

function lines(...text: readonly string[]): string {
  return text.join('\n');
}

describe('formatTensor', () => {
  it('prints a scalar on one line', () => {
    expect(float32([5], [])).toBe('Tensor float32 [] 5');
    expect(float32([0.1], [])).toBe('Tensor float32 [] 0.1');
    expect(float64([1234567.891], [])).toBe('Tensor float64 [] 1234567.891');
  });

  it('prints a short vector on one line, with as many decimals as each number needs', () => {
    expect(float32([1, 2, 3])).toBe('Tensor float32 [3] [1, 2, 3]');
    expect(float32([0.1, 0.25, 3])).toBe('Tensor float32 [3] [0.1, 0.25, 3]');
    expect(float64([1 / 3, -2 / 3])).toBe('Tensor float64 [2] [0.3333, -0.6667]');
  });

  it('prints a matrix in columns', () => {
    expect(float32([1, 2, 3, 4, 5, 6], [2, 3])).toBe(
      lines('Tensor float32 [2,3]', '[[1, 2, 3],', ' [4, 5, 6]]'),
    );
    const mixed = float32([0.1, 0.25, 3, -4], [2, 2]);
    expect(mixed).toBe(lines('Tensor float32 [2,2]', '[[ 0.10,  0.25],', ' [ 3.00, -4.00]]'));
    expect(counting([1, 3])).toBe('Tensor int32 [1,3] [[0, 1, 2]]');
  });

  it('sets apart the matrices of higher ranks', () => {
    expect(counting([2, 1, 2])).toBe(lines('Tensor int32 [2,1,2]', '[[[0, 1]],', '', ' [[2, 3]]]'));
    expect(counting([2, 2, 2, 2])).toBe(
      lines(
        'Tensor int32 [2,2,2,2]',
        '[[[[ 0,  1],',
        '   [ 2,  3]],',
        '',
        '  [[ 4,  5],',
        '   [ 6,  7]]],',
        '',
        ' [[[ 8,  9],',
        '   [10, 11]],',
        '',
        '  [[12, 13],',
        '   [14, 15]]]]',
      ),
    );
  });

  it.each([[[0]], [[0, 3]], [[2, 0]], [[2, 0, 4]]])('prints %j, which is empty, as []', (shape) => {
    expect(float32([], shape)).toBe(`Tensor float32 [${shape.join(',')}] []`);
  });

  it('prints NaN, infinities and the sign of zero', () => {
    expect(float32([nan, infinity, -infinity, -0, 0])).toBe(
      'Tensor float32 [5] [NaN, Infinity, -Infinity, -0, 0]',
    );
    expect(float64([nan, infinity, -infinity, -0, 0, 1.5], [2, 3])).toBe(
      lines(
        'Tensor float64 [2,3]',
        '[[      NaN,  Infinity, -Infinity],',
        ' [     -0.0,       0.0,       1.5]]',
      ),
    );
  });

  it('prints bools and integers', () => {
    const bools = formatTensor(Uint8Array.of(1, 0, 1, 1), [2, 2], 'bool');
    expect(bools).toBe(lines('Tensor bool [2,2]', '[[ true, false],', ' [ true,  true]]'));
    const integers = formatTensor(Int32Array.of(-(2 ** 31), 5, 2 ** 31 - 1), [3], 'int32');
    expect(integers).toBe('Tensor int32 [3] [-2147483648, 5, 2147483647]');
  });

  it('shortens rows and columns, and keeps the columns aligned', () => {
    expect(counting([2000])).toBe('Tensor int32 [2000] [0, 1, 2, ..., 1997, 1998, 1999]');
    expect(counting([100, 100])).toBe(
      lines(
        'Tensor int32 [100,100]',
        '[[   0,    1,    2, ...,   97,   98,   99],',
        ' [ 100,  101,  102, ...,  197,  198,  199],',
        ' [ 200,  201,  202, ...,  297,  298,  299],',
        ' ...,',
        ' [9700, 9701, 9702, ..., 9797, 9798, 9799],',
        ' [9800, 9801, 9802, ..., 9897, 9898, 9899],',
        ' [9900, 9901, 9902, ..., 9997, 9998, 9999]]',
      ),
    );
  });

  it('shows fewer edge items where the limit of length demands it', () => {
    expect(counting([10, 10, 10, 10, 10, 10])).toContain(
      lines('[[[[[[    0, ...,     9],', '     ...,'),
    );
    expect(counting([3, 1, 500], { edgeItems: 1 })).toBe(
      lines(
        'Tensor int32 [3,1,500]',
        '[[[   0, ...,  499]],',
        '',
        ' ...,',
        '',
        ' [[1000, ..., 1499]]]',
      ),
    );
  });

  it.each([
    [[1e3]],
    [[999]],
    [[30, 30]],
    [[2, 500]],
    [[10, 10, 10]],
    [[100, 100, 100]],
    [[6, 6, 6, 6]],
    [[7, 1, 7, 1, 7]],
    [[9, 9, 9, 9, 9]],
    [[3, 3, 3, 3, 3, 3, 3, 3]],
    [Array<number>(14).fill(2)],
    [Array<number>(32).fill(1)],
    [[2, 2, 2, 2, 2, 2, 2, 2, 9, 9]],
    [[1e6, 1]],
    [[1, 1e6]],
  ])('stays within 1000 characters and 80 columns for %j', (shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = Float64Array.from(
      { length: size },
      (_, i) => -Math.sin(i) * 10 ** ((i % 7) - 3),
    );
    const text = formatTensor(values, shape, 'float64');
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(text).not.toContain('\n[...]');
    for (const line of text.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('prints 10^7 elements at once, in any shape', () => {
    const values = new Float32Array(1e7).fill(0.5);
    for (const shape of [[1e7], [1e7, 1], [10, 1000, 1000], [10, 10, 10, 10, 1000]]) {
      expect(formatTensor(values, shape, 'float32').length).toBeLessThan(1000);
    }
  });

  it('reads only the elements it prints', () => {
    const read = new Set<PropertyKey>();
    const spy = new Proxy(new Int32Array(1e4), {
      get: (target, key) => {
        read.add(key);
        return Reflect.get(target, key) as unknown;
      },
    });
    formatTensor(spy, [1e4], 'int32');
    expect([...read]).toEqual(['0', '1', '2', '9997', '9998', '9999']);
  });

  it('gives each number, and nothing else, its style', () => {
    const stylize = (text: string, style: string): string => `<${style} ${text}>`;
    const text = float32([1, 20, 3, 4], [2, 2], { stylize });
    expect(text).toBe(
      lines('Tensor float32 [2,2]', '[[ <number 1>, <number 20>],', ' [ <number 3>,  <number 4>]]'),
    );
    expect(float32([5], [], { stylize })).toBe('Tensor float32 [] <number 5>');
  });

  it('does not count colours as length', () => {
    const plain = counting([12, 12]);
    const coloured = counting([12, 12], { stylize: (text) => `\u001b[33m${text}\u001b[39m` });
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
  });
});

describe('formatValues', () => {
  const print = (
    values: Values,
    shape: readonly number[],
    dtype: DType,
    options?: PrintOptions,
  ): string => formatValues(values, shape, dtype, options);
  const doubles = (numbers: readonly number[], options?: PrintOptions): string =>
    print(Float64Array.from(numbers), [numbers.length], 'float64', options);
  const singles = (numbers: readonly number[], options?: PrintOptions): string =>
    print(Float32Array.from(numbers), [numbers.length], 'float32', options);

  it.each([
    [[1e10, 1e-10, 1, 0], '[1e+10, 1e-10, 1e+0, 0]'],
    [[1e8, 0.5], '[1e+8, 5e-1]'],
    [[1e-5, 0.5], '[1e-5, 5e-1]'],
    [[0.00012345], '[1.2345e-4]'],
    [[0.0005, 5000], '[0.0005, 5000]'],
    [[0.0012345, 0.5], '[0.0012, 0.5]'],
    [[12345678.9, 0.1], '[12345678.9, 0.1]'],
    [[5e-324, 1.7976931348623157e308], '[5e-324, 1.7977e+308]'],
    [[-1.23456789e-7, nan, infinity, -0], '[-1.2346e-7, NaN, Infinity, -0]'],
    [[99999.99999, 1.5], '[100000, 1.5]'],
    [[0.0010004, 1], '[0.001, 1]'],
    [[1.00004e9, 0.5], '[1e+9, 5e-1]'],
  ])('prints %j as %s', (numbers, text) => {
    expect(doubles(numbers)).toBe(text);
  });

  it('prints integers in full as long as the dtype holds them exactly', () => {
    expect(doubles([1.7e12, 1])).toBe('[1700000000000, 1]');
    expect(doubles([1e15, 1])).toBe('[1e+15, 1e+0]');
    expect(singles([2 ** 24, 1])).toBe('[16777216, 1]');
    expect(singles([1e8, 1])).toBe('[1e+8, 1e+0]');
  });

  it('prints float32 with the digits that float32 has', () => {
    expect(singles([0.1, 0.7], { precision: 12 })).toBe('[0.1, 0.7]');
    expect(singles([1 / 3], { precision: 20 })).toBe('[0.33333334]');
    expect(singles([3.4028234663852886e38, 1.401298464324817e-45], { precision: 20 })).toBe(
      '[3.4028235e+38, 1.4013e-45]',
    );
  });

  it('prints as many decimals as asked', () => {
    expect(doubles([Math.PI, 0.5], { precision: 2 })).toBe('[3.14, 0.5]');
    expect(doubles([Math.PI], { precision: 0 })).toBe('[3]');
    expect(doubles([100, 20.25], { precision: 0 })).toBe('[100, 20]');
    expect(doubles([Math.PI, 0.1], { precision: 20 })).toBe('[3.141592653589793, 0.1]');
    for (const precision of [-1, 1.5, nan, infinity])
      expect(doubles([1], { precision })).toBe('[1]');
  });

  it('breaks long rows, and aligns what follows', () => {
    const text = print(
      Int32Array.from({ length: 12 }, (_, i) => i * 99),
      [12],
      'int32',
      { lineWidth: 30 },
    );
    expect(text).toBe(
      lines('[   0,   99,  198,  297,  396,', '  495,  594,  693,  792,  891,', '  990, 1089]'),
    );
    const rows = print(
      Int32Array.from({ length: 8 }, (_, i) => i),
      [2, 4],
      'int32',
      { lineWidth: 10 },
    );
    expect(rows).toBe(lines('[[0, 1,', '  2, 3],', ' [4, 5,', '  6, 7]]'));
    expect(print(Int32Array.of(1000, 2000), [2], 'int32', { lineWidth: 1 })).toBe(
      lines('[1000,', ' 2000]'),
    );
  });

  it('prints everything on request', () => {
    const numbers = Array.from({ length: 2000 }, (_, i) => i);
    const text = doubles(numbers, { threshold: infinity });
    expect(JSON.parse(text)).toEqual(numbers);
    expect(doubles(numbers, { threshold: 5, edgeItems: 1 })).toBe('[0, ..., 1999]');
    expect(doubles(numbers, { maxLength: 3 })).toBe('[...]');
  });

  it('prints JSON that reads back, if nothing is left out', () => {
    const values = Float64Array.of(0.5, -1, 1e-9, 4, 5, 6, 7, 8);
    const text = print(values, [2, 2, 2], 'float64', { precision: 20 });
    expect(JSON.parse(text)).toEqual([
      [
        [0.5, -1],
        [1e-9, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
  });
});
