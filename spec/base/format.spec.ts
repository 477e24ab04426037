import { formatShape, formatValue } from '../../lib/base/format.ts';

function refuse(): never {
  throw new Error('user code ran');
}

describe('formatShape', () => {
  it('prints sizes without spaces', () => {
    expect(formatShape([])).toBe('[]');
    expect(formatShape([2, 3])).toBe('[2,3]');
    expect(formatShape([1, 1, 1, 1, 1, 1, 1, 1, 1, 1])).toBe('[1,1,1,1,1,1,1,1,1,1]');
  });

  it('prints what is no size as a value', () => {
    expect(formatShape([-0, NaN, '2', null, undefined, { toString: refuse }])).toBe(
      "[-0,NaN,'2',null,undefined,an object]",
    );
  });
});

describe('formatValue', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [12n, '12n'],
    [10n ** 500n, 'a bigint beyond 1e40'],
    [Symbol('s'), 'Symbol(s)'],
    [refuse, 'a function'],
    [class Model {}, 'a function'],
    ['float32', "'float32'"],
    ["it's \\ \n\u0000\u202e", "'it\\'s \\\\ \\n\\u{0}\\u{202e}'"],
    ['x'.repeat(100), `'${'x'.repeat(60)}...' (100 characters)`],
    [[], '[]'],
    [[2, 'a', [true, [3]]], "[2,'a',[true,[3]]]"],
    [[[[[1]]]], '[[[an array of 1]]]'],
    [[, 1], '[undefined,1]'], // eslint-disable-line no-sparse-arrays
    [new Array(9), 'an array of 9'],
    [Float32Array.of(1, 2), 'a Float32Array of 2'],
    [new Int32Array(3), 'an Int32Array of 3'],
    [new Uint8Array(3), 'a Uint8Array of 3'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object (no prototype)'],
    [new Map(), 'an object (Map)'],
    [new (class Model {})(), 'an object (Model)'],
    [new (class {})(), 'an object'],
    [new DataView(new ArrayBuffer(1)), 'an object (DataView)'],
    [Promise.resolve(1), 'an object (Promise)'],
  ])('describes case %#', (value: unknown, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it('names arrays of another realm', () => {
    expect(formatValue(structuredClone(Float64Array.of(1)))).toBe('a Float64Array of 1');
    expect(formatValue(structuredClone([1, 2]))).toBe('[1,2]');
  });

  it('runs no code of the value', () => {
    const getters = { get: refuse, enumerable: true };
    const object = Object.defineProperties(
      {},
      {
        constructor: getters,
        toString: getters,
        valueOf: getters,
        toJSON: getters,
        length: getters,
        [Symbol.toPrimitive]: getters,
        [Symbol.toStringTag]: getters,
      },
    );
    expect(formatValue(object)).toBe('an object');
    expect(formatValue([object])).toBe('[an object]');
    expect(formatValue(Object.create(object))).toBe('an object');
    expect(formatValue(Object.defineProperty([1], 0, getters))).toBe('[a getter]');
    expect(
      formatValue(Object.assign([1, 2], { map: refuse, join: refuse, toString: refuse })),
    ).toBe('[1,2]');
    class Named {
      static get name(): string {
        return refuse();
      }
    }
    expect(formatValue(new Named())).toBe('an object');
    const typed = Object.defineProperties(new Float32Array(2), {
      length: getters,
      constructor: getters,
      [Symbol.toStringTag]: getters,
    });
    expect(formatValue(typed)).toBe('a Float32Array of 2');
  });

  it('survives proxies', () => {
    const handler = new Proxy({}, { get: refuse });
    for (const target of [{}, [1], refuse, new Map()]) {
      expect(formatValue(new Proxy(target, handler))).toMatch(/^an? (object|function)$/);
      const { proxy, revoke } = Proxy.revocable(target, {});
      revoke();
      expect(formatValue(proxy)).toMatch(/^an? (object|function)$/);
    }
  });

  it('stays short', () => {
    const wide = Array.from({ length: 8 }, () => 'x'.repeat(1000));
    const Long = Object.defineProperty(class {}, 'name', { value: 'L'.repeat(1000) });
    expect(formatValue(wide)).toBe('an array of 8');
    expect(formatValue(new Long()).length).toBeLessThan(80);
    expect(formatValue(Symbol('s'.repeat(1000))).length).toBeLessThan(80);
    const nested = [0, 1, 2, 3, 4, 5, 6].map(() => wide.map(() => wide));
    expect(formatValue(nested)).toBe(
      '[an array of 8,an array of 8,an array of 8,an array of 8,an array of 8,an array of 8,an array of 8]',
    );
  });
});
