import { inspect } from 'node:util';
import { createTensor } from '../../lib/core/convert.ts';
import { isTensor } from '../../lib/core/tensor.ts';

const tensor = (values: unknown, dtype?: 'float32' | 'float64' | 'int32' | 'bool') =>
  createTensor('tensor', values, undefined, dtype);

describe('Tensor', () => {
  it('tells shape, dtype, size and rank', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.shape, x.dtype, x.size, x.rank]).toEqual([[2, 3], 'float32', 6, 2]);
  });

  it('gives copies of its values', () => {
    const x = tensor([1, 2]);
    x.dataSync()[0] = 9;
    expect(x.arraySync()).toEqual([1, 2]);
  });

  it('reads back as nested arrays, numbers and promises', async () => {
    expect(tensor(5).arraySync()).toBe(5);
    expect(tensor([[], []]).arraySync()).toEqual([[], []]);
    expect(await tensor([[1], [2]]).array()).toEqual([[1], [2]]);
    expect(await tensor([1, 2]).data()).toEqual(new Float32Array([1, 2]));
    expect(tensor([[7]]).item()).toBe(7);
  });

  it('refuses item() of several elements', () => {
    expect(() => tensor([1, 2]).item()).toThrow(
      'item: tensor must have exactly one element; got float32 [2]; read several values with dataSync() or arraySync()',
    );
  });

  it('becomes plain data in JSON', () => {
    expect(JSON.parse(JSON.stringify({ x: tensor([[1, 2]]) }))).toEqual({
      x: { dtype: 'float32', shape: [1, 2], values: [1, 2] },
    });
  });

  it('prints its values in text and in a console', () => {
    const x = tensor([
      [1, 2.5],
      [3, 4],
    ]);
    expect(`${x as unknown as string}`).toContain('2.5');
    expect(inspect(x)).toContain('float32 [2,2]');
    expect(inspect({ x })).toContain('2.5');
    expect(inspect(x, { colors: true })).toContain('\u001b[');
  });

  it('prints ten million elements briefly', () => {
    expect(String(tensor(new Float32Array(1e7))).length).toBeLessThan(1000);
  });

  it.each([
    ['+', (x: never) => x + 1],
    ['*', (x: never) => (x as number) * 2],
    ['-', (x: never) => -x],
    ['<', (x: never) => x < 1],
    ['==', (x: never) => x == 1],
    ['Number()', (x: never) => Number(x)],
  ])('explains methods where JavaScript meets %s', (_, operate) => {
    expect(() => operate(tensor(1) as never)).toThrow('use a.add(b), a.mul(b)');
  });

  it('is recognised by its brand, not by its class', () => {
    expect(isTensor(tensor(1))).toBe(true);
    for (const other of [null, undefined, 1, 'x', [], {}, { shape: [], dtype: 'float32' }])
      expect(isTensor(other)).toBe(false);
  });
});
