import { runtime } from '../../lib/base/runtime.ts';
import { UnsupportedError } from '../../lib/index.ts';
import { nativeBlas, useNativeBlas } from '../../lib/native/index.ts';

/* Libraries that this machine may not have, played by a package that says it has loaded them. */

type Fake = Readonly<Record<string, (...args: unknown[]) => unknown>>;

interface Played {
  readonly loaded: string[];
  readonly declared: string[];
}

const blas: Fake = Object.fromEntries(
  ['sgemm', 'dgemm', 'sgemv', 'dgemv'].map((name) => [`cblas_${name}`, () => undefined]),
);

/** What `require('koffi')` gives from now on. */
function mockKoffi(make: () => unknown): void {
  // What was required once would be given again.
  jest.resetModules();
  jest.doMock('koffi', make);
}

/** Puts libraries, by their paths, in place of those that koffi would load. */
function play(libraries: Readonly<Record<string, () => Fake>>): Played {
  const played: Played = { loaded: [], declared: [] };
  const load = (path: string | null): unknown => {
    const make = libraries[path ?? 'program'];
    if (make === undefined) throw new Error(`cannot open ${path ?? ''}.\nMore.`);
    played.loaded.push(path ?? 'program');
    const functions = make();
    return {
      func: (declaration: string) => {
        const name = /(\w+)\(/.exec(declaration)?.[1] ?? '';
        if (functions[name] === undefined) throw new Error(`Cannot find function '${name}'`);
        played.declared.push(declaration);
        return functions[name];
      },
      unload: () => played.loaded.push(`without ${path ?? ''}`),
    };
  };
  mockKoffi(() => ({ load }));
  return played;
}

const realProcess = process;

/** What a program sees of another machine. */
function pretend(changes: Partial<NodeJS.Process>): void {
  const pretended = { ...changes, cwd: () => realProcess.cwd() };
  const other = new Proxy(realProcess, {
    get: (target, key) =>
      key in pretended ? Reflect.get(pretended, key) : (Reflect.get(target, key) as unknown),
  });
  Object.defineProperty(globalThis, 'process', { value: other, configurable: true });
}

const flags = (text: string): void => {
  const cpuinfo = `vendor_id\t: AuthenticAMD\nflags\t\t: fpu ${text} sse\n`;
  const cpus = (): unknown[] => [{ model: text }];
  pretend({
    platform: 'linux',
    arch: 'x64',
    env: {},
    getBuiltinModule: (name: string) => {
      if (name === 'node:fs') return { readFileSync: () => cpuinfo };
      if (name === 'node:os') return { cpus };
      return realProcess.getBuiltinModule(name);
    },
  });
};

afterEach(() => {
  Object.defineProperty(globalThis, 'process', { value: realProcess, configurable: true });
  jest.dontMock('koffi');
  useNativeBlas(false);
});

describe('useNativeBlas', () => {
  it('refuses options that are none', () => {
    const wrong = useNativeBlas as (options: unknown) => void;
    expect(() => wrong({ threads: 1.5 })).toThrow(
      'useNativeBlas: threads must be an integer from 1 to 1024; got 1.5',
    );
    expect(() => wrong({ library: '' })).toThrow(
      "useNativeBlas: library must be a name or a path; got ''",
    );
    expect(() => wrong({ thread: 1 })).toThrow("did you mean 'threads'?");
    expect(() => wrong(true)).toThrow('useNativeBlas: options must be a plain object; got true');
  });

  it('says what to install where koffi is missing', () => {
    const missing = Object.assign(new Error('Cannot find'), { code: 'MODULE_NOT_FOUND' });
    mockKoffi(() => {
      throw missing;
    });
    const createRequire = () => () => {
      throw missing;
    };
    pretend({
      getBuiltinModule: () => ({
        createRequire,
      }),
    });
    expect(() => useNativeBlas()).toThrow(UnsupportedError);
    expect(() => useNativeBlas()).toThrow(
      /^useNativeBlas: koffi must be installed; got no such package; npm install koffi$/,
    );
    expect(runtime.native).toBeNull();
  });

  it('says why koffi cannot be loaded', () => {
    mockKoffi(() => {
      throw new Error('Cannot find the native module.\nSearched in many places');
    });
    const createRequire = () => () => {
      throw Object.assign(new Error('Cannot find'), { code: 'MODULE_NOT_FOUND' });
    };
    pretend({
      getBuiltinModule: () => ({
        createRequire,
      }),
    });
    expect(() => useNativeBlas()).toThrow(
      /^useNativeBlas: koffi must be installed; got Cannot find the native module; npm install koffi$/,
    );
  });

  it('says what to install where no library is found, and what was looked for', () => {
    play({});
    pretend({ platform: 'linux', env: {} });
    expect(() => useNativeBlas()).toThrow(
      /^useNativeBlas: library must be installed; got none of 'libopenblas.so.0', .*'libmkl_rt.so.2', .*; apt install libopenblas0-pthread, .* or give the path of a BLAS as library$/,
    );
    pretend({ platform: 'darwin', env: { CONDA_PREFIX: '/conda' } });
    expect(() => useNativeBlas()).toThrow(
      /Accelerate.framework.*'\/conda\/lib\/libopenblas.dylib', .*; brew install openblas, or/,
    );
    pretend({ platform: 'win32', env: {} });
    expect(() => useNativeBlas({ library: 'mkl' })).toThrow(
      "got none of 'mkl_rt.2.dll', 'mkl_rt.dll'; install MKL, or give",
    );
  });

  it('refuses a given file that is no BLAS, and keeps what was in use', () => {
    play({ 'libopenblas.so.0': () => blas, 'libm.so': () => ({}) });
    pretend({ platform: 'linux', env: {} });
    const before = useNativeBlas();
    expect(() => useNativeBlas({ library: 'libm.so' })).toThrow(
      "useNativeBlas: library must be a library with the functions of cblas.h; got 'libm.so' (Cannot find function 'cblas_sgemm')",
    );
    expect(() => useNativeBlas({ library: '/absent.so' })).toThrow(
      "got '/absent.so' (cannot open /absent.so)",
    );
    expect(nativeBlas()).toBe(before);
  });

  it('needs Node, Deno or Bun', () => {
    Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true });
    jest.doMock('node:module', () => {
      throw new Error('none in a page');
    });
    expect(() => useNativeBlas()).toThrow(
      'useNativeBlas: platform must be Node, Deno or Bun; got another one; pages compute in WebAssembly',
    );
    jest.dontMock('node:module');
  });
});

