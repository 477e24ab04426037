import { isDifferentiable } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { readOptions, requireOneOf } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor, requireFloat } from '../core/tensor.ts';
import { zipTrees } from '../core/tree.ts';
import { unconnectedJvp } from './explain.ts';
import type { Leaf, LeafTree, LeavesOnly, WithLeaves } from './leaves.ts';
import {
  isLeaf,
  leafName,
  misfitOf,
  placed,
  requireLeaves,
  restructured,
  valueOf,
  zerosOf,
} from './leaves.ts';
import { Recorder } from './recorder.ts';
import { TangentLayer } from './tangents.ts';

export interface JvpOptions {
  /** For a result that does not depend on the primals: null, zeros, or (by default) an error. */
  readonly unconnectedGradients?: 'none' | 'zero';
}

/**
 * Forward-mode differentiation: carries a tangent along with every value computed from the primals.
 *
 * It lives as a tape does: from construction until `stop()` or disposal, or for the length of
 * `run(f)`. Accumulators nest by the order in which they were entered, and mix with tapes both ways:
 * derivatives of higher order are asked of the outer one.
 *
 * @example
 * const x = scalar(3);
 * const accumulator = new ForwardAccumulator(x, scalar(1));
 * const y = mul(x, x);
 * accumulator.jvp(y) // 6
 */
export class ForwardAccumulator extends Recorder {
  protected override readonly layer = new TangentLayer();

  /**
   * @param primals - float tensors or variables, each once
   * @param tangents - one for each primal, in the same structure, of its shape and dtype
   * @throws ArgumentError when structures differ or a primal is given twice
   * @throws ShapeError or DTypeError when a tangent does not fit its primal
   */
  constructor(primals: LeafTree, tangents: LeafTree) {
    super();
    const pairs = requirePairs(primals, tangents);
    this.start('ForwardAccumulator');
    for (const [primal, tangent] of pairs) {
      if (isTensor(primal)) this.layer.follow(primal, tangent);
      else this.layer.followVariable(primal, tangent);
    }
  }

  protected override get noun(): string {
    return 'accumulator';
  }

  /**
   * Tangents of results, in their structure: the product of the Jacobian with the primals' tangents.
   *
   * @throws UnconnectedGradientError when a result was not derived from the primals, unless
   *   `unconnectedGradients` says otherwise
   */
  jvp<const T>(
    results: T & LeavesOnly<T>,
    options?: JvpOptions & { readonly unconnectedGradients?: 'zero' },
  ): WithLeaves<T, Tensor>;
  jvp<const T>(results: T & LeavesOnly<T>, options: JvpOptions): WithLeaves<T, Tensor | null>;
  jvp<const T>(results: T & LeavesOnly<T>, options?: JvpOptions): WithLeaves<T, Tensor | null> {
    if (this.state === 'disposed') throw this.disposedError('jvp');
    const { unconnectedGradients: policy } = readOptions<JvpOptions>('jvp', options, {
      unconnectedGradients: true,
    });
    if (policy !== undefined) requireOneOf('jvp', 'unconnectedGradients', policy, ['none', 'zero']);
    const leaves = requireLeaves('jvp', 'results', results);
    const found = leaves.map((leaf, i) => {
      const tangent = this.tangentOf(leaf);
      if (tangent !== null || policy === 'none') return tangent;
      if (policy === 'zero') return zerosOf(leaf);
      const name = leafName('results', results, i);
      throw unconnectedJvp(name, leaf, (serial) => this.silenceAt(serial));
    });
    return restructured<T, Tensor | null>(results, leaves, found);
  }

  protected override dispose(): void {
    this.layer.clear();
  }

  protected override forget(): void {
    // The primals keep their tangents, or the accumulator could not be run again.
  }

  private tangentOf(leaf: Leaf): Tensor | null {
    if (!isTensor(leaf)) return this.layer.tangentOfVariable(leaf);
    return isDifferentiable(leaf.dtype) ? this.layer.tangentOf(leaf) : null;
  }
}

/** Primals with their tangents, checked before anything is followed. */
function requirePairs(primals: LeafTree, tangents: LeafTree): (readonly [Leaf, Tensor])[] {
  const op = 'ForwardAccumulator';
  requireLeaves(op, 'primals', primals);
  requireLeaves(op, 'tangents', tangents);
  const { pairs, paths } = zipTrees<Leaf>(op, 'tangents', primals, tangents, isLeaf);
  const seen = new Set<Leaf>();
  return pairs.map(([primal, tangent], i) => {
    const name = placed('primals', paths[i]);
    requireFloat(op, name, valueOf(primal));
    if (seen.has(primal)) {
      const condition = 'be another one than those before it';
      throw misuse(ArgumentError, op, name, condition, 'the same one twice', 'add up its tangents');
    }
    seen.add(primal);
    const misfit = misfitOf(tangent, primal, "the primal's");
    if (misfit !== null) throw misfit(op, placed('tangents', paths[i]));
    return [primal, isTensor(tangent) ? tangent : tangent.read()];
  });
}
