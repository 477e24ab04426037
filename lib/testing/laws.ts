import * as batching from './batchingLaws.ts';
import * as derivatives from './derivativeLaws.ts';
import * as evaluation from './evaluationLaws.ts';
import { applications } from './observe.ts';
import type { LawSample } from './problem.ts';
import { resultsOf } from './problem.ts';

/** What must hold for every op. */
export interface Law {
  /** Continues 'every op': 'leaves its inputs alone'. */
  readonly sentence: string;
  /** Throws where the law is broken. */
  readonly check: (sample: LawSample) => void;
  /** The samples it is a law for. */
  readonly needs: readonly Need[];
}

/** What a law asks of a sample. */
export type Need = 'inputs' | 'derivatives' | 'second derivatives' | 'no random numbers';

const law = (sentence: string, check: Law['check'], ...needs: Need[]): Law => ({
  sentence,
  check,
  needs,
});

// One law, one line.
// prettier-ignore
export const evaluationLaws: readonly Law[] = [
  law('infers the shapes and dtypes that its kernel fills', evaluation.inferredSpecs),
  law('leaves its inputs alone', evaluation.inputsUntouched),
  law('writes every element of what it allocates', evaluation.outputsFilled),
  law('gives in a graph what it gives at once', evaluation.sameInGraph),
];

// prettier-ignore
export const derivativeLaws: readonly Law[] = [
  law('reads no more values than it declares', derivatives.declaredReads, 'derivatives'),
  law('has the forward derivative that differences show', derivatives.forwardDerivative, 'derivatives'),
  law('has the reverse derivative that differences show', derivatives.reverseDerivative, 'derivatives'),
  law('has derivatives in float32 near those in float64', derivatives.float32Derivatives, 'derivatives', 'no random numbers'),
  law('has adjoint derivatives, input by input', derivatives.adjointDerivatives, 'derivatives'),
  law('takes an absent cotangent for zeros', derivatives.absentCotangents, 'derivatives'),
  law('has the second derivative that differences show', derivatives.secondDerivative, 'second derivatives'),
  law('has one symmetric second derivative, whichever modes are nested', derivatives.symmetricSecondDerivative, 'second derivatives'),
  law('has a gradient that is linear in its cotangents', derivatives.linearGradient, 'derivatives'),
];

// prettier-ignore
export const batchingLaws: readonly Law[] = [
  law('gives for a batch what a loop gives', batching.batchResult, 'inputs', 'no random numbers'),
  law('gives for a batch of batches what two loops give', batching.nestedBatchResult, 'inputs', 'no random numbers'),
  law('has for each example of a batch the derivatives that a loop gives', batching.exampleDerivatives, 'inputs', 'derivatives', 'no random numbers'),
  law('has the derivatives of a batch that those of its examples make', batching.batchDerivatives, 'inputs', 'derivatives', 'no random numbers'),
];

/** Whether the sample has what the law asks for. */
export function appliesTo({ needs }: Law, sample: LawSample): boolean {
  return needs.every((need) => meets(sample, need));
}

function meets(sample: LawSample, need: Need): boolean {
  switch (need) {
    case 'inputs':
      return sample.draw('float64').length > 0;
    case 'derivatives':
      return sample.orders > 0;
    case 'second derivatives':
      return sample.orders > 1;
    case 'no random numbers':
      return !isRandom(sample);
  }
}

const known = new WeakMap<LawSample, boolean>();

/** Whether the sample draws random numbers. */
export function isRandom(sample: LawSample): boolean {
  const isKnown = known.get(sample);
  if (isKnown !== undefined) return isKnown;
  const found = drawsNumbers(sample);
  known.set(sample, found);
  return found;
}

function drawsNumbers({ call, draw }: LawSample): boolean {
  try {
    const seen = applications(() => resultsOf(call, draw('float64')));
    return seen.some(({ op }) => op.traits.random === true);
  } catch {
    return false; // the laws will name it
  }
}
