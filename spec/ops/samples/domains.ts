import type { Shape } from '../../../lib/base/shape.ts';
import { sizeOf } from '../../../lib/base/shape.ts';
import type { RandomNumbers } from '../../../lib/testing/randomNumbers.ts';

/** One input of an op: its shape, and where its values are drawn from. */
export interface Input {
  readonly shape: Shape;
  /** A float input is drawn as float32 and as float64, a complex one as complex64 and as complex128. */
  readonly kind: 'float' | 'int32' | 'bool' | 'complex';
  readonly isDifferentiable: boolean;
  /** May be left out. */
  readonly isOptional?: true;
  /** Kept from the values of the other inputs, too. */
  readonly isApart?: true;
  /** As many values as `shape` has, or of complex inputs twice as many; `place` is the input's position among the inputs. */
  readonly values: (random: RandomNumbers, shape: Shape, place: number) => number[];
}

type Draw = (random: RandomNumbers) => number;

function float(shape: Shape, draw: Draw): Input {
  const values: Input['values'] = (random, wanted) => repeat(sizeOf(wanted), () => draw(random));
  return { shape, kind: 'float', isDifferentiable: true, values };
}

function repeat<T>(n: number, draw: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => draw(i));
}

/** Where differences over steps of 0.002 do not yet reach: the margin kept from kinks and poles. */
const margin = 0.1;

/** Any numbers, some of them negative. */
export function real(...shape: number[]): Input {
  return float(shape, (random) => random.uniform(-2, 2));
}

/** Numbers well above 0. */
export function positive(...shape: number[]): Input {
  return float(shape, (random) => random.uniform(0.3, 2.5));
}

/** Numbers of both signs, away from 0. */
export function nonzero(...shape: number[]): Input {
  return float(shape, (random) => random.uniform(0.3, 2) * (random.below(2) === 0 ? -1 : 1));
}

/** Numbers inside (low, high), away from its ends. */
export function within(low: number, high: number, ...shape: number[]): Input {
  return float(shape, (random) => random.uniform(low + margin, high - margin));
}

/** Any numbers, away from `kinks`. */
export function awayFrom(kinks: readonly number[], ...shape: number[]): Input {
  return float(shape, (random) => {
    const x = random.uniform(-2, 2);
    const near = kinks.find((kink) => Math.abs(x - kink) < margin);
    return near === undefined ? x : near + (x < near ? -margin : margin);
  });
}

/** Numbers that differ by at least a margin from one another, also between the inputs of an op. */
export function apart(...shape: number[]): Input {
  const values: Input['values'] = (random, wanted, place) => {
    const n = sizeOf(wanted);
    const order = random.permutation(n);
    return repeat(n, (i) => (order[i] - n / 2) * 4 * margin + (place + 0.5) * margin);
  };
  return { shape, kind: 'float', isDifferentiable: true, isApart: true, values };
}

/** Numbers of at least 0.1 that add up to 1 along the last axis, as probabilities do. */
export function probabilities(...shape: number[]): Input {
  const values: Input['values'] = (random, wanted) => {
    const n = wanted.at(-1) ?? 1;
    const weights = repeat(sizeOf(wanted), () => random.uniform(0.2, 1));
    const sumOf = (row: number): number =>
      weights.slice(row * n, (row + 1) * n).reduce((a, b) => a + b, 0);
    return weights.map((weight, i) => weight / sumOf(Math.floor(i / n)));
  };
  return { shape, kind: 'float', isDifferentiable: true, values };
}

/** Rows of zeros with a single one. */
export function oneHots(...shape: number[]): Input {
  const values: Input['values'] = (random, wanted) => {
    const n = wanted.at(-1) ?? 1;
    const hot = repeat(sizeOf(wanted), () => random.below(n));
    return hot.map((_, i) => (hot[Math.floor(i / n)] === i % n ? 1 : 0));
  };
  return { shape, kind: 'float', isDifferentiable: true, values };
}

/** Numbers of which every third is 0. */
export function someZeros(...shape: number[]): Input {
  const values: Input['values'] = (random, wanted) =>
    repeat(sizeOf(wanted), (i) => (i % 3 === 0 ? 0 : random.uniform(-2, 2)));
  return { shape, kind: 'float', isDifferentiable: true, values };
}

/** Whole numbers as floats, away from 0. */
export function wholeNumbers(...shape: number[]): Input {
  return float(shape, (random) => (1 + random.below(5)) * (random.below(2) === 0 ? -1 : 1));
}

/** Any complex numbers. */
export function complexNumbers(...shape: number[]): Input {
  return complexOf(shape, (random) => [random.uniform(-2, 2), random.uniform(-2, 2)]);
}

/** Complex numbers with sizes from 0.3 to 2 that keep away from the negative axis, where cuts are. */
export function principal(...shape: number[]): Input {
  return complexOf(shape, (random) => {
    const [size, angle] = [random.uniform(0.3, 2), random.uniform(-3, 3)];
    return [size * Math.cos(angle), size * Math.sin(angle)];
  });
}

/** Complex numbers with sizes up to 1. */
export function nearZero(...shape: number[]): Input {
  return complexOf(shape, (random) => [random.uniform(-0.7, 0.7), random.uniform(-0.7, 0.7)]);
}

function complexOf(
  shape: Shape,
  draw: (random: RandomNumbers) => readonly [number, number],
): Input {
  const values: Input['values'] = (random, wanted) =>
    repeat(sizeOf(wanted), () => draw(random)).flat();
  return { shape, kind: 'complex', isDifferentiable: true, values };
}

/** Integers from 0 to `limit` - 1. */
export function indices(limit: number, ...shape: number[]): Input {
  const values: Input['values'] = (random, wanted) =>
    repeat(sizeOf(wanted), () => random.below(limit));
  return { shape, kind: 'int32', isDifferentiable: false, values };
}

/** Both truth values. */
export function bools(...shape: number[]): Input {
  const values: Input['values'] = (random, wanted) => repeat(sizeOf(wanted), () => random.below(2));
  return { shape, kind: 'bool', isDifferentiable: false, values };
}

/** The same input, but a constant to every derivative. */
export function fixed(input: Input): Input {
  return { ...input, isDifferentiable: false };
}

/** The same input, for an argument that may be left out. */
export function optional(input: Input): Input {
  return { ...input, isOptional: true };
}

/** Matrices of small numbers with other ones on the diagonal. */
function matrices(
  shape: Shape,
  offDiagonal: number,
  diagonal: (random: RandomNumbers, i: number) => number,
): Input {
  const values: Input['values'] = (random, wanted) => {
    const [m, n] = wanted.slice(-2);
    return repeat(sizeOf(wanted), (at) => {
      const i = Math.floor(at / n) % m;
      const noise = random.uniform(-offDiagonal, offDiagonal);
      return i === at % n ? diagonal(random, i) + noise : noise;
    });
  };
  return { shape, kind: 'float', isDifferentiable: true, values };
}

/** Matrices far from singular ones, of both signs. */
export function wellConditioned(...shape: number[]): Input {
  return matrices(shape, 0.8, (random) => (random.below(2) === 0 ? -2.5 : 2.5));
}

/** Matrices whose eigenvalues have real parts above 0; their symmetric parts are positive definite. */
export function positiveDefinite(...shape: number[]): Input {
  return matrices(shape, 0.5, () => 2);
}

/** Matrices whose eigenvalues and singular values lie apart from one another and from 0. */
export function distinctSpectrum(...shape: number[]): Input {
  return matrices(shape, 0.3, (_, i) => 1.5 * (i + 1));
}
