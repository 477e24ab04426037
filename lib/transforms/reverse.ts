import { misuse, UnsupportedError } from '../base/errors.ts';
import { runtime } from '../base/runtime.ts';
import { apply, withLayer } from '../core/apply.ts';
import type { AnyOp, Derivative, Expansion, Point } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, revived } from '../core/tensor.ts';
import { addOp } from '../ops/elementwise.ts';
import type { PassMemory } from './passMemory.ts';
import { passMemory } from './passMemory.ts';
import type { Entry } from './recording.ts';
import { Recording } from './recording.ts';
import { isOwnSum, isSource, leadsFromSource, markPaths, neededInputs } from './slotRoles.ts';

/** Where a reverse pass starts: a slot of the recording and the cotangent of its tensor. */
export interface Seed {
  readonly slot: number;
  readonly cotangent: Tensor;
}

/**
 * Replays a recording in reverse: cotangents of `sources` (slots), null where none arrives.
 *
 * Ordinary code: every layer on the stack hears the rules' ops, the recording itself included if it
 * is still on the stack. `release` drops each entry once it was replayed.
 */
export function reverse(
  recording: Recording,
  seeds: readonly Seed[],
  sources: readonly number[],
  release: boolean,
): (Tensor | null)[] {
  const { profiler } = runtime;
  if (profiler === null) return passOver(recording, seeds, sources, release);
  return profiler.inPass(() => passOver(recording, seeds, sources, release));
}

function passOver(
  recording: Recording,
  seeds: readonly Seed[],
  sources: readonly number[],
  release: boolean,
): (Tensor | null)[] {
  if (recording.hooks !== null || recording.unpack !== null || runtime.debug !== null) {
    return lastOf(passages(recording, seeds, sources, release));
  }
  const memory = passMemory.open();
  try {
    return replay(recording, seeds, sources, release, memory);
  } finally {
    memory?.close();
  }
}

function replay(
  recording: Recording,
  seeds: readonly Seed[],
  sources: readonly number[],
  release: boolean,
  memory: PassMemory | null,
): (Tensor | null)[] {
  const { entries, inputSlots } = recording;
  const role = markPaths(recording, sources);
  const cotangents = new Array<Tensor | undefined>(recording.slotCount);
  for (const { slot, cotangent } of seeds) accumulate(cotangents, slot, cotangent, role, memory);
  const pull = runtime.profiler === null ? pullBackWithin : profiledPull;
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (release) entries.pop();
    const arriving = takeCotangents(entry, cotangents, role);
    if (arriving === null) continue;
    const needed = neededInputs(entry, inputSlots, role);
    const shares = pull(memory, entry, arriving, needed);
    for (let k = 0; k < needed.length; k++) {
      const share = shares[k];
      if (needed[k] && share !== null)
        accumulate(cotangents, inputSlots[entry.firstInput + k], share, role, memory);
    }
    if (memory?.isInUse === true) settle(memory, entry, arriving, role);
  }
  return cotangentsOf(sources, cotangents);
}

function cotangentsOf(
  slots: readonly number[],
  cotangents: readonly (Tensor | undefined)[],
): (Tensor | null)[] {
  const found: (Tensor | null)[] = [];
  for (let i = 0; i < slots.length; i++) found.push(cotangents[slots[i]] ?? null);
  return found;
}

function pullBackWithin(
  memory: PassMemory | null,
  entry: Entry,
  arriving: readonly (Tensor | null)[],
  needed: readonly boolean[],
): readonly (Tensor | null)[] {
  if (memory === null || entry.op.traits.foreign !== true) return pullBack(entry, arriving, needed);
  memory.suspend(arriving);
  const shares = pullBack(entry, arriving, needed);
  memory.resume();
  return shares;
}

const profiledPull: typeof pullBackWithin = (memory, entry, arriving, needed) =>
  profiled(entry, () => pullBackWithin(memory, entry, arriving, needed));

function profiled<T>({ op }: Entry, rule: () => T): T {
  return runtime.profiler === null ? rule() : runtime.profiler.inRule(op, rule);
}

// Those that arrived have been handed on, but a source's.
function settle(
  memory: PassMemory,
  { firstOutput }: Entry,
  arriving: readonly (Tensor | null)[],
  role: Uint8Array,
): void {
  for (let j = 0; j < arriving.length; j++) {
    const cotangent = arriving[j];
    if (cotangent !== null && (role[firstOutput + j] & isSource) === 0) memory.drop(cotangent);
  }
  memory.settle();
}

