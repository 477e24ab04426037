import type { Host } from './foreignFunctions.ts';
import { builtin } from './foreignFunctions.ts';

/*
 * OpenBLAS has kernels for many processors and picks some by the number of the model. A model that is
 * newer than the library gets kernels of twenty years ago, which are five times slower.
 */

/** OpenBLAS's names for kernels with vectors of 256 bits; those of 512 are the newest and open-ended. */
const withAvx = /^(Sandybridge|Bulldozer|Piledriver|Steamroller)$/i;
const withAvx2 = /^(Haswell|Zen|Excavator)$/i;
const without =
  /^(Katmai|Coppermine|Northwood|Prescott|Banias|Core2|Penryn|Dunnington|Nehalem|Athlon|Opteron.*|Barcelona|Bobcat|Atom|Nano|Unknown|Generic)$/i;

function levelOf(kernels: string): number {
  const level = [without, withAvx, withAvx2].findIndex((names) => names.test(kernels));
  return level < 0 ? 3 : level;
}

/** The best kernels for this processor, where they are better than `kernels`; otherwise null. */
export function betterKernels(host: Host, kernels: string): string | null {
  if (host.arch !== 'x64') return null;
  const best = host.platform === 'linux' ? fromFlags() : fromModel();
  return best !== null && levelOf(best) > levelOf(kernels) ? best : null;
}

function fromFlags(): string | null {
  const { readFileSync } = builtin('node:fs') as {
    readFileSync: (path: string, as: string) => string;
  };
  const text = readFileSync('/proc/cpuinfo', 'latin1');
  const flags = new Set(/^flags\s*:(.*)$/m.exec(text)?.[1].split(' '));
  const have = (...names: readonly string[]): boolean => names.every((name) => flags.has(name));
  if (have('avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl')) return 'SkylakeX';
  if (have('avx2', 'fma')) return text.includes('AuthenticAMD') ? 'Zen' : 'Haswell';
  return have('avx') ? 'Sandybridge' : null;
}

// Other systems tell the name of the model alone.
function fromModel(): string | null {
  const { cpus } = builtin('node:os') as { cpus: () => readonly { readonly model: string }[] };
  const model = cpus().at(0)?.model ?? '';
  if (/EPYC|Ryzen/.test(model)) return 'Zen';
  return /Xeon.*( v[3-9]|Platinum|Gold|Silver|Bronze)|i[3579]-(1\d{4}|[4-9]\d{3})|Ultra \d/.test(
    model,
  )
    ? 'Haswell'
    : null;
}
