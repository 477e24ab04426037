import { inspect } from 'node:util';
import { DTypeError, ShapeError } from '../../lib/base/errors.ts';
import { createTensor } from '../../lib/core/convert.ts';
import { isVariable } from '../../lib/core/isVariable.ts';
import { Variable } from '../../lib/core/variable.ts';

const tensor = (values: unknown, dtype?: 'int32') =>
  createTensor('tensor', values, undefined, dtype);

describe('Variable', () => {
  it('replaces its value and returns the new one', () => {
    const v = new Variable(tensor([1, 2]));
    expect(v.assign(tensor([3, 4])).arraySync()).toEqual([3, 4]);
    expect(v.arraySync()).toEqual([3, 4]);
  });

  it('gives the same snapshot until it is assigned to', () => {
    const v = new Variable(tensor(1));
    const before = v.read();
    expect(v.read()).toBe(before);
    v.assign(tensor(2));
    expect(before.item()).toBe(1);
    expect(v.read().item()).toBe(2);
  });

  it.each([undefined, null, 3, [1]])('refuses the initial value %p', (value) => {
    expect(() => new Variable(value as never)).toThrow('Variable: initialValue must be a tensor');
  });

  it('is trainable and named unless told otherwise', () => {
    const v = new Variable(tensor(1));
    expect([v.trainable, typeof v.name]).toEqual([true, 'string']);
    const fixed = new Variable(tensor(1), false, 'count');
    expect([fixed.trainable, fixed.name]).toEqual([false, 'count']);
  });

  it('refuses another shape or dtype and keeps its value', () => {
    const v = new Variable(tensor([1, 2]));
    expect(() => v.assign(tensor([1, 2, 3]))).toThrow(ShapeError);
    expect(() => v.assign(tensor([1, 2], 'int32'))).toThrow(DTypeError);
    expect(() => v.assign([1, 2] as never)).toThrow('assign: value must be a tensor; got [1,2]');
    expect(v.arraySync()).toEqual([1, 2]);
  });

  it('prints its name and value', () => {
    const v = new Variable(tensor(1), true, 'rate');
    expect(String(v)).toContain("Variable 'rate'");
    expect(inspect(v)).toContain('float32');
    expect(JSON.parse(JSON.stringify(v))).toEqual({
      name: 'rate',
      dtype: 'float32',
      shape: [],
      values: [1],
    });
  });

  it('is recognised by its brand', () => {
    expect(isVariable(new Variable(tensor(1)))).toBe(true);
    expect(isVariable(tensor(1))).toBe(false);
  });
});