/** One record as a reverse pass goes through it. */
export interface Passage {
  readonly entry: Entry;
  /** What has arrived at each output; null for nothing. */
  readonly arriving: readonly (Tensor | null)[];
  /** Which inputs are on the way to a source. */
  readonly needed: readonly boolean[];
  /** What is handed on to each input. */
  readonly shares: readonly (Tensor | null)[];
}

/** As `reverse`, record by record, and with all that may take part in a pass: hooks, debug mode. */
export function* passages(
  recording: Recording,
  seeds: readonly Seed[],
  sources: readonly number[],
  release: boolean,
): Generator<Passage, (Tensor | null)[]> {
  const { entries, inputSlots } = recording;
  const role = markPaths(recording, sources);
  const cotangents = new Array<Tensor | undefined>(recording.slotCount);
  for (const { slot, cotangent } of seeds) accumulate(cotangents, slot, cotangent, role);
  const hooks = [...(recording.hooks?.forPass() ?? [])];
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i];
    if (release) entries.pop();
    // Whatever could add to slots from here on has been replayed.
    callHooks(hooks, entry.firstOutput, cotangents, role);
    const arriving = takeCotangents(entry, cotangents, role);
    if (arriving === null) continue;
    const needed = neededInputs(entry, inputSlots, role);
    const pulled = (): readonly (Tensor | null)[] =>
      pullBack(recording.pointOf(entry), arriving, needed).map((g, k) => (needed[k] ? g : null));
    const shares = profiled(entry, () => watched(recording, entry, pulled));
    watched(recording, entry, () => {
      const slots = shares.map((_, k) => inputSlots[entry.firstInput + k]);
      shares.forEach((share, k) => {
        if (share !== null) accumulate(cotangents, slots[k], share, role);
      });
      return slots.map((slot) => cotangents[slot] ?? null);
    });
    yield { entry, arriving, needed, shares };
  }
  callHooks(hooks, 0, cotangents, role);
  return cotangentsOf(sources, cotangents);
}

function watched(
  recording: Recording,
  entry: Entry,
  rule: () => readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  return runtime.debug === null ? rule() : runtime.debug.inRule(recording, entry, rule);
}

function callHooks(
  hooks: (readonly [slot: number, f: (cotangent: Tensor) => Tensor])[],
  from: number,
  cotangents: (Tensor | undefined)[],
  role: Uint8Array,
): void {
  while (hooks.length > 0 && hooks[0][0] >= from) {
    const [slot, f] = hooks[0];
    hooks.shift();
    const cotangent = cotangents[slot];
    if (cotangent !== undefined && role[slot] !== 0) cotangents[slot] = f(cotangent);
  }
}

