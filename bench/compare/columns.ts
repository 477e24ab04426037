import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A library as it is measured: how its process is started. */
export interface Column {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Places {
  /** The bundled worker.ts. */
  readonly worker: string;
  /** Where the JavaScript peers are installed. */
  readonly peers: string;
  /** The folder of worker.py. */
  readonly python: string;
  /** The folder of the package. */
  readonly root: string;
}

/** What a JavaScript peer needs in the folder of peers. */
const packages: Readonly<Record<string, string>> = {
  'tfjs-wasm': '@tensorflow/tfjs-backend-wasm',
  'tfjs-cpu': '@tensorflow/tfjs',
  'jax-jit': '@jax-js/jax',
  'jax-eager': '@jax-js/jax',
  'js-pytorch': 'js-pytorch',
};

const pythonColumns = ['torch', 'torch-as-installed'];

/** Every column, gradtape first. */
export const columnNames: readonly string[] = [
  'gradtape',
  'gradtape-native',
  ...pythonColumns,
  ...Object.keys(packages),
];

/** The columns that can run here, and why the others cannot. */
export function findColumns(
  asked: readonly string[] | null,
  { node, threads }: { readonly node: string; readonly threads: number },
  places: Places,
): { readonly columns: readonly Column[]; readonly missing: readonly string[] } {
  const wanted = columnNames.filter((name, i) => i === 0 || (asked?.includes(name) ?? true));
  const python = wanted.some((name) => pythonColumns.includes(name)) ? findPython() : null;
  const columns: Column[] = [];
  const missing: string[] = [];
  for (const name of wanted) {
    const column = pythonColumns.includes(name)
      ? python && pythonColumn(name, python, threads, places)
      : scriptColumn(name, node, places);
    if (column) columns.push(column);
    else missing.push(`${name}: ${reasonFor(name)}`);
  }
  return { columns, missing };
}

function reasonFor(name: string): string {
  if (name === 'gradtape-native') return 'gradtape/native is missing or finds no library';
  return pythonColumns.includes(name)
    ? 'no python3 that imports torch (the variable PYTHON may name one)'
    : 'not installed (npm run bench:peers)';
}

function scriptColumn(name: string, node: string, { worker, peers, root }: Places): Column | null {
  const isThere =
    name === 'gradtape' ||
    (name === 'gradtape-native'
      ? usesNative(node, root)
      : existsSync(path.join(peers, 'node_modules', packages[name])));
  if (!isThere) return null;
  return { name, command: node, args: [worker, name, peers], env: {} };
}

function pythonColumn(name: string, command: string, threads: number, places: Places): Column {
  const count = String(threads);
  const type = name === 'torch' ? coreType() : null;
  return {
    name,
    command,
    args: [path.join(places.python, 'worker.py')],
    env: {
      OMP_NUM_THREADS: count,
      OPENBLAS_NUM_THREADS: count,
      PYTHONDONTWRITEBYTECODE: '1',
      ...(type !== null && { OPENBLAS_CORETYPE: type }),
    },
  };
}

/** Whether the built package computes products with a library of the machine. */
function usesNative(node: string, root: string): boolean {
  return runs(node, ['-e', "require('gradtape/native').useNativeBlas()"], root);
}

function runs(command: string, args: readonly string[], cwd?: string): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', cwd });
    return true;
  } catch {
    return false;
  }
}

function findPython(): string | null {
  const candidates = [process.env['PYTHON'], 'python3', '/usr/bin/python3'];
  return (
    candidates.find((command) => command !== undefined && runs(command, ['-c', 'import torch'])) ??
    null
  );
}

/**
 * The kernels that an OpenBLAS older than the processor should have picked; null where the processor
 * does not tell what it is.
 */
function coreType(): string | null {
  if (!existsSync('/proc/cpuinfo')) return null;
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const has = (flag: string): boolean => new RegExp(`^flags\\s*:.*\\b${flag}\\b`, 'm').test(text);
  if (has('avx512f')) return 'SkylakeX';
  if (!has('avx2')) return null;
  return text.includes('AuthenticAMD') ? 'Zen' : 'Haswell';
}
