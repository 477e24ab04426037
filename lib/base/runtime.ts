import type { DType, FloatDType, Values } from './dtype.ts';
import { newValues } from './dtype.ts';
import type { NativeProducts } from './products.ts';

/** What base needs to know of an interpreter. */
export interface LayerHooks {
  /** Called when the values of a followed tensor leave the library as plain numbers. */
  noticeReadBack?(tensor: object): void;
}

/** What debug mode takes part in; transforms give the arguments their full types. */
export interface DebugHooks {
  /** Makes a recording remember the line of each record. */
  attend(recording: object): void;
  /** Runs the rule of a record, which gives tensors: what goes wrong in it is told of that record. */
  inRule<T extends readonly unknown[]>(recording: object, made: object, rule: () => T): T;
  /** Runs a part of the program once more for the sake of a rule: its calls have lines of their own. */
  again<T>(body: () => T): T;
  /** Runs code of whose results only the last needs to be finite. */
  selecting<T>(body: () => T): T;
}

/** What a profile hears of beside the ops. */
export interface ProfileHooks {
  /** Runs a reverse pass. */
  inPass<T>(pass: () => T): T;
  /** Runs the rule of a recorded op. */
  inRule<T>(op: { readonly name: string }, rule: () => T): T;
  /** Computes the new value of a weight. */
  inUpdate<T>(weight: object, update: () => T): T;
}

/**
 * The one global object. It hangs on `globalThis` under a versioned symbol, so that an ES-module
 * and a CommonJS copy of the library loaded together share one stack and one generator.
 */
export interface Runtime {
  /** The stack of interpreters, outermost first; `core/apply.ts` gives the entries their full type. */
  layers: readonly LayerHooks[];
  /** Variables that were made and may still be there. */
  variables: { known: WeakRef<object>[]; most: number };
  /** What disposed tensors held, for recordings that still need it; null where none does. */
  disposed: WeakMap<object, Values | null>;
  /** Whether anything ever was. */
  hasDisposed: boolean;
  /** How many recordings hold entries. */
  recordingsInUse: number;
  /** Serial number of the next tensor, recording or layer. */
  nextSerial: number;
  defaultFloat: FloatDType;
  /** Largest number of elements a tensor may have. */
  maxElements: number;
  /** Set while debug mode is on. */
  debug: DebugHooks | null;
  /** Set while a profile is taken. */
  profiler: ProfileHooks | null;
  /** Makes the array of an op's result; kernels may not rely on what it holds. */
  allocate: (dtype: DType, size: number) => Values;
  /** Arrays that reverse passes are done with, by their dtype and size. */
  spare: {
    readonly arrays: Map<number, Values[]>;
    /** What those take. */
    bytes: number;
    /** For smaller arrays the bookkeeping costs what they do; no larger than the smallest view. */
    leastElements: number;
    /** Whether a pass is using them. */
    inUse: boolean;
    /** Whether arrays are filled with NaN when they are given back: specs see so who still reads them. */
    isPoisoned: boolean;
  };
  /** How kernels may compute; see `useWebAssembly` and `reproducible`. */
  vectors: { enabled: boolean; reproducible: boolean; leastElements: number };
  /** Set while a native library multiplies matrices. */
  native: NativeProducts | null;
  /** The default random stream: its key, and how many blocks have been drawn from it. */
  random: { key: readonly [number, number]; counter: number };
}

const slot = Symbol.for('gradtape/runtime@1');

type Host = typeof globalThis & { [slot]?: Runtime };

function create(): Runtime {
  return {
    layers: [],
    variables: { known: [], most: 64 },
    disposed: new WeakMap(),
    hasDisposed: false,
    recordingsInUse: 0,
    nextSerial: 1,
    defaultFloat: 'float32',
    maxElements: 2 ** 28,
    debug: null,
    profiler: null,
    allocate: newValues,
    spare: { arrays: new Map(), bytes: 0, leastElements: 1024, inUse: false, isPoisoned: false },
    vectors: { enabled: true, reproducible: false, leastElements: Infinity },
    native: null,
    random: { key: [randomWord(), randomWord()], counter: 0 },
  };
}

// Unseeded programs should differ from run to run; `setSeed` makes them repeat.
function randomWord(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

export const runtime: Runtime = ((globalThis as Host)[slot] ??= create());
