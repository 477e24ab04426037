import type { Adapter } from './adapter.ts';

export interface LoadedAdapter {
  readonly adapter: Adapter;
  readonly version: string;
}

type Load = (folder: string) => Promise<LoadedAdapter>;

/** By name; each takes the folder in which peers are installed. A library is loaded only when asked for. */
export const adapters: Readonly<Record<string, Load>> = {
  gradtape: async () => (await import('./gradtape/adapter.ts')).load(),
  'gradtape-native': async () => (await import('./gradtape/adapter.ts')).loadNative(),
  'tfjs-cpu': async (folder) => (await import('./tfjs/adapter.ts')).load('cpu', folder),
  'tfjs-wasm': async (folder) => (await import('./tfjs/adapter.ts')).load('wasm', folder),
  'jax-eager': async (folder) => (await import('./jax/adapter.ts')).load('eager', folder),
  'jax-jit': async (folder) => (await import('./jax/adapter.ts')).load('jit', folder),
  'js-pytorch': async (folder) => (await import('./jsPytorch/adapter.ts')).load(folder),
};
