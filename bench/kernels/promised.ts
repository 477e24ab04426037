import type { Tensor } from '../../lib/index.ts';
import { add, GradientTape, mul, scalar, sum, sub, tanh, tensor } from '../../lib/index.ts';
import { addOp } from '../../lib/ops/elementwise.ts';
import { tanhOp } from '../../lib/ops/transcendental.ts';
import { median } from '../compare/results.ts';
import { uniform } from '../workloads/values.ts';
import { numbers } from './cases.ts';
import { interleaved } from './interleaved.ts';
import type { Ceilings } from './ceilings.ts';

/** A figure and what it may be at most. */
export interface Promised {
  readonly name: string;
  readonly figure: number;
  readonly limit: number;
}

const n = 100_000;

/** The cost of an element of 1e5, alone and through an op with its fresh result. */
export function elementFigures(rounds: number): readonly Promised[] {
  const [a, b, y] = [numbers(1, [n]), numbers(2, [n]), numbers(3, [n])];
  const [x, w] = [tensor(uniform(1, n)), tensor(uniform(2, n))];
  const given = y.values;
  const addKernel = (): void => addOp.kernel([a, b], [y], undefined);
  const tanhKernel = (): void => tanhOp.kernel([a], [y], undefined);
  const copied = (kernel: () => void) => (): unknown => {
    kernel();
    return given.slice();
  };
  const [adds, tanhs, ...pairs] = interleaved(
    [addKernel, tanhKernel, () => add(x, w), copied(addKernel), () => tanh(x), copied(tanhKernel)],
    rounds,
  );
  // What other programs take away does not count.
  const fastest = (times: readonly number[]): number => Math.min(...times);
  const ratio = (at: number): number => median(pairs[at].map((t, i) => t / pairs[at + 1][i]));
  return [
    { name: 'add into a given array, ns an element', figure: fastest(adds) / n, limit: 0.5 },
    { name: 'tanh into a given array, ns an element', figure: fastest(tanhs) / n, limit: 4.5 },
    { name: 'eager add / kernel and copy into a fresh array', figure: ratio(0), limit: 1.2 },
    { name: 'eager tanh / kernel and copy into a fresh array', figure: ratio(2), limit: 1.2 },
  ];
}

const recorded = 1_000_000;

/** W1 and W2: small ops, as runs. */
function smallRuns(): readonly (readonly [name: string, run: () => unknown])[] {
  const [a, b, c] = [scalar(2), scalar(3), scalar(4)];
  const [start, w, bias] = [1, 2, 3].map((seed) => tensor(uniform(seed, 4)));
  const chain = (): Tensor => {
    let x = start;
    for (let i = 0; i < 25; i++) x = sub(tanh(add(mul(x, w), bias)), c);
    return x;
  };
  return [
    [
      'a b + c with gradients',
      () => {
        const tape = new GradientTape();
        tape.watch([a, b, c]);
        return tape.gradient(add(mul(a, b), c), [a, b, c]);
      },
    ],
    ['100 ops', chain],
    [
      '100 ops with gradients',
      () => {
        const tape = new GradientTape();
        tape.watch([start, w, bias]);
        return tape.gradient(sum(chain()), [start, w, bias]);
      },
    ],
  ];
}

/** A tape that has recorded a million ops, and its result. */
function longTape(): { readonly tape: GradientTape; readonly x: Tensor; readonly y: Tensor } {
  const x = scalar(0.5);
  const tape = new GradientTape();
  tape.watch(x);
  let y = x;
  for (let i = 0; i < recorded; i++) y = i % 2 === 0 ? mul(y, x) : add(y, x);
  return { tape, x, y };
}

/** As many small objects as the tape will hold tensors: keeping anything costs the collector time. */
function ballast(): readonly unknown[] {
  return Array.from({ length: recorded }, (_, i) => ({ i, values: new Float32Array(1) }));
}

/**
 * The cost of small ops while a tape holds a million ops, and after it gave its gradient, to that
 * before, when other objects took their place; each in units of a loop in registers, which tells how
 * fast the machine is meanwhile.
 */
export function figuresAfterMany(machine: Ceilings, rounds: number): readonly Promised[] {
  const runs = smallRuns();
  const costs = (): number[] => {
    const all = [machine.arithmetic.run, ...runs.map(([, run]) => run)];
    const [unit, ...times] = interleaved(all, 3 * rounds);
    return times.map((of) => median(of.map((t, i) => t / unit[i])));
  };
  const kept: { objects: readonly unknown[] } = { objects: ballast() };
  // Once unmeasured: the first round of all meets code that is not compiled.
  costs();
  const before = costs();
  kept.objects = [];
  const held = longTape();
  held.tape.stop();
  const during = costs();
  held.tape.gradient(held.y, held.x);
  const after = costs();
  const limit = 1.2;
  return runs.flatMap(([name], i) => [
    { name: `${name}: with a million ops recorded / before`, figure: during[i] / before[i], limit },
    { name: `${name}: after their gradient / before`, figure: after[i] / before[i], limit },
  ]);
}
