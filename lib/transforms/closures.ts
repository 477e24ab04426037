import { isDifferentiable } from '../base/dtype.ts';
import type { LayerHooks, Runtime } from '../base/runtime.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { below, dispatch, withLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import type { TracedTensor } from '../core/traced.ts';
import type { Variable } from '../core/variable.ts';
import { identity } from '../ops/structural.ts';
import { VariableReads } from './variableReads.ts';

/** What a run of a function used besides its arguments, so that it can be run again. */
export interface Closure {
  /** Variables that were read and tensors made before the run that derivatives may go to, numbered. */
  readonly places: ReadonlyMap<object, number>;
  /** What each of them was during the run. */
  readonly values: readonly Tensor[];
  /** Where the random stream stood. */
  readonly random: Runtime['random'];
}

/**
 * Runs `body` so that no tape and no accumulator keeps anything of it, and notes what it closes over.
 * Tensors that the run made itself, its arguments under handles of their own among them, do not count.
 *
 * @param leavesOf - the tensors of a result, which may be closed-over ones as they are
 */
export function observe<R>(
  body: () => R,
  leavesOf: (result: R) => readonly Tensor[],
): { readonly result: R; readonly closure: Closure } {
  const { key, counter } = runtime.random;
  const captures = new Captures();
  const result = unrecorded(() => withLayer(captures, body));
  captures.note(leavesOf(result));
  const variables = [...captures.found.keys()];
  // Tapes did not hear the run, so they are told which variables it read.
  for (const variable of variables) variable.read();
  const places = new Map([...variables, ...captures.tensors].map((handle, i) => [handle, i]));
  const values = [...captures.found.values(), ...captures.tensors];
  return { result, closure: { places, values, random: { key, counter } } };
}

/** Whether derivatives with respect to `x` go through a layer that is on the stack. */
export function isFollowed(x: Tensor): boolean {
  if (!isDifferentiable(x.dtype)) return false;
  const layers = runtime.layers as readonly Layer[];
  if (x.storage === null && layers.includes((x as TracedTensor<unknown>).layer)) return true;
  return layers.some((layer) => layer.follows?.(x) === true);
}

/** Notes which variables and which followed tensors are used while it is on the stack. */
class Captures extends VariableReads {
  readonly tensors: Tensor[] = [];
  private readonly seen = new Set<Tensor>();
  private readonly start = runtime.nextSerial;

  constructor() {
    super([]);
  }

  override cares(_op?: AnyOp, inputs: readonly Tensor[] = []): boolean {
    this.note(inputs);
    return false;
  }

  note(used: readonly Tensor[]): void {
    for (let i = 0; i < used.length; i++) {
      const x = used[i];
      if (x.serial >= this.start || this.seen.has(x)) continue;
      this.seen.add(x);
      if (isFollowed(x)) this.tensors.push(x);
    }
  }
}

/**
 * Puts other values in the place of what a function closes over, under new handles which are made at
 * the first use.
 */
export class Substitution implements Layer {
  open = false;
  private readonly places: ReadonlyMap<object, number>;
  private readonly values: readonly Tensor[];
  private readonly noticeUse: ((x: Tensor, index: number) => void) | undefined;
  private readonly made = new Map<object, Tensor>();

  /** @param noticeUse - told of each new handle before an op takes it */
  constructor(
    { places }: Closure,
    values: readonly Tensor[],
    noticeUse?: (x: Tensor, index: number) => void,
  ) {
    this.places = places;
    this.values = values;
    this.noticeUse = noticeUse;
  }

  cares(_op: AnyOp, inputs: readonly Tensor[]): boolean {
    if (this.places.size === 0) return false;
    for (let i = 0; i < inputs.length; i++) if (this.places.has(inputs[i])) return true;
    return false;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const replaced = inputs.map((x) => this.valueOf(x, level) ?? x);
    return dispatch(op, replaced, params, level);
  }

  follows(x: Tensor): boolean {
    return this.places.has(x);
  }

  readVariable(variable: Variable, readBelow: () => Tensor): Tensor {
    return this.valueOf(variable, this.level) ?? readBelow();
  }

  /** Runs `body`; of its results, those that are closed over count as replaced too. */
  during(body: () => readonly Tensor[]): readonly Tensor[] {
    return withLayer(this, () => body().map((y) => this.valueOf(y, this.level) ?? y));
  }

  private get level(): number {
    return (runtime.layers as readonly Layer[]).indexOf(this);
  }

  private valueOf(handle: Tensor | Variable, level: number): Tensor | null {
    const place = this.places.get(handle);
    if (place === undefined) return null;
    let x = this.made.get(handle);
    if (x === undefined) {
      // The layers above interpret the function; what stands for its inputs is not their business.
      x = below(level, () => identity(this.values[place]));
      this.made.set(handle, x);
      this.noticeUse?.(x, place);
    }
    return x;
  }
}

interface Pausable extends LayerHooks {
  paused: boolean;
}

function unrecorded<T>(body: () => T): T {
  const hearing = runtime.layers.filter(
    (layer): layer is Pausable => (layer as Partial<Pausable>).paused === false,
  );
  for (const layer of hearing) layer.paused = true;
  try {
    return body();
  } finally {
    for (const layer of hearing) layer.paused = false;
  }
}

/** Runs `body` with the random stream standing at `state`, and puts it back after. */
export function withRandom<T>(state: Runtime['random'], body: () => T): T {
  const { random } = runtime;
  runtime.random = { ...state };
  try {
    return body();
  } finally {
    runtime.random = random;
  }
}
