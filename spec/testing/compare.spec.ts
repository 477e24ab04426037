import { runtime } from '../../lib/base/runtime.ts';
import { GradientTape, tensor } from '../../lib/index.ts';
import { requireClose, requireSame } from '../../lib/testing/compare.ts';
import { layersKept, untouched } from '../../lib/testing/observe.ts';

/* What the laws say when they break. */

describe('a comparison', () => {
  const two = tensor([1, 2]);

  it('tells of counts, shapes, dtypes and values that differ', () => {
    const close = (actual: (typeof two)[], expected: (typeof two)[]) => () => {
      requireClose('the value', actual, expected, 1e-6);
    };
    expect(close([two, two], [two])).toThrow('the value must be 1 tensors; got 2');
    expect(close([tensor([1])], [two])).toThrow('the value must be float32 [2]; got float32 [1]');
    expect(close([tensor([1, 2], [2], 'int32')], [two])).toThrow(
      'the value must be float32 [2]; got int32 [2]',
    );
    expect(close([two, tensor([1, 3])], [two, two])).toThrow(
      'the value, number 1, must be 2 at 1; got 3 (all: [1, 3]; wanted: [1, 2])',
    );
    expect(close([two], [two])).not.toThrow();
  });

  it('tells of bits that differ, also in the sign of a zero', () => {
    const same = (): void => {
      requireSame('the value', [tensor([0, -0])], [tensor([0, 0])]);
    };
    expect(same).toThrow('the value must be [0, 0] bit for bit; got [0, -0]');
  });
});

describe('an observer', () => {
  it('tells of values that were changed', () => {
    const x = tensor([1, 2]);
    const f = (): void => {
      x.values.set([5], 1);
    };
    expect(() => {
      untouched('inputs', [x], f);
    }).toThrow('inputs must not be changed; input 0 was: 2 became 5 at 1');
  });

  it('tells of a tape that was left open, and closes it', () => {
    const before = runtime.layers;
    expect(() => layersKept('a sample', () => new GradientTape())).toThrow(
      'a sample must leave the stack of layers as it was; got 1 for 0',
    );
    expect(runtime.layers).toBe(before);
    expect(layersKept('a sample', () => 5)).toBe(5);
  });
});
