import { AllocationError, AxisError } from '../../lib/base/errors.ts';
import { requireAxes, requireElements } from '../../lib/base/shape.ts';

describe('requireAxes', () => {
  it('sorts axes, counted from the front', () => {
    expect(requireAxes('sum', [-1, 0], 3)).toEqual([0, 2]);
    expect(requireAxes('sum', 1, 3)).toEqual([1]);
    expect(requireAxes('sum', null, 2)).toEqual([0, 1]);
  });

  it('refuses the holes of a sparse array', () => {
    const sparse = Object.assign(new Array<number>(2), { 1: 1 });
    expect(() => requireAxes('sum', sparse, 2)).toThrow(AxisError);
    expect(() => requireAxes('sum', sparse, 2)).toThrow(
      'sum: axis must lie in [-2, 2); got undefined',
    );
  });
});

describe('requireElements', () => {
  it('refuses what would be too much, also beside an axis of size 0', () => {
    expect(() => {
      requireElements('zeros', 'shape', [2 ** 40, 0]);
    }).toThrow(AllocationError);
    expect(() => {
      requireElements('zeros', 'shape', [0, 3, 1000]);
    }).not.toThrow();
  });

  it('names a shape of very many axes in short', () => {
    expect(() => {
      requireElements('zeros', 'shape', new Array<number>(100).fill(2));
    }).toThrow('got [2,2,2,2,2,2,2,2,...] (100 entries)');
  });
});
