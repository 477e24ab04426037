import type { Values } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { below } from '../core/apply.ts';
import { isTensor, Tensor } from '../core/tensor.ts';
import { misfitOf } from './leaves.ts';
import { Entry } from './recording.ts';
import type { Recording } from './recording.ts';
import { requireFunction, requireSync } from './sync.ts';

/**
 * What stands in a tape for the values it keeps: half as many digits, a file, nothing that cannot be
 * computed again.
 */
export interface SavedTensorHooks<Packed = unknown> {
  /** Called once for each tensor that is kept, with no tape listening. */
  pack(x: Tensor): Packed;
  /** Gives a tensor of the same shape and dtype, each time a rule reads it. */
  unpack(packed: Packed): Tensor;
}

const option = 'savedTensors';

/** Checks the option of a tape. */
export function requireSavedTensorHooks(op: string, hooks: unknown): SavedTensorHooks {
  if (!isPlainObject(hooks)) {
    throw misuse(ArgumentError, op, option, 'be {pack, unpack}', formatValue(hooks));
  }
  const { pack, unpack } = hooks as Partial<SavedTensorHooks>;
  requireFunction(op, `${option}.pack`, pack);
  requireFunction(op, `${option}.unpack`, unpack);
  return hooks as unknown as SavedTensorHooks;
}

/** From now on, entries of the recording hold what `pack` makes of their values. */
export function packSavedTensors(recording: Recording, hooks: SavedTensorHooks): void {
  const known = new WeakMap<Tensor, PackedTensor>();
  const packed = (x: Tensor): Tensor => {
    // Specs alone are not kept values; what stands for values inside vmap has none.
    if (!isTensor(x) || x.storage === null) return x;
    let one = known.get(x);
    if (one === undefined) known.set(x, (one = new PackedTensor(x, hooks)));
    return one as unknown as Tensor;
  };
  recording.afterEach((made) => {
    if (!(made instanceof Entry)) return;
    Object.assign(made, { inputs: made.inputs.map(packed), outputs: made.outputs.map(packed) });
  });
  recording.unpack = ({ inputs, outputs, params }) => ({
    inputs: inputs.map(unpacked),
    outputs: outputs.map(unpacked),
    params,
  });
}

/** Stands in an entry for a tensor. */
class PackedTensor {
  readonly spec: Spec;
  private readonly packed: unknown;
  private readonly hooks: SavedTensorHooks;
  /** By which tapes follow the tensor: gradients of higher order need to know. */
  private readonly trackers: Pick<Tensor, 'trackerId' | 'trackerSlot' | 'otherTrackers'>;

  constructor(x: Tensor, hooks: SavedTensorHooks) {
    this.spec = x.spec;
    this.hooks = hooks;
    this.packed = requireSync(
      'pack',
      hidden(() => hooks.pack(x)),
    );
    const { trackerId, trackerSlot, otherTrackers } = x;
    this.trackers = { trackerId, trackerSlot, otherTrackers };
  }

  /** The array that is held, if it is one, for counts of bytes. */
  get storage(): Values | null {
    if (isTensor(this.packed)) return this.packed.storage;
    return ArrayBuffer.isView(this.packed) ? (this.packed as Values) : null;
  }

  unpacked(): Tensor {
    const x: unknown = hidden(() => this.hooks.unpack(this.packed));
    if (!isTensor(x)) {
      throw misuse(ArgumentError, 'unpack', 'result', 'be a tensor', formatValue(x));
    }
    const misfit = misfitOf(x, this.spec, "the packed tensor's");
    if (misfit !== null) throw misfit('unpack', 'result');
    const { trackerId, trackerSlot, otherTrackers } = this.trackers;
    return Object.assign(new Tensor(this.spec, x.values), {
      trackerId,
      trackerSlot,
      otherTrackers: otherTrackers === null ? null : [...otherTrackers],
    });
  }
}

function unpacked(held: Tensor): Tensor {
  return (held as unknown) instanceof PackedTensor
    ? (held as unknown as PackedTensor).unpacked()
    : held;
}

function hidden<T>(body: () => T): T {
  return below(0, body);
}
