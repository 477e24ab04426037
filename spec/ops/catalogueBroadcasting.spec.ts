import { dtypeFacts } from '../../lib/base/dtype.ts';
import type { Shape } from '../../lib/base/shape.ts';
import { sizeOf } from '../../lib/base/shape.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { requireClose, requireSame } from '../../lib/testing/compare.ts';
import {
  outputsOf,
  pullBack,
  pushForward,
  resultsOf,
  sourcesOf,
} from '../../lib/testing/problem.ts';
import { law } from '../support/law.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';
import { randomLike, tensorOf } from '../../lib/testing/setting.ts';
import { isBroadcasting, publicSamples } from './samples/index.ts';
import type { Sample } from './samples/sample.ts';
import { drawInputs, isDifferentiable } from './samples/sample.ts';

type Tensors = readonly Tensor[];

/** Shapes of one rank with sizes 0 to 3. */
function shapesOfRank(rank: number): Shape[] {
  if (rank === 0) return [[]];
  return shapesOfRank(rank - 1).flatMap((shape) => [0, 1, 2, 3].map((size) => [...shape, size]));
}

/** The common shape, or null: written down again, so that it can be trusted. */
function common(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 1; i <= rank; i++) {
    const m = a.at(-i) ?? 1;
    const n = b.at(-i) ?? 1;
    if (m !== n && m !== 1 && n !== 1) return null;
    shape.unshift(m === 1 ? n : m);
  }
  return shape;
}

const small = [0, 1, 2].flatMap(shapesOfRank);
const allSmallPairs = small.flatMap((a) => small.map((b) => [a, b] as const));

/** Pairs with an operand of rank 3 or 4, at random. */
function largePairs(count: number): (readonly [Shape, Shape])[] {
  const random = randomNumbers(7);
  const operand = (shape: Shape): Shape =>
    shape.slice(random.below(shape.length)).map((size) => (random.below(3) === 0 ? 1 : size));
  return Array.from({ length: count }, (_, i) => {
    // Sizes of 0 leave nothing to compare, so they are rare here.
    const shape = Array.from(
      { length: 3 + random.below(2) },
      () => [1, 2, 3, 2, 3, 2, 0][random.below(7)],
    );
    const whole =
      random.below(2) === 0 ? shape : shape.map((size) => (random.below(2) === 0 ? 1 : size));
    return i % 2 === 0 ? [whole, operand(shape)] : [operand(shape), whole];
  });
}

const pairs = [...allSmallPairs.filter(([a, b]) => common(a, b) !== null), ...largePairs(80)];

/** Where each element of `shape` is read in an operand that is broadcast to it. */
function sourceIndices(operand: Shape, shape: Shape): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, element) => {
    let rest = element;
    let index = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
      const size = operand[axis - shape.length + operand.length] ?? 1;
      if (size !== 1) index += at * stride;
      stride *= size;
    }
    return index;
  });
}

function expanded(x: Tensor, shape: Shape): Tensor {
  const { lanes } = dtypeFacts[x.dtype];
  const indices = sourceIndices(x.shape, shape);
  return tensorOf(
    indices.flatMap((index) => Array.from(x.values.slice(index * lanes, (index + 1) * lanes))),
    shape,
    x.dtype,
  );
}

function summedDown(g: Tensor, shape: Shape): Tensor {
  const { lanes } = dtypeFacts[g.dtype];
  const sums = new Float64Array(sizeOf(shape) * lanes);
  sourceIndices(shape, g.shape).forEach((index, element) => {
    for (let k = 0; k < lanes; k++) sums[index * lanes + k] += g.values[element * lanes + k];
  });
  return tensorOf(sums, shape, g.dtype);
}

/** A third operand, where there is one, has the shape of one of the others, or none. */
function shapesFor(sample: Sample, [a, b]: readonly [Shape, Shape], at: number): Shape[] {
  const third = [[], a, b][at % 3];
  return [a, b, third].slice(0, sample.row.inputs.length);
}

law(
  'broadcasts its operands, and sums their gradients',
  publicSamples.filter(isBroadcasting),
  (sample) => {
    pairs.forEach((pair, at) => {
      const shapes = shapesFor(sample, pair, at);
      const inputs = drawInputs(sample.row, shapes, 'float64');
      const shape = shapes.reduce((a, b) => common(a, b) ?? a);
      const whole = inputs.map((x) => expanded(x, shape));
      const names = shapes.map((each) => `[${each.join()}]`).join(' and ');
      const results = resultsOf(sample.call, inputs);
      requireSame(`the result for ${names}`, results, resultsOf(sample.call, whole));
      if (!isDifferentiable(sample)) return;
      checkDerivatives(sample, names, inputs, whole);
    });
  },
);

function checkDerivatives(sample: Sample, names: string, inputs: Tensors, whole: Tensors): void {
  const [cotangent] = randomLike(outputsOf(sample, whole), 1);
  const sources = sourcesOf(sample, inputs);
  const gradient = pullBack(sample, inputs, [cotangent]);
  const full = pullBack(sample, whole, [cotangent]);
  const expected = full.map((g, i) => summedDown(g, sources[i].shape));
  requireClose(`the vjp for ${names}`, gradient, expected, 1e-12);
  const tangents = randomLike(sources, 2);
  const wholeTangents = tangents.map((t) => expanded(t, cotangent.shape));
  const forward = pushForward(sample, inputs, tangents);
  requireClose(`the jvp for ${names}`, forward, pushForward(sample, whole, wholeTangents), 1e-12);
}

const withTwins = publicSamples.filter(isBroadcasting).filter(isDifferentiable);

law('adds up the gradients of one tensor in several places', withTwins, (sample) => {
  const { inputs } = sample.row;
  // Operands that are kept apart may not be the same tensor: at a tie the slope is a choice.
  if (inputs.some(({ isApart }) => isApart === true)) return;
  const drawn = drawInputs(
    sample.row,
    inputs.map(() => [2, 3]),
    'float64',
  );
  const twin = drawn[sample.sources[0]];
  const same = drawn.map((x, i) => (sample.sources.includes(i) ? twin : x));
  const copies = same.map((x) => tensorOf(x.values, x.shape, x.dtype));
  const cotangents = randomLike(outputsOf(sample, copies), 1);
  const shares = pullBack(sample, copies, cotangents);
  const sum = Array.from(shares[0].values, (_, i) =>
    shares.reduce((total, g) => total + g.values[i], 0),
  );
  const actual = pullBack({ ...sample, sources: [sample.sources[0]] }, same, cotangents);
  requireClose('the gradient', actual, [tensorOf(sum, twin.shape, twin.dtype)], 1e-12);
});
