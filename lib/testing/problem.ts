import type { FloatDType } from '../base/dtype.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { ForwardAccumulator } from '../transforms/forward.ts';
import { GradientTape } from '../transforms/tape.ts';
import { floatsOf, seeded } from './observe.ts';

type Tensors = readonly Tensor[];

/** What a law differentiates: a function of tensors, and which of its inputs are the sources. */
export interface Problem {
  readonly call: (...inputs: Tensor[]) => Tensor | Tensors;
  readonly sources: readonly number[];
  /** Zeros for a source that the results do not depend on, instead of an error. */
  readonly allowsUnconnected?: boolean;
}

/** One call of an op: what a law is checked for. */
export interface LawSample extends Problem {
  /** For messages: `sum axis -1 keepDims [2,3]`. */
  readonly label: string;
  /** The inputs with float ones of `dtype`; other seeds give other values. */
  readonly draw: (dtype: FloatDType, seed?: number) => Tensors;
  readonly limits: Limits;
  /** How often it can be differentiated: not at all, once, or as often as one likes. */
  readonly orders: 0 | 1 | 2;
}

/** How exact derivatives must be, where the defaults do not fit. */
export interface Limits {
  /** Largest error of derivatives against differences, relative and absolute. */
  readonly tolerance?: number;
  /** Half the distance of the points that differences are taken at. */
  readonly step?: number;
  /** As `tolerance` for float32 results against float64 ones. */
  readonly float32Tolerance?: number;
}

/** All results, each call from the same state of the random stream. */
export function resultsOf(call: Problem['call'], inputs: Tensors): Tensors {
  const results = seeded(() => call(...inputs));
  return isTensor(results) ? [results] : results;
}

/** The results that derivatives exist for. */
export function outputsOf({ call }: Problem, inputs: Tensors): Tensors {
  return floatsOf(resultsOf(call, inputs));
}

export function sourcesOf({ sources }: Problem, inputs: Tensors): Tensors {
  return sources.map((i) => inputs[i]);
}

const orZero = { unconnectedGradients: 'zero' } as const;

function policyOf({ allowsUnconnected }: Problem): { unconnectedGradients?: 'zero' } {
  return allowsUnconnected === true ? orZero : {};
}

/** Gradients of `<cotangents, outputs>` on a tape. */
export function pullBack(
  problem: Problem,
  inputs: Tensors,
  cotangents: readonly (Tensor | null)[],
  around: (f: () => Tensors) => Tensors = (f) => f(),
): Tensors {
  const tape = new GradientTape();
  const sources = sourcesOf(problem, inputs);
  const outputs = tape.run(() => {
    tape.watch(sources);
    return around(() => outputsOf(problem, inputs));
  });
  const used = outputs.filter((_, i) => cotangents[i] !== null);
  const outputGradients = cotangents.filter((g) => g !== null);
  return tape.gradient(used, sources, { outputGradients, ...policyOf(problem) });
}

/** Tangents of the outputs by a forward accumulator. */
export function pushForward(
  problem: Problem,
  inputs: Tensors,
  tangents: Tensors,
  around: (f: () => Tensors) => Tensors = (f) => f(),
): Tensors {
  const accumulator = new ForwardAccumulator(sourcesOf(problem, inputs), tangents);
  const outputs = accumulator.run(() => around(() => outputsOf(problem, inputs)));
  return accumulator.jvp(outputs, policyOf(problem));
}

/** The second derivative of `<cotangents, outputs>` along `direction`, in four ways. */
export interface SecondOrder {
  readonly reverseOverReverse: Tensors;
  readonly forwardOverReverse: Tensors;
  readonly reverseOverForward: Tensors;
}

export function secondOrder(
  problem: Problem,
  inputs: Tensors,
  cotangents: Tensors,
  direction: Tensors,
): SecondOrder {
  const sources = sourcesOf(problem, inputs);
  const gradientOf = (): Tensors => pullBack(problem, inputs, cotangents);

  const outer = new GradientTape();
  const gradient = outer.run(() => {
    outer.watch(sources);
    return gradientOf();
  });
  const accumulator = new ForwardAccumulator(sources, direction);
  const carried = accumulator.run(gradientOf);

  const tape = new GradientTape();
  const tangents = tape.run(() => {
    tape.watch(sources);
    return pushForward(problem, inputs, direction);
  });
  return {
    reverseOverReverse: outer.gradient(gradient, sources, {
      outputGradients: direction,
      ...orZero,
    }),
    forwardOverReverse: accumulator.jvp(carried, orZero),
    reverseOverForward: tape.gradient(tangents, sources, {
      outputGradients: cotangents,
      ...orZero,
    }),
  };
}

/** The second derivative of the outputs along two directions, by nested accumulators. */
export function forwardOverForward(
  problem: Problem,
  inputs: Tensors,
  first: Tensors,
  second: Tensors,
): Tensors {
  const outer = new ForwardAccumulator(sourcesOf(problem, inputs), first);
  const tangents = outer.run(() => pushForward(problem, inputs, second));
  return outer.jvp(tangents, orZero);
}

/** The derivative of `<tangents, gradient>` by the cotangents: the gradient is linear in them. */
export function pullBackCotangents(
  problem: Problem,
  inputs: Tensors,
  cotangents: Tensors,
  tangents: Tensors,
): Tensors {
  const tape = new GradientTape();
  const gradient = tape.run(() => {
    tape.watch(cotangents);
    return pullBack(problem, inputs, cotangents);
  });
  return tape.gradient(gradient, cotangents, { outputGradients: tangents, ...orZero });
}
