import { isDifferentiable } from '../base/dtype.ts';
import { isPlainObject } from '../base/options.ts';
import { runtime } from '../base/runtime.ts';
import type { Layer } from '../core/apply.ts';
import { below, dispatch, withLayer } from '../core/apply.ts';
import type { AnyOp } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { identity } from '../ops/structural.ts';
import { zerosOf } from './leaves.ts';
import { mark, slotIn, unmark } from './recording.ts';
import type { Application, Coefficients, Jets } from './seriesRules.ts';
import { seriesRule } from './seriesRules.ts';

/** The higher coefficients of what one op returns, computed when asked for. */
export interface SeriesNode {
  /** The nodes behind the op's inputs. */
  readonly parents: readonly SeriesNode[];
  /** Coefficient `k`, at least 1, of each output; null for zeros. */
  at(k: number): Coefficients;
}

interface Place {
  readonly node: SeriesNode;
  readonly index: number;
}

/**
 * Carries Taylor series in one real parameter t along with values: the layer beneath `jet`.
 *
 * A followed tensor is the value at t = 0, and behind it stands a node, which knows the coefficients of
 * t, t^2, ... Nothing but values is computed until they are asked for.
 */
export class JetLayer implements Layer, Jets {
  readonly id = runtime.nextSerial++;
  open = false;
  /** Carries nothing on while set. */
  paused = false;
  /** In the order of their ops. */
  readonly nodes: SeriesNode[] = [];
  private places: Place[] = [];
  private followed: Tensor[] = [];
  private readonly slopes = new Map<SeriesNode, Tensor[]>();
  // Rules come back to the same functions of the same values: the cosine of the rule of the sine, say.
  private readonly known = new Map<AnyOp, Map<string, SeriesNode>>();

  cares(_op: AnyOp, inputs: readonly Tensor[]): boolean {
    if (this.paused) return false;
    for (let i = 0; i < inputs.length; i++) if (this.follows(inputs[i])) return true;
    return false;
  }

  follows(x: Tensor): boolean {
    return slotIn(x, this.id) >= 0;
  }

  process(op: AnyOp, inputs: readonly Tensor[], params: unknown, level: number): readonly Tensor[] {
    const outputs = dispatch(op, inputs, params, level);
    if (op.derivative.kind === 'zero') return outputs;
    const node = this.nodeFor({ op, inputs, outputs, params });
    outputs.forEach((y, index) => {
      if (isDifferentiable(y.dtype)) this.attach(y, { node, index });
    });
    return outputs;
  }

  /** Gives a tensor its series: `coefficients[k - 1]` belongs to t^k. */
  follow(x: Tensor, coefficients: Coefficients): void {
    const node: SeriesNode = { parents: [], at: (k) => [coefficients[k - 1] ?? null] };
    this.nodes.push(node);
    this.followed.push(x);
    this.attach(x, { node, index: 0 });
  }

  /** The node behind a tensor, or null for a constant. */
  nodeOf(x: Tensor): SeriesNode | null {
    return this.placeOf(x)?.node ?? null;
  }

  coefficient(x: Tensor, k: number): Tensor | null {
    if (k === 0) return x;
    const place = this.placeOf(x);
    return place === null ? null : place.node.at(k)[place.index];
  }

  slopeOf(x: Tensor): Tensor | null {
    const place = this.placeOf(x);
    if (place === null) return null;
    const { node, index } = place;
    let slopes = this.slopes.get(node);
    if (slopes === undefined) this.slopes.set(node, (slopes = []));
    return (slopes[index] ??= this.newSlope(x, node));
  }

  outside<T>(body: () => T): T {
    const { level } = this;
    return level < 0 ? body() : below(level, body);
  }

  inside<T>(body: () => T): T {
    const { level, open } = this;
    if (level >= 0) return below(level + 1, body);
    // A coefficient is being computed, outside; the layer itself is on the stack all the time.
    try {
      return withLayer(this, body);
    } finally {
      this.open = open;
    }
  }

  nodesDuring(body: () => void): readonly SeriesNode[] {
    const first = this.nodes.length;
    body();
    return this.nodes.slice(first);
  }

  clear(): void {
    for (const x of this.followed) unmark(x, this.id);
    this.followed = [];
    this.places = [];
    this.nodes.length = 0;
    this.slopes.clear();
    this.known.clear();
  }

  private get level(): number {
    return (runtime.layers as readonly Layer[]).indexOf(this);
  }

  private placeOf(x: Tensor): Place | null {
    const slot = slotIn(x, this.id);
    return slot < 0 ? null : this.places[slot];
  }

  private newSlope(x: Tensor, behind: SeriesNode): Tensor {
    const first = this.coefficient(x, 1);
    const slope = this.outside(() => (first === null ? zerosOf(x) : identity(first)));
    const at = (k: number): Coefficients => {
      const next = this.coefficient(x, k + 1);
      return [next && this.outside(() => mul(next, k + 1))];
    };
    this.attach(slope, { node: { parents: [behind], at: memoised(at) }, index: 0 });
    this.followed.push(slope);
    return slope;
  }

  private attach(x: Tensor, place: Place): void {
    mark(x, this.id, this.places.length);
    this.places.push(place);
  }

  private nodeFor(application: Application): SeriesNode {
    const { op, inputs } = application;
    const key = keyOf(application);
    const ofOp = this.known.get(op);
    const old = key === null ? undefined : ofOp?.get(key);
    if (old !== undefined) return old;
    const parents = inputs.flatMap((x) => this.nodeOf(x) ?? []);
    const node: SeriesNode = { parents, at: memoised(seriesRule(application, this)) };
    this.nodes.push(node);
    if (key !== null) {
      if (ofOp === undefined) this.known.set(op, new Map([[key, node]]));
      else ofOp.set(key, node);
    }
    return node;
  }
}

/** What two applications of an op with the same result have in common; null where that is not worth it. */
function keyOf({ op, inputs, params }: Application): string | null {
  const { random, linear, bilinear } = op.traits;
  if (random === true || linear === true || bilinear === true) return null;
  if (params !== undefined && !isPlainData(params)) return null;
  return inputs.map((x) => x.serial).join() + (params === undefined ? '' : JSON.stringify(params));
}

function isPlainData(params: unknown): boolean {
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  return (
    isPlainObject(params) &&
    Object.values(params).every(
      (value) =>
        isNumber(value) ||
        typeof value === 'boolean' ||
        (Array.isArray(value) && value.every(isNumber)),
    )
  );
}

function memoised(rule: (k: number) => Coefficients): (k: number) => Coefficients {
  const found: Coefficients[] = [];
  return (k) => (found[k] ??= rule(k));
}
