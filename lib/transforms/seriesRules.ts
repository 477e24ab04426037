import { isDifferentiable } from '../base/dtype.ts';
import { apply } from '../core/apply.ts';
import type { AnyOp, Differentiability, Inverse } from '../core/op.ts';
import type { Tensor } from '../core/tensor.ts';
import { div, neg } from '../ops/arithmetic.ts';
import { add } from '../ops/elementwise.ts';
import { zerosOf } from './leaves.ts';
import { pushForwardOp } from './tangents.ts';

/** A coefficient of each of several tensors; null for zeros. */
export type Coefficients = readonly (Tensor | null)[];

/** One application of an op whose inputs depend on t. */
export interface Application {
  readonly op: AnyOp;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly params: unknown;
}

/** What the rules ask of the layer that carries series. */
export interface Jets {
  /** The coefficient of t^k of a tensor; null for zeros. */
  coefficient(x: Tensor, k: number): Tensor | null;
  /** The derivative of a tensor with respect to t, itself with a series; null for a constant. */
  slopeOf(x: Tensor): Tensor | null;
  /** Runs ops that carry no series. */
  outside<T>(body: () => T): T;
  /** Runs ops that do. */
  inside<T>(body: () => T): T;
  /** What `body` makes that has a series, in order. */
  nodesDuring(body: () => void): readonly { at(k: number): Coefficients }[];
}

type Rule = (k: number) => Coefficients;

/** How the coefficients of an op's outputs follow from those of its inputs. */
export function seriesRule(application: Application, jets: Jets): Rule {
  const { op, inputs } = application;
  const { linear, bilinear } = op.traits;
  const derivative = op.derivative as Differentiability<unknown>;
  const rule =
    linear === true
      ? linearRule(application, jets)
      : bilinear === true
        ? productRule(application, jets)
        : op.undoes !== undefined
          ? quotientRule(application, op.undoes, jets)
          : derivative.kind === 'expansion'
            ? expansionRule(application, derivative.expand, jets)
            : slopeRule(application, jets);
  // Where the inputs are constant up to t^k, so are the outputs.
  let constantUpTo = 0;
  return (k) => {
    while (constantUpTo < k && inputs.every((x) => jets.coefficient(x, constantUpTo + 1) === null))
      constantUpTo++;
    return constantUpTo >= k ? application.outputs.map(() => null) : jets.outside(() => rule(k));
  };
}

function linearRule({ op, inputs, outputs, params }: Application, jets: Jets): Rule {
  return (k) => {
    const shares = inputs.map((x) => jets.coefficient(x, k));
    if (shares.every((share) => share === null)) return outputs.map(() => null);
    return apply(
      op,
      shares.map((share, i) => share ?? zerosOf(inputs[i])),
      params,
    );
  };
}

// The product rule of Leibniz.
function productRule({ op, inputs: [a, b], params }: Application, jets: Jets): Rule {
  return (k) => {
    const terms: Tensor[] = [];
    for (let i = 0; i <= k; i++) {
      const left = jets.coefficient(a, i);
      const right = left && jets.coefficient(b, k - i);
      if (left !== null && right !== null) terms.push(apply(op, [left, right], params)[0]);
    }
    return [sumOf(terms)];
  };
}

// From b y = a: the coefficients of lower order on the right side, then the op undoes b itself.
function quotientRule(
  { op, inputs, outputs: [y], params }: Application,
  { factor, multiply }: Inverse<unknown>,
  jets: Jets,
): Rule {
  const product = inputs[1 - factor];
  return (k) => {
    const lower: Tensor[] = [];
    for (let j = 1; j <= k; j++) {
      const change = jets.coefficient(inputs[factor], j);
      const result = change && jets.coefficient(y, k - j);
      if (change !== null && result !== null) lower.push(multiply(change, result, params));
    }
    const own = jets.coefficient(product, k);
    const sum = sumOf(lower);
    const rest = sumOf([own, sum && neg(sum)].filter((term) => term !== null));
    if (rest === null) return [null];
    const operands = factor === 1 ? [rest, inputs[1]] : [inputs[0], rest];
    return apply(op, operands, params);
  };
}

function expansionRule(
  { inputs, params }: Application,
  expand: (inputs: readonly Tensor[], params: unknown) => readonly Tensor[],
  jets: Jets,
): Rule {
  const expanded = lazy(jets, () => () => expand(inputs, params));
  return (k) => {
    const { results, force } = expanded();
    force(k);
    return results.map((y) => y && jets.coefficient(y, k));
  };
}

/**
 * For any op with a forward rule. With a dot for the derivative with respect to t, the rule gives `ẏ`
 * from `ẋ`, x and y; computed with series it gives the series of `ẏ`, whose coefficient k - 1 is k times
 * the coefficient k of `y`. It needs no coefficient of `y` beyond k - 1.
 */
function slopeRule(application: Application, jets: Jets): Rule {
  const { inputs, outputs } = application;
  const slopes = lazy(jets, () => {
    const tangents = inputs.map((x) => jets.slopeOf(x));
    return () => pushForwardOp(application, tangents);
  });
  return (k) => {
    const { results, force } = slopes();
    force(k - 1);
    return outputs.map((y, i) => {
      const slope = results[i];
      if (slope === null || slope === undefined || !isDifferentiable(y.dtype)) return null;
      const coefficient = jets.coefficient(slope, k - 1);
      return coefficient && (k === 1 ? coefficient : div(coefficient, k));
    });
  };
}

interface Lazy {
  readonly results: Coefficients;
  /** Computes the coefficients of order k of all that was made on the way, so that no stack gets deep. */
  readonly force: (k: number) => void;
}

/** Runs ops that carry series at the first call; `prepare` is not among what is noted. */
function lazy(jets: Jets, prepare: () => () => Coefficients): () => Lazy {
  let made: Lazy | null = null;
  return () => {
    if (made !== null) return made;
    const body = prepare();
    let results: Coefficients = [];
    const nodes = jets.nodesDuring(() => {
      results = jets.inside(body);
    });
    const force = (k: number): void => {
      if (k > 0) for (const node of nodes) node.at(k);
    };
    return (made = { results, force });
  };
}

function sumOf(terms: readonly Tensor[]): Tensor | null {
  return terms.length === 0 ? null : terms.reduce((sum, term) => add(sum, term));
}
