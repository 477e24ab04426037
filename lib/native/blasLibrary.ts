import type { BlasFunctions } from '../kernels/native/blas.ts';
import type {
  ForeignFunction,
  ForeignFunctions,
  ForeignLibrary,
  Host,
} from './foreignFunctions.ts';
import { betterKernels } from './processor.ts';

/** A BLAS that is loaded, and what it says of itself. */
export interface BlasLibrary {
  readonly name: string;
  readonly version: string | null;
  /** The processor that its kernels are made for. */
  readonly kernels: string | null;
  readonly single: BlasFunctions;
  readonly double: BlasFunctions;
  /** Null for a library that decides alone. */
  readonly setThreads: ((count: number) => unknown) | null;
}

/** Where libraries are, by their names, the first choice first. */
export function usualPlaces({ platform, env }: Host): Readonly<Record<string, readonly string[]>> {
  const conda = env['CONDA_PREFIX'];
  const inFolders = (file: string, ...folders: readonly string[]): readonly string[] =>
    [...folders, ...(conda === undefined ? [] : [`${conda}/lib`])].map((one) => `${one}/${file}`);
  if (platform === 'win32') {
    return { OpenBLAS: ['libopenblas.dll', 'openblas.dll'], MKL: ['mkl_rt.2.dll', 'mkl_rt.dll'] };
  }
  if (platform === 'darwin') {
    const brew = ['/opt/homebrew/opt/openblas/lib', '/usr/local/opt/openblas/lib'];
    return {
      Accelerate: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'],
      OpenBLAS: inFolders('libopenblas.dylib', ...brew),
      MKL: inFolders('libmkl_rt.2.dylib', '/opt/intel/oneapi/mkl/latest/lib'),
    };
  }
  const intel = '/opt/intel/oneapi/mkl/latest/lib';
  return {
    OpenBLAS: [
      'libopenblas.so.0',
      'libopenblas.so',
      ...inFolders('libopenblas.so', '/opt/OpenBLAS/lib'),
    ],
    MKL: [
      'libmkl_rt.so.2',
      'libmkl_rt.so',
      ...inFolders('libmkl_rt.so.2', intel, `${intel}/intel64`),
    ],
  };
}

/** Loads the library at `path`; throws what the machine says when that is none, or no BLAS. */
export function loadBlas(ffi: ForeignFunctions, host: Host, path: string): BlasLibrary {
  const library = ffi.load(path);
  const found = describe(library, path);
  const { kernels } = found;
  const better =
    found.name === 'OpenBLAS' && kernels !== null && host.env[kernelsVariable] === undefined
      ? betterKernels(host, kernels)
      : null;
  if (better === null) return found;
  // It chooses its kernels once, while it is loaded.
  library.unload();
  return withVariable(ffi, host, better, () => describe(ffi.load(path), path));
}

const kernelsVariable = 'OPENBLAS_CORETYPE';

/** Runs `body` while the environment names kernels for OpenBLAS. */
function withVariable<T>(
  ffi: ForeignFunctions,
  { platform, env }: Host,
  value: string,
  body: () => T,
): T {
  if (platform === 'win32') {
    env[kernelsVariable] = value;
    try {
      return body();
    } finally {
      Reflect.deleteProperty(env, kernelsVariable);
    }
  }
  // Workers have a copy of `process.env`; libraries read the environment of the process.
  const program = ffi.load(null);
  program.func('int setenv(const char *, const char *, int)')(kernelsVariable, value, 1);
  try {
    return body();
  } finally {
    program.func('int unsetenv(const char *)')(kernelsVariable);
  }
}

function describe(library: ForeignLibrary, path: string): BlasLibrary {
  const config = textOf(library, 'openblas_get_config');
  // Sizes have 64 bits in some builds of OpenBLAS.
  const integer = config?.includes('USE64BITINT') === true ? 'int64_t' : 'int';
  const functions = {
    single: functionsOf(library, 's', 'float', integer),
    double: functionsOf(library, 'd', 'double', integer),
  };
  if (config !== null) {
    return {
      ...functions,
      name: 'OpenBLAS',
      version: /OpenBLAS (\d\S*)/.exec(config)?.[1] ?? null,
      kernels: textOf(library, 'openblas_get_corename'),
      setThreads: find(library, 'void openblas_set_num_threads(int)'),
    };
  }
  const tellVersion = find(library, 'void MKL_Get_Version_String(void *, int)');
  if (tellVersion !== null) {
    const text = new Uint8Array(200);
    tellVersion(text, text.length);
    const version = /Version (\d[\w.]*)/.exec(new TextDecoder().decode(text))?.[1] ?? null;
    const setThreads = find(library, 'void MKL_Set_Num_Threads(int)');
    return { ...functions, name: 'MKL', version, kernels: null, setThreads };
  }
  const name = path.includes('Accelerate.framework') ? 'Accelerate' : 'BLAS';
  return { ...functions, name, version: null, kernels: null, setThreads: null };
}

function functionsOf(
  library: ForeignLibrary,
  letter: string,
  float: string,
  integer: string,
): BlasFunctions {
  // Arrays as addresses of anything: as addresses of numbers they would be copied.
  const matrix = `const void *, ${integer}`;
  const sizes = (count: number): string => `, ${integer}`.repeat(count);
  const gemm = `void cblas_${letter}gemm(int, int, int${sizes(3)}, ${float}, ${matrix}, ${matrix}, ${float}, void *, ${integer})`;
  const gemv = `void cblas_${letter}gemv(int, int${sizes(2)}, ${float}, ${matrix}, ${matrix}, ${float}, void *, ${integer})`;
  return { gemm: library.func(gemm), gemv: library.func(gemv) };
}

/** A function that only some libraries have. */
function find(library: ForeignLibrary, declaration: string): ForeignFunction | null {
  try {
    return library.func(declaration);
  } catch {
    return null;
  }
}

function textOf(library: ForeignLibrary, name: string): string | null {
  const text = find(library, `const char *${name}(void)`)?.();
  return typeof text === 'string' ? text : null;
}