function lastOf<R>(steps: Generator<unknown, R>): R {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

function takeCotangents(
  { firstOutput, outputs }: Entry,
  cotangents: (Tensor | undefined)[],
  role: Uint8Array,
): (Tensor | null)[] | null {
  if ((role[firstOutput] & leadsFromSource) === 0) return null;
  if (outputs.length === 1) {
    const cotangent = cotangents[firstOutput];
    if (cotangent === undefined) return null;
    if ((role[firstOutput] & isSource) === 0) cotangents[firstOutput] = undefined;
    return [cotangent];
  }
  let taken: (Tensor | null)[] | null = null;
  for (let j = 0; j < outputs.length; j++) {
    const slot = firstOutput + j;
    const cotangent = cotangents[slot];
    if (cotangent === undefined) continue;
    taken ??= outputs.map(() => null);
    taken[j] = cotangent;
    if ((role[slot] & isSource) === 0) cotangents[slot] = undefined;
  }
  return taken;
}

/**
 * Adds a share to the cotangent of a slot: in place if the sum so far was made here and nobody else
 * can have seen it, which holds as long as no layer listens.
 */
function accumulate(
  cotangents: (Tensor | undefined)[],
  slot: number,
  share: Tensor,
  role: Uint8Array,
  memory: PassMemory | null = null,
): void {
  const present = cotangents[slot];
  if (present === undefined) {
    cotangents[slot] = share;
    if (memory !== null) memory.hold(share);
  } else if (
    ((role[slot] & isOwnSum) !== 0 && runtime.layers.length === 0) ||
    // In a profile sums are ops.
    (runtime.profiler === null && memory?.isSole(present, share) === true)
  ) {
    addOp.kernel([present, share], [present], undefined);
  } else {
    const sum = apply(addOp, [present, share], undefined)[0];
    cotangents[slot] = sum;
    if (runtime.layers.length === 0) role[slot] |= isOwnSum;
    if (memory !== null) {
      memory.hold(sum);
      memory.drop(present);
    }
  }
}

/** Cotangents of an entry's inputs, by whichever rule its op has. */
export function pullBack(
  entry: Point<unknown> & { readonly op: AnyOp },
  cotangents: readonly (Tensor | null)[],
  needed: readonly boolean[],
): readonly (Tensor | null)[] {
  const at = withDisposed(entry);
  const derivative = at.op.derivative as
    Derivative<unknown> | Expansion<unknown> | { kind: 'zero' } | { kind: 'none'; reason: string };
  switch (derivative.kind) {
    case 'rules':
      if (derivative.vjp !== undefined) return derivative.vjp(at, cotangents, needed);
      return transposeJvp(derivative, at, cotangents, needed);
    case 'expansion':
      return pullBackThrough(
        (inputs) => derivative.expand(inputs, at.params),
        at.inputs,
        cotangents,
        needed,
      );
    case 'zero':
      return at.inputs.map(() => null);
    case 'none':
      throw notDifferentiableError(at.op, derivative.reason);
  }
}

// An entry holds handles; of one that was disposed since, the rule gets another with the values.
export function withDisposed<At extends Point<unknown>>(at: At): At {
  if (!runtime.hasDisposed || (!holdsGone(at.inputs) && !holdsGone(at.outputs))) return at;
  return { ...at, inputs: at.inputs.map(revived), outputs: at.outputs.map(revived) };
}

function holdsGone(tensors: readonly Tensor[]): boolean {
  for (let i = 0; i < tensors.length; i++)
    if (tensors[i].storage === null && tensors[i].isDisposed) return true;
  return false;
}

export function notDifferentiableError(op: AnyOp, reason: string): Error {
  const condition = 'be differentiable to lie on the path of a gradient';
  return misuse(UnsupportedError, op.name, 'op', condition, reason);
}

/**
 * Cotangents of the inputs of a function written in recorded ops. The same tensor at two positions
 * gets its whole cotangent at the first.
 */
export function pullBackThrough(
  f: (inputs: readonly Tensor[]) => readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  cotangents: readonly (Tensor | null)[],
  needed: readonly boolean[],
): (Tensor | null)[] {
  const recording = new Recording();
  try {
    inputs.forEach((x, i) => {
      if (needed[i]) recording.watch(x);
    });
    const outputs = withLayer(recording, () => f(inputs));
    const seeds: Seed[] = [];
    outputs.forEach((y, i) => {
      const cotangent = cotangents[i];
      const slot = y === null ? -1 : recording.slotOf(y);
      if (cotangent !== null && slot >= 0) seeds.push({ slot, cotangent });
    });
    const positions = inputs.flatMap((x, i) => (needed[i] && inputs.indexOf(x) === i ? [i] : []));
    const found = reverse(
      recording,
      seeds,
      positions.map((i) => recording.slotOf(inputs[i])),
      true,
    );
    const result = inputs.map((): Tensor | null => null);
    positions.forEach((position, k) => (result[position] = found[k]));
    return result;
  } finally {
    recording.clear();
  }
}

// A jvp is linear in its tangents; its transpose takes cotangents of outputs to those of inputs.
function transposeJvp(
  { jvp }: Derivative<unknown>,
  at: Point<unknown> & { readonly op: AnyOp },
  cotangents: readonly (Tensor | null)[],
  needed: readonly boolean[],
): readonly (Tensor | null)[] {
  if (jvp === undefined) throw notDifferentiableError(at.op, 'an op without rules');
  const origins = at.inputs.map((x) => filledTensor(x.spec ?? x, 0));
  return pullBackThrough((tangents) => jvp(at, tangents), origins, cotangents, needed);
}

/** The transpose of a vjp: tangents of outputs for an op that writes only its vjp. */
export function transposeVjp(
  { vjp }: Derivative<unknown>,
  at: Point<unknown> & { readonly op: AnyOp },
  tangents: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  if (vjp === undefined) throw notDifferentiableError(at.op, 'an op without rules');
  const needed = tangents.map((t) => t !== null);
  const origins = at.outputs.map((y) => filledTensor(y.spec ?? y, 0));
  return pullBackThrough(
    (cotangents) => vjp(at, cotangents, needed),
    origins,
    tangents,
    origins.map(() => true),
  );
}
