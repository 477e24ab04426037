import { ArgumentError } from '../../lib/base/errors.ts';
import {
  isPlainObject,
  readOptions,
  requireBoolean,
  requireFinite,
  requireInteger,
  requireOneOf,
} from '../../lib/base/options.ts';

interface TapeOptions {
  persistent?: boolean;
  watchAccessedVariables?: boolean;
}

const known = { persistent: true, watchAccessedVariables: true } as const;

function read(options: unknown): Partial<TapeOptions> {
  return readOptions('GradientTape', options as TapeOptions | undefined, known);
}

function errorOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return (error as ArgumentError).message;
  }
  throw new Error('nothing was thrown');
}

describe('readOptions', () => {
  it('takes none', () => {
    expect({ ...read(undefined) }).toEqual({});
    expect({ ...read({}) }).toEqual({});
  });

  it('copies what is given', () => {
    const options = { persistent: true };
    const given = read(options);
    options.persistent = false;
    expect({ ...given }).toEqual({ persistent: true });
  });

  it('counts undefined as not given', () => {
    expect(Object.keys(read({ persistent: undefined }))).toEqual([]);
  });

  it('does not read what is inherited', () => {
    const prototype = Object.prototype as { persistent?: boolean };
    prototype.persistent = true;
    try {
      expect(read({}).persistent).toBe(undefined);
      expect(read(undefined).persistent).toBe(undefined);
    } finally {
      delete prototype.persistent;
    }
  });

  it('takes objects of no prototype and of another realm', () => {
    expect(read(Object.assign(Object.create(null), { persistent: true })).persistent).toBe(true);
    expect(read(structuredClone({ persistent: true })).persistent).toBe(true);
  });

  it('asks back where a key is nearly known', () => {
    const list = 'the options are persistent, watchAccessedVariables';
    const message = (key: string): string => errorOf(() => read({ [key]: true }));
    const start = "GradientTape: options must hold only known options; got 'persistant'; ";
    expect(message('persistant')).toBe(`${start}did you mean 'persistent'? ${list}`);
    expect(message('Persistent')).toContain("did you mean 'persistent'?");
    expect(message('presistent')).toContain("did you mean 'persistent'?");
    expect(message('watchAcessedVariables')).toContain("did you mean 'watchAccessedVariables'?");
    expect(message('colour')).toBe(
      `GradientTape: options must hold only known options; got 'colour'; ${list}`,
    );
    expect(message('__proto__')).toContain("got '__proto__'");
    expect(message('toString')).toContain("got 'toString'");
    expect(message('p'.repeat(1e6)).length).toBeLessThan(300);
  });

  it.each([
    [null, 'null'],
    [true, 'true'],
    ['persistent', "'persistent'"],
    [[], '[]'],
    [() => 1, 'a function'],
    [new Map(), 'an object (Map)'],
    [new (class Options {})(), 'an object (Options)'],
    [Object.create({ persistent: true }), 'an object'],
  ])('rejects %p', (options: unknown, got) => {
    const hint = 'the options are persistent, watchAccessedVariables';
    expect(errorOf(() => read(options))).toBe(
      `GradientTape: options must be a plain object; got ${got}; ${hint}`,
    );
  });

  it('tells where there are no options at all', () => {
    expect(errorOf(() => readOptions('stop', { a: 1 }, {} as { a: true }))).toContain(
      'there are no options',
    );
  });

  it('is typed', () => {
    const given = readOptions<TapeOptions>('GradientTape', { persistent: true }, known);
    const persistent: boolean | undefined = given.persistent;
    expect(persistent).toBe(true);
    // @ts-expect-error -- a known option is missing from the list
    readOptions<TapeOptions>('GradientTape', {}, { persistent: true });
  });
});

describe('isPlainObject', () => {
  it('tells plain objects from all others', () => {
    for (const value of [{}, Object.create(null), JSON.parse('{}'), structuredClone({})]) {
      expect(isPlainObject(value)).toBe(true);
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const others = [
      null,
      undefined,
      1,
      'a',
      [],
      new Map(),
      new (class A {})(),
      Object.create({}),
      () => 1,
      proxy,
    ];
    for (const value of [...others, Object.create(Object.create(null))])
      expect(isPlainObject(value)).toBe(false);
  });
});

describe('requireBoolean', () => {
  it('takes true and false only', () => {
    expect(requireBoolean('sum', 'keepDims', true)).toBe(true);
    expect(requireBoolean('sum', 'keepDims', false)).toBe(false);
    expect(errorOf(() => requireBoolean('sum', 'keepDims', 1))).toBe(
      'sum: keepDims must be true or false; got 1',
    );
  });
});

describe('requireOneOf', () => {
  it('takes one of the choices', () => {
    const mode: 'reflect' | 'symmetric' = requireOneOf('pad', 'mode', 'reflect', [
      'reflect',
      'symmetric',
    ]);
    expect(mode).toBe('reflect');
    expect(errorOf(() => requireOneOf('pad', 'mode', 'relfect', ['reflect', 'symmetric']))).toBe(
      "pad: mode must be one of 'reflect', 'symmetric'; got 'relfect'; did you mean 'reflect'?",
    );
    expect(errorOf(() => requireOneOf('norm', 'order', 3, [1, 2]))).toBe(
      'norm: order must be one of 1, 2; got 3',
    );
    expect(errorOf(() => requireOneOf('f', 'kind', null, ['only']))).toBe(
      "f: kind must be 'only'; got null",
    );
  });
});

describe('requireFinite', () => {
  it('takes finite numbers within the bounds', () => {
    expect(requireFinite('sgd', 'rate', 0.1)).toBe(0.1);
    expect(requireFinite('sgd', 'rate', 0, { min: 0, max: 1 })).toBe(0);
    for (const value of [NaN, Infinity, '1', 1n, null, undefined]) {
      expect(errorOf(() => requireFinite('sgd', 'rate', value))).toMatch(
        /^sgd: rate must be a finite number; got /,
      );
    }
    const range = (min?: number, max?: number) => (): number =>
      requireFinite('sgd', 'rate', 2, {
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      });
    expect(errorOf(range(0, 1))).toBe('sgd: rate must be a finite number from 0 to 1; got 2');
    expect(errorOf(range(3))).toBe('sgd: rate must be a finite number of at least 3; got 2');
    expect(errorOf(range(undefined, 1))).toBe(
      'sgd: rate must be a finite number of at most 1; got 2',
    );
  });
});

describe('requireInteger', () => {
  it('takes exact integers within the bounds', () => {
    expect(requireInteger('range', 'count', 3, { min: 1 })).toBe(3);
    expect(errorOf(() => requireInteger('range', 'count', 0, { min: 1 }))).toBe(
      'range: count must be an integer of at least 1; got 0',
    );
    for (const value of [1.5, NaN, 2 ** 53, '1']) {
      expect(errorOf(() => requireInteger('range', 'count', value))).toMatch(
        /^range: count must be an integer; got /,
      );
    }
  });
});
