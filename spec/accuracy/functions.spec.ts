import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as gradtape from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { count, functionNames, lastBits, pointsOf } from './points.ts';

/** Largest distance from the true value in units of its last place, where it is not 2. */
const bounds: Readonly<Record<string, number>> = { erf: 4, erfc: 4, digamma: 4 };

/** Relative bound of the other special functions, absolute near their zeros. */
const special = [
  'lgamma',
  'besselJ0',
  'besselJ1',
  'besselI0',
  'besselI1',
  'expint',
  'dawsn',
  'fresnelCos',
  'fresnelSin',
];
const relative = 1e-13;
const absolute = 1e-15;

type PublicFunction = (...x: Tensor[]) => Tensor;

function evaluate(
  name: string,
  points: readonly (readonly number[])[],
  dtype: 'float32' | 'float64',
): ArrayLike<number> {
  const f = (gradtape as unknown as Record<string, PublicFunction>)[name];
  const inputs = points[0].map((_, k) =>
    gradtape.tensor(
      points.map((point) => point[k]),
      undefined,
      dtype,
    ),
  );
  return f(...inputs).dataSync();
}

/** How many ulps each value is above the true one, told from the last 16 bits of both. */
function ulps(name: string, values: ArrayLike<number>): number[] {
  const file = join(__dirname, `../fixtures/accuracy/${name}.txt`);
  const bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  return Array.from(values, (y, i) => ((lastBits(y) - bytes.readUInt16LE(2 * i)) << 16) >> 16);
}

/** The size of the last place of a double. */
function lastPlace(y: number): number {
  const bits = new BigInt64Array(Float64Array.of(Math.abs(y)).buffer);
  const next = new Float64Array(BigInt64Array.of(bits[0] + 1n).buffer)[0];
  return next - Math.abs(y);
}

describe.each(functionNames)('%s', (name) => {
  const points = pointsOf(name);

  it('is as near to the true values as promised', () => {
    const values = evaluate(name, points, 'float64');
    const errors = ulps(name, values);
    expect(errors).toHaveLength(count);
    const isSpecial = special.includes(name);
    const allowed = (i: number): number =>
      isSpecial
        ? Math.max(relative * Math.abs(values[i]), absolute) / lastPlace(values[i])
        : (bounds[name] ?? 2);
    const excess = errors.map((error, i) => Math.abs(error) - allowed(i));
    const worst = excess.indexOf(Math.max(...excess));
    const report = `${name}(${points[worst].join(', ')}) = ${String(values[worst])} is ${String(errors[worst])} ulp off; largest error ${String(Math.max(...errors.map(Math.abs)))} ulp`;
    expect(excess[worst] <= 0 ? '' : report).toBe('');
  });

  it('is rounded once in float32', () => {
    const narrow = points.map((point) => point.map(Math.fround));
    const exact = evaluate(name, narrow, 'float64');
    const rounded = evaluate(name, narrow, 'float32');
    const isSame = (i: number): boolean => Object.is(rounded[i], Math.fround(exact[i]));
    expect(narrow.filter((_, i) => !isSame(i))).toEqual([]);
  });
});
