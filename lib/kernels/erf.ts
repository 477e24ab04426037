/*
 * The error function, by rational approximations on four intervals. The coefficients are those of
 * FDLIBM 5.3, s_erf.c (Sun Microsystems, 1993), whose comments derive them. Where they describe
 * erfc, its error reaches erf scaled down by erfc(1.25) = 0.077, so one exponential will do.
 */

/** Within 1 ulp of the true value. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 0.84375) return x + x * nearZero(x * x);
  if (z < 1.25) return Math.sign(x) * (erfOfOne + nearOne(z - 1));
  if (z >= 6) return Math.sign(x);
  const t = 1 / (x * x);
  const logarithm = z < 1 / 0.35 ? beforeTail(t) : inTail(t);
  return Math.sign(x) * (1 - Math.exp(logarithm - x * x - 0.5625) / z);
}

/** 1 - erf(x), with a small relative error in the tail, too. */
export function erfc(x: number): number {
  const z = Math.abs(x);
  if (z < 0.84375) {
    const share = nearZero(x * x);
    return x < 0.25 ? 1 - (x + x * share) : 0.5 - (x * share + (x - 0.5));
  }
  if (z < 1.25) {
    const rest = nearOne(z - 1);
    return x < 0 ? 1 + (erfOfOne + rest) : 1 - erfOfOne - rest;
  }
  if (z >= 28 || z !== z) return x < 0 ? 2 : z !== z ? NaN : 0;
  const t = 1 / (x * x);
  const logarithm = z < 1 / 0.35 ? beforeTail(t) : inTail(t);
  // The square of the first 24 bits is exact, so the exponent loses nothing.
  const high = Math.fround(z);
  const square = Math.exp(-high * high - 0.5625);
  const tail = (square * Math.exp((high - z) * (high + z) + logarithm)) / z;
  return x < 0 ? 2 - tail : tail;
}

/** erf(1), rounded to 24 bits. */
const erfOfOne = 0.845062911510467529297;

/** erf(x) / x - 1, where z = x². */
function nearZero(z: number): number {
  let p = -2.3763016656650163e-5;
  p = p * z - 0.005770270296489442;
  p = p * z - 0.02848174957559851;
  p = p * z - 0.3250421072470015;
  p = p * z + 0.12837916709551256;
  let q = -3.960228278775368e-6;
  q = q * z + 0.00013249473800432164;
  q = q * z + 0.005081306281875766;
  q = q * z + 0.0650222499887673;
  q = q * z + 0.39791722395915535;
  q = q * z + 1;
  return p / q;
}

/** erf(1 + s) - erfOfOne. */
function nearOne(s: number): number {
  let p = -0.002166375594868791;
  p = p * s + 0.035478304325618236;
  p = p * s - 0.11089469428239668;
  p = p * s + 0.31834661990116175;
  p = p * s - 0.3722078760357013;
  p = p * s + 0.41485611868374833;
  p = p * s - 0.0023621185607526594;
  let q = 0.011984499846799107;
  q = q * s + 0.01363708391202905;
  q = q * s + 0.12617121980876164;
  q = q * s + 0.07182865441419627;
  q = q * s + 0.540397917702171;
  q = q * s + 0.10642088040084423;
  q = q * s + 1;
  return p / q;
}

/** log(x erfc(x)) + x² + 0.5625 for 1.25 <= x < 1 / 0.35, where t = 1 / x². */
function beforeTail(t: number): number {
  let p = -9.814329344169145;
  p = p * t - 81.2874355063066;
  p = p * t - 184.60509290671104;
  p = p * t - 162.39666946257347;
  p = p * t - 62.375332450326006;
  p = p * t - 10.558626225323291;
  p = p * t - 0.6938585727071818;
  p = p * t - 0.009864944034847148;
  let q = -0.0604244152148581;
  q = q * t + 6.570249770319282;
  q = q * t + 108.63500554177944;
  q = q * t + 429.00814002756783;
  q = q * t + 645.3872717332679;
  q = q * t + 434.56587747522923;
  q = q * t + 137.65775414351904;
  q = q * t + 19.651271667439257;
  q = q * t + 1;
  return p / q;
}

/** The same for x >= 1 / 0.35. */
function inTail(t: number): number {
  let p = -483.5191916086514;
  p = p * t - 1025.0951316110772;
  p = p * t - 637.5664433683896;
  p = p * t - 160.63638485582192;
  p = p * t - 17.757954917754752;
  p = p * t - 0.799283237680523;
  p = p * t - 0.0098649429247001;
  let q = -22.44095244658582;
  q = q * t + 474.52854120695537;
  q = q * t + 2553.0504064331644;
  q = q * t + 3199.8582195085955;
  q = q * t + 1536.729586084437;
  q = q * t + 325.7925129965739;
  q = q * t + 30.33806074348246;
  q = q * t + 1;
  return p / q;
}
