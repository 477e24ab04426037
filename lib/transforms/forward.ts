import { ArgumentError, DTypeError, misuse, ShapeError, TapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import { sameShape } from '../base/shape.ts';
import { pushLayer, removeLayer } from '../core/apply.ts';
import type { Tensor } from '../core/tensor.ts';
import { filledTensor, isTensor, requireFloat } from '../core/tensor.ts';
import type { MapLeaves } from '../core/tree.ts';
import { mapTree, zipTrees } from '../core/tree.ts';
import { unconnectedJvp } from './explain.ts';
import { disposeSymbol } from './dispose.ts';
import type { Leaf, LeafTree } from './leaves.ts';
import { isLeaf, requireLeaves } from './leaves.ts';
import { requireSync } from './sync.ts';
import { TangentLayer } from './tangents.ts';

export interface JvpOptions {
  /** For a result that does not depend on the primals: null, zeros, or (by default) an error. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/**
 * Forward-mode differentiation: carries a tangent along with every value computed from the primals.
 *
 * It lives as a tape does: from construction until `stop()` or disposal, or for the length of
 * `run(f)`. Accumulators nest by the order in which they started, and mix with tapes both ways.
 *
 * @example
 * const x = scalar(3);
 * const accumulator = new ForwardAccumulator(x, scalar(1));
 * const y = mul(x, x);
 * accumulator.jvp(y).item() // 6
 */
export class ForwardAccumulator {
  private readonly layer = new TangentLayer();
  private state: 'recording' | 'stopped' | 'disposed' = 'stopped';
  private inRun = false;

  /**
   * @param tangents - one for each primal, in the same structure, of its shape and dtype
   * @throws ArgumentError when structures differ or a primal is given twice
   */
  constructor(primals: LeafTree, tangents: LeafTree) {
    const op = 'ForwardAccumulator';
    const { names } = requireLeaves(op, 'primals', primals);
    requireLeaves(op, 'tangents', tangents);
    const { pairs } = zipTrees<Leaf>(op, 'tangents', primals, tangents, isLeaf);
    pairs.forEach(([primal, tangent], i) => {
      requirePair(primal, tangent, names[i]);
      const first = pairs.findIndex(([other]) => other === primal);
      if (first !== i) {
        const hint = 'add up its tangents';
        throw misuse(ArgumentError, op, 'primals', 'name each tensor once', `${names[i]} twice`, hint);
      }
    });
    for (const [primal, tangent] of pairs) {
      const t = isTensor(tangent) ? tangent : tangent.peek();
      if (isTensor(primal)) this.layer.follow(primal, t);
      else this.layer.followVariable(primal, t);
    }
    this.start();
  }

  /** Follows what `f` computes, and stops after it; returns what `f` returns. */
  run<T>(f: (accumulator: this) => T): T {
    if (this.inRun) throw misuse(TapeError, 'run', 'accumulator', 'not be inside its own run', 'a nested call');
    if (this.state !== 'recording') this.start();
    this.inRun = true;
    try {
      return requireSync('run', f(this));
    } finally {
      this.inRun = false;
      this.stop();
    }
  }

  /** Ends the recording; tangents found so far can still be asked for. */
  stop(): void {
    if (this.state !== 'recording') return;
    removeLayer(this.layer);
    this.state = 'stopped';
  }

  [disposeSymbol](): void {
    this.stop();
    this.layer.clear();
    this.state = 'disposed';
  }

  /**
   * Tangents of results, in their structure: the product of the Jacobian with the primals' tangents.
   *
   * @throws UnconnectedGradientError when a result was not derived from the primals, unless
   *   `unconnectedGradients` says otherwise
   */
  jvp<const T extends LeafTree>(
    results: T,
    options: { readonly unconnectedGradients: 'none' },
  ): MapLeaves<T, Leaf, Tensor | null>;
  jvp<const T extends LeafTree>(
    results: T,
    options?: { readonly unconnectedGradients?: 'zero' },
  ): MapLeaves<T, Leaf, Tensor>;
  jvp<const T extends LeafTree>(results: T, options?: JvpOptions): MapLeaves<T, Leaf, Tensor | null> {
    const { unconnectedGradients: policy } = readOptions<JvpOptions>('jvp', options, { unconnectedGradients: true });
    if (policy !== undefined) requireOneOf('jvp', 'unconnectedGradients', policy, ['none', 'zero']);
    requireLeaves('jvp', 'results', results);
    return mapTree(results, isLeaf, (leaf, path) => {
      const tangent = isTensor(leaf) ? this.layer.tangentOf(leaf) : this.layer.tangentOfVariable(leaf);
      if (tangent !== null || policy === 'none') return tangent;
      if (policy === 'zero') return filledTensor(isTensor(leaf) ? leaf.spec : leaf.peek().spec, 0);
      throw unconnectedJvp(`results${path}`, leaf);
    });
  }

  private start(): void {
    if (this.state === 'disposed') {
      throw misuse(TapeError, 'run', 'accumulator', 'not be disposed', 'a disposed accumulator');
    }
    pushLayer(this.layer);
    this.state = 'recording';
  }
}

function requirePair(primal: Leaf, tangent: Leaf, name: string): void {
  const op = 'ForwardAccumulator';
  requireFloat(op, name, isTensor(primal) ? primal : primal.peek());
  if (!sameShape(primal.shape, tangent.shape)) {
    const condition = `have the primal's shape ${formatShape(primal.shape)}`;
    throw misuse(ShapeError, op, 'tangents', condition, formatShape(tangent.shape));
  }
  if (primal.dtype !== tangent.dtype) {
    throw misuse(DTypeError, op, 'tangents', `have the primal's dtype ${primal.dtype}`, tangent.dtype);
  }
}
