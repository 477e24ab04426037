import { exactProduct } from './doubleDouble.ts';

/*
 * The logarithm of the gamma function and its derivative. Far from the origin by Stirling's series
 * (DLMF 5.11), elsewhere moved there or into a Taylor series by recurrence (DLMF 5.5, 5.7, 5.15).
 */

/** log |Γ(x)|; Infinity at the poles. */
export function lgamma(x: number): number {
  if (!(x <= 0)) return ofPositive(x);
  if (x === Math.floor(x)) return Infinity;
  // Near 0 the reflection would subtract equal logarithms.
  if (x > -0.5) return lgammaOfNext(x) - Math.log(-x);
  return Math.log(Math.PI / Math.abs(x * sinPi(x))) - ofPositive(-x);
}

/** log Γ(1 + z) for z > -1/2, also where 1 + z would be rounded. */
export function lgammaOfNext(z: number): number {
  return ofPositive(1 + z, z);
}

/** `distance` is x - 1 where that is known better than x. */
function ofPositive(x: number, distance = x - 1): number {
  if (x >= 10) return x === Infinity ? x : (x - 0.5) * Math.log(x) - x + halfLogTau + stirling(x);
  if (x < 0.5) return nearTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return nearTwo(distance) - Math.log1p(distance);
  let product = 1;
  let moved = x;
  while (moved > 2.5) product *= --moved;
  return nearTwo(moved - 2) + Math.log(product);
}

/** log Γ(2 + z) for |z| <= 1/2, without loss near its zero. */
function nearTwo(z: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length - 1; k >= 0; k--) sum = zetaMinusOne[k] / (k + 2) - z * sum;
  return z * (oneMinusEuler + z * sum);
}

/** log Γ(x) less (x - 1/2) log x - x + log √2π, for x >= 10. */
export function stirling(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let k = stirlingTerms.length - 1; k >= 0; k--) sum = stirlingTerms[k] + sum / square;
  return sum / x;
}

/** The derivative of log |Γ|; NaN at the poles. */
export function digamma(x: number): number {
  if (x > 0) return slopeOfPositive(x);
  if (x === Math.floor(x)) return NaN;
  if (x > -0.5) return slopeOfPositive(1 + x) - 1 / x;
  return slopeOfPositive(1 - x) - scaledCotangent(x);
}

function slopeOfPositive(x: number): number {
  if (x >= 12) return farSlope(x);
  if (x < 1) return slopeOfPositive(x + 1) - 1 / x;
  if (x < 1.8) return slopeNearRoot(x);
  let sum = 0;
  let moved = x;
  while (moved >= 2.5) sum += 1 / --moved;
  return sum + (moved < 1.8 ? slopeNearRoot(moved) : slopeNearTwo(moved - 2));
}

/** The derivative of nearTwo. */
function slopeNearTwo(z: number): number {
  let sum = 0;
  for (let k = zetaMinusOne.length - 1; k >= 0; k--) sum = zetaMinusOne[k] - z * sum;
  return oneMinusEuler + z * sum;
}

function farSlope(x: number): number {
  const square = 1 / (x * x);
  let sum = 0;
  for (let k = bernoulliTerms.length - 1; k >= 0; k--) sum = bernoulliTerms[k] + sum * square;
  return Math.log(x) - 0.5 / x - sum * square;
}

/** The Taylor series around the positive zero, which no double hits. */
function slopeNearRoot(x: number): number {
  const d = x - root - rootRest;
  let sum = 0;
  for (let k = slopesAtRoot.length - 1; k >= 0; k--) sum = slopesAtRoot[k] + d * sum;
  return d * sum;
}

/** sin πx without an error of π times a large x. */
export function sinPi(x: number): number {
  const rest = x - Math.round(x);
  const sine = Math.sin(Math.PI * rest);
  return Math.round(x) % 2 === 0 ? sine : -sine;
}

/** π cot πx, where x is no whole number. */
function scaledCotangent(x: number): number {
  const rest = x - Math.round(x);
  if (Math.abs(rest) <= 0.25) return Math.PI / tangentOfTurn(rest);
  return Math.PI * tangentOfTurn(Math.sign(rest) * 0.5 - rest);
}

/** tan πx for |x| <= 1/4, with the rounding error of πx taken back. */
function tangentOfTurn(x: number): number {
  const [angle, rest] = exactProduct(Math.PI, x);
  const tangent = Math.tan(angle);
  return tangent + (rest + piRest * x) * (1 + tangent * tangent);
}

/** π less the nearest double. */
const piRest = 1.2246467991473532e-16;

/** log √2π */
export const halfLogTau = 0.9189385332046728;

/** 1 less Euler's constant. */
const oneMinusEuler = 0.42278433509846713;

/** The positive zero of digamma in two parts. */
const root = 1.4616321449683622;
const rootRest = 9.549995429965697e-17;

/** ζ(k) - 1 from k = 2. */
const zetaMinusOne: readonly number[] = [
  0.6449340668482264, 0.2020569031595943, 0.08232323371113819, 0.03692775514336993,
  0.01734306198444914, 0.008349277381922827, 0.00407735619794434, 0.0020083928260822143,
  0.0009945751278180853, 0.0004941886041194645, 0.0002460865533080483, 0.00012271334757848915,
  6.124813505870483e-5, 3.058823630702049e-5, 1.528225940865187e-5, 7.637197637899763e-6,
  3.81729326499984e-6, 1.908212716553939e-6, 9.539620338727962e-7, 4.769329867878064e-7,
  2.38450502727733e-7, 1.1921992596531106e-7, 5.960818905125948e-8, 2.980350351465228e-8,
  1.4901554828365043e-8, 7.45071178983543e-9, 3.725334024788457e-9, 1.862659723513049e-9,
  9.313274324196682e-10,
];

/** Derivatives of digamma at its zero, over the factorials: from the first. */
const slopesAtRoot: readonly number[] = [
  0.9676722454476212, -0.4427631689835921, 0.258499760955651, -0.16394270544240652,
  0.10782405069126237, -0.07219956125645471, 0.04880428816414311, -0.03316112647484736,
  0.022597648232218104, -0.01542476590494896, 0.010538791616612175, -0.007204534386356869,
  0.004926781395729853, -0.003369801655439328, 0.002305126326734928, -0.0015769367714301972,
  0.0010788252019162967, -0.0007380709389960052, 0.000504953265834602, -0.0003454680251063077,
  0.00023635601564027053, -0.00016170622091974803, 0.0001106337276874741, -7.569179582195066e-5,
  5.178575795222081e-5, -3.5430070947659604e-5, 2.424006611860132e-5, -1.6584242271854135e-5,
  1.134638458466385e-5, -7.762817668462094e-6, 5.3110609208898636e-6, -3.6336507898010456e-6,
];

/** B₂ₖ / 2k (2k - 1) from k = 1, with Bernoulli's numbers. */
const stirlingTerms: readonly number[] = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953,
  0.0008417508417508417, -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
  0.17964437236883057, -1.3924322169059011,
];

/** B₂ₖ / 2k from k = 1. */
const bernoulliTerms: readonly number[] = [
  0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667,
  0.007575757575757576, -0.021092796092796094, 0.08333333333333333, -0.4432598039215686,
  3.0539543302701198, -26.456212121212122,
];
