import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtime } from '../../lib/base/runtime.ts';
import * as gradtape from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';
import { stepsAllowed } from './bounds.ts';
import { count, distance, functionNames, pointsOf, remainderOf, withZeros } from './points.ts';

type PublicFunction = (...x: Tensor[]) => Tensor;

function evaluate(
  name: string,
  points: readonly (readonly number[])[],
  dtype: 'float32' | 'float64',
): ArrayLike<number> {
  const f = calls[name] ?? (gradtape as unknown as Record<string, PublicFunction>)[name];
  const inputs = points[0].map((_, k) =>
    gradtape.tensor(
      points.map((point) => point[k]),
      undefined,
      dtype,
    ),
  );
  return f(...inputs).dataSync();
}

/** How many steps each value is above the true one, of which the fixture has the remainders. */
function errorsOf(name: string, values: ArrayLike<number>): number[] {
  const file = join(__dirname, `../fixtures/accuracy/${name}.txt`);
  const bytes = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  const hasZeros = withZeros.includes(name);
  return Array.from(values, (y, i) =>
    distance(remainderOf(y, hasZeros), bytes.readUInt16LE(2 * i)),
  );
}

/** How much of what is allowed an error takes. */
const share = (error: number, allowed: number): number =>
  error === 0 ? 0 : Math.abs(error) / allowed;

/** Functions of one tensor that are compared as functions of numbers. */
const calls: Readonly<Record<string, PublicFunction>> = {
  lbeta: (a, b) => gradtape.lbeta(gradtape.stack([a, b], 1)),
};

describe.each(functionNames)('%s', (name) => {
  const points = pointsOf(name);

  it('is as near to the true values as promised', () => {
    const values = evaluate(name, points, 'float64');
    const errors = errorsOf(name, values);
    expect(errors).toHaveLength(count);
    const excess = errors.map((error, i) => share(error, stepsAllowed(name, values[i], points[i])));
    const worst = excess.indexOf(Math.max(...excess));
    const report = `${name}(${points[worst]?.join(', ')}) = ${String(values[worst])} is off by ${String(errors[worst])} steps, ${String(excess[worst])} of what is allowed`;
    expect(excess[worst] <= 1 ? '' : report).toBe('');
  });

  // A function made of others is rounded after each.
  if (name in calls) return;

  const narrow = points.map((point) => point.map(Math.fround));
  const exact = evaluate(name, narrow, 'float64');

  it('is rounded once in float32 by the loops', () => {
    const { enabled } = runtime.vectors;
    gradtape.useWebAssembly(false);
    try {
      const rounded = evaluate(name, narrow, 'float32');
      const isSame = (i: number): boolean => Object.is(rounded[i], Math.fround(exact[i]));
      expect(narrow.filter((_, i) => !isSame(i))).toEqual([]);
    } finally {
      gradtape.useWebAssembly(enabled);
    }
  });

  it('is within 2 steps of float32 in vectors', () => {
    const values = evaluate(name, narrow, 'float32');
    const isNear = (i: number): boolean =>
      Object.is(values[i], Math.fround(exact[i])) ||
      Math.abs(stepOf(values[i]) - exactStepOf(exact[i])) <= 2;
    expect(narrow.filter((_, i) => !isNear(i))).toEqual([]);
  });
});

const bits = new Int32Array(1);
const single = new Float32Array(bits.buffer);

/** Counts the float32 numbers from 0 on; negative ones with a minus. */
function stepOf(x: number): number {
  single[0] = x;
  return bits[0] < 0 ? -(bits[0] & 0x7fffffff) : bits[0];
}

/** The same for a number between two of them. */
function exactStepOf(x: number): number {
  const near = Math.fround(x);
  if (!Number.isFinite(near) || near === x) return stepOf(near);
  const next = Math.abs(near) < Math.abs(x) ? 1 : -1;
  single[0] = Math.abs(near);
  bits[0] += next;
  const share = (Math.abs(x) - Math.abs(near)) / Math.abs(single[0] - Math.abs(near));
  return stepOf(near) + Math.sign(x) * share;
}
