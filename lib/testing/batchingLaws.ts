import type { Tensor } from '../core/tensor.ts';
import { vmap } from '../transforms/vmap.ts';
import { requireClose } from './compare.ts';
import type { LawSample } from './problem.ts';
import { outputsOf, pullBack, pushForward, resultsOf, sourcesOf } from './problem.ts';
import { randomLike, tensorOf } from './setting.ts';

type Tensors = readonly Tensor[];

/** Sums over a batch may be taken in another order than over one example. */
const tolerance = 1e-12;
const size = 3;

/** One example of each input, from a seed of its own where `batched` holds. */
function exampleAt(sample: LawSample, batched: readonly boolean[], index: number): Tensors {
  const shared = sample.draw('float64', 0);
  const own = sample.draw('float64', index);
  return shared.map((x, i) => (batched[i] ? own[i] : x));
}

/** `size` examples, and the inputs that hold them all; a seed tells batches apart. */
function batchOf(
  sample: LawSample,
  batched: readonly boolean[],
  seed = 0,
): { examples: Tensors[]; whole: Tensors } {
  const examples = Array.from({ length: size }, (_, k) => exampleAt(sample, batched, seed + k));
  const whole = examples[0].map((x, i) =>
    batched[i] ? stacked(examples.map((one) => one[i])) : x,
  );
  return { examples, whole };
}

function stacked(tensors: Tensors): Tensor {
  const { shape, dtype } = tensors[0];
  return tensorOf(
    tensors.flatMap((x) => Array.from(x.values)),
    [tensors.length, ...shape],
    dtype,
  );
}

/** The results of several examples, each result stacked. */
function stackedResults(results: readonly Tensors[]): Tensors {
  return results[0].map((_, i) => stacked(results.map((one) => one[i])));
}

/** Every choice of batched inputs but that of none. */
function choices(sample: LawSample): boolean[][] {
  const count = sample.draw('float64').length;
  return Array.from({ length: 2 ** count - 1 }, (_, bits) =>
    Array.from({ length: count }, (__, i) => (((bits + 1) >> i) & 1) === 1),
  );
}

const axesOf = (batched: readonly boolean[]): (0 | null)[] => batched.map((is) => (is ? 0 : null));

function mapped(
  f: (inputs: Tensors) => Tensors,
  batched: readonly boolean[],
): (...inputs: Tensor[]) => Tensors {
  const inAxes = axesOf(batched);
  return vmap<Tensors>((...examples) => f(examples), { inAxes });
}

function nameOf(what: string, batched: readonly boolean[]): string {
  return `${what} with batched inputs ${batched.map((is) => (is ? 'yes' : 'no')).join()}`;
}

export function batchResult(sample: LawSample): void {
  for (const batched of choices(sample)) {
    const { examples, whole } = batchOf(sample, batched);
    const f = (inputs: Tensors): Tensors => resultsOf(sample.call, inputs);
    const expected = stackedResults(examples.map(f));
    requireClose(nameOf('the result', batched), mapped(f, batched)(...whole), expected, tolerance);
  }
}

export function nestedBatchResult(sample: LawSample): void {
  const f = (inputs: Tensors): Tensors => resultsOf(sample.call, inputs);
  const every = sample.draw('float64').map(() => true);
  const batches = [0, size].map((seed) => batchOf(sample, every, seed));
  const expected = stackedResults(batches.map(({ examples }) => stackedResults(examples.map(f))));
  const whole = stackedResults(batches.map((batch) => batch.whole));
  const twice = mapped((inputs) => mapped(f, every)(...inputs), every);
  requireClose('the result', twice(...whole), expected, tolerance);

  // The first input varies in the outer batch alone, the others in the inner one.
  const [outer, inner] = [every.map((_, i) => i === 0), every.map((_, i) => i > 0)];
  if (every.length < 2) return;
  const first = batchOf(sample, outer);
  const rest = batchOf(sample, inner);
  const crossed = mapped((inputs) => mapped(f, inner)(...inputs), outer);
  const pair = (i: number, j: number): Tensors => [
    first.examples[i][0],
    ...rest.examples[j].slice(1),
  ];
  const each = (i: number): Tensors => stackedResults(rest.examples.map((_, j) => f(pair(i, j))));
  const wanted = stackedResults(first.examples.map((_, i) => each(i)));
  requireClose(
    'the result of crossed batches',
    crossed(first.whole[0], ...rest.whole.slice(1)),
    wanted,
    tolerance,
  );
}

export function exampleDerivatives(sample: LawSample): void {
  for (const batched of choices(sample)) {
    const { examples, whole } = batchOf(sample, batched);
    const cotangents = randomLike(outputsOf(sample, examples[0]), 3);
    const tangents = randomLike(sourcesOf(sample, examples[0]), 4);
    const back = (inputs: Tensors): Tensors => pullBack(sample, inputs, cotangents);
    const forward = (inputs: Tensors): Tensors => pushForward(sample, inputs, tangents);
    for (const [what, f] of [
      ['the vjp', back],
      ['the jvp', forward],
    ] as const) {
      const expected = stackedResults(examples.map(f));
      requireClose(nameOf(what, batched), mapped(f, batched)(...whole), expected, tolerance);
    }
  }
}

export function batchDerivatives(sample: LawSample): void {
  for (const batched of choices(sample)) {
    const { examples, whole } = batchOf(sample, batched);
    const shapes = examples.map((example) => outputsOf(sample, example));
    const cotangents = shapes.map((outputs, k) => randomLike(outputs, k));
    const gradients = examples.map((example, k) => pullBack(sample, example, cotangents[k]));
    const expected = sample.sources.map((position, i) => {
      const shares = gradients.map((gradient) => gradient[i]);
      return batched[position] ? stacked(shares) : shares.reduce(sumOf);
    });
    const call = mapped((inputs) => resultsOf(sample.call, inputs), batched);
    const gradient = pullBack({ ...sample, call }, whole, stackedResults(cotangents));
    requireClose(nameOf('the vjp', batched), gradient, expected, tolerance);
  }
}

function sumOf(a: Tensor, b: Tensor): Tensor {
  return tensorOf(
    Array.from(a.values, (value, i) => value + b.values[i]),
    a.shape,
    a.dtype,
  );
}