describe('libraries', () => {
  const openBlas = (config: string, kernels: string, threads: unknown[] = []): Fake => ({
    ...blas,
    openblas_get_config: () => config,
    openblas_get_corename: () => kernels,
    openblas_set_num_threads: (n) => threads.push(n),
  });

  it('OpenBLAS tells its version and kernels, and is told the threads', () => {
    const threads: unknown[] = [];
    const played = play({
      'libopenblas.so.0': () => openBlas('OpenBLAS 0.3.99 DYNAMIC_ARCH', 'Zen', threads),
    });
    flags('avx avx2 fma');
    expect(String(useNativeBlas())).toBe('OpenBLAS 0.3.99, Zen, 1 thread');
    expect(String(useNativeBlas({ threads: 3 }))).toBe('OpenBLAS 0.3.99, Zen, 3 threads');
    expect(threads).toEqual([1, 3]);
    expect(played.loaded).toEqual(['libopenblas.so.0', 'libopenblas.so.0']);
    expect(played.declared).toContain(
      'void cblas_sgemv(int, int, int, int, float, const void *, int, const void *, int, float, void *, int)',
    );
  });

  it('OpenBLAS with sizes of 64 bits is called with such', () => {
    const played = play({
      'libopenblas.so.0': () => openBlas('OpenBLAS 0.3.99 USE64BITINT', 'Newest'),
    });
    flags('avx');
    expect(useNativeBlas().kernels).toBe('Newest');
    expect(played.declared).toContain(
      'void cblas_dgemv(int, int, int64_t, int64_t, double, const void *, int64_t, const void *, int64_t, double, void *, int64_t)',
    );
  });

  it.each([
    ['Prescott', 'avx avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl', 'SkylakeX'],
    ['Haswell', 'avx avx2 fma avx512f avx512cd avx512bw avx512dq avx512vl', 'SkylakeX'],
    ['Prescott', 'avx avx2 fma', 'Zen'],
    ['Nehalem', 'avx', 'Sandybridge'],
    ['Prescott', 'sse2', null],
    ['Zen', 'avx avx2 fma', null],
    ['SapphireRapids', 'avx avx2 fma avx512f', null],
  ])(
    'OpenBLAS that took kernels for %s where there is %s gets those for %s',
    (took, text, better) => {
      const environment = new Map<unknown, unknown>();
      const played = play({
        'libopenblas.so.0': () =>
          openBlas(
            'OpenBLAS 0.3.21',
            (environment.get('OPENBLAS_CORETYPE') as string | undefined) ?? took,
          ),
        program: () => ({
          setenv: (name, value) => environment.set(name, value),
          unsetenv: (name) => environment.delete(name),
        }),
      });
      flags(text);
      expect(useNativeBlas().kernels).toBe(better ?? took);
      expect(environment.size).toBe(0);
      const [first] = played.loaded;
      const again = [`without ${first}`, 'program', first];
      expect(played.loaded).toEqual(better === null ? [first] : [first, ...again]);
    },
  );

  it('OpenBLAS keeps the kernels that the environment names', () => {
    const played = play({ 'libopenblas.so.0': () => openBlas('OpenBLAS 0.3.21', 'Prescott') });
    flags('avx avx2 fma');
    process.env['OPENBLAS_CORETYPE'] = 'Prescott';
    expect(useNativeBlas().kernels).toBe('Prescott');
    expect(played.loaded).toEqual(['libopenblas.so.0']);
  });

  it.each([
    ['AMD EPYC 9755', 'Zen'],
    ['AMD Ryzen 9 7950X', 'Zen'],
    ['Intel(R) Xeon(R) Gold 6130 CPU', 'Haswell'],
    ['13th Gen Intel(R) Core(TM) i7-13700K', 'Haswell'],
    ['Intel(R) Core(TM) i7-2600K', 'Prescott'],
  ])('OpenBLAS of another system goes by the model: %s', (model, kernels) => {
    const env: NodeJS.ProcessEnv = {};
    play({
      'libopenblas.dll': () => openBlas('OpenBLAS 0.3.21', env['OPENBLAS_CORETYPE'] ?? 'Prescott'),
    });
    const cpus = (): unknown[] => [{ model }];
    pretend({
      platform: 'win32',
      arch: 'x64',
      env,
      getBuiltinModule: (name: string) =>
        name === 'node:os' ? { cpus } : realProcess.getBuiltinModule(name),
    });
    expect(useNativeBlas().kernels).toBe(kernels);
    expect(env).toEqual({});
  });

  it('MKL tells its version and is told the threads', () => {
    const threads: unknown[] = [];
    const text = 'Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605';
    play({
      'libmkl_rt.so.2': () => ({
        ...blas,
        MKL_Get_Version_String: (to) => (to as Uint8Array).set(new TextEncoder().encode(text)),
        MKL_Set_Num_Threads: (n) => threads.push(n),
      }),
    });
    pretend({ platform: 'linux', env: {} });
    expect(String(useNativeBlas({ threads: 2 }))).toBe('MKL 2024.2, 2 threads');
    expect(threads).toEqual([2]);
  });

  it('Accelerate and libraries without a name tell nothing', () => {
    const framework = '/System/Library/Frameworks/Accelerate.framework/Accelerate';
    play({ [framework]: () => blas, '/opt/libblas.so': () => blas });
    pretend({ platform: 'darwin', env: {} });
    expect(useNativeBlas()).toMatchObject({ name: 'Accelerate', threads: null, path: framework });
    expect(String(useNativeBlas())).toBe('Accelerate');
    expect(String(useNativeBlas({ library: '/opt/libblas.so' }))).toBe('BLAS');
  });
});
