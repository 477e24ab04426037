/** A recurrence of 20,000 steps, kept whole and checkpointed; run in a process of its own. */
import type { Tensor } from '../../lib/index.ts';
import { add, checkpointLoop, GradientTape, mul, sum, tanh, tensor } from '../../lib/index.ts';

const steps = 20_000;
const width = 16;
const rounds = 9;

const numbers = (scale: number): Tensor =>
  tensor(Float64Array.from({ length: width }, (_, i) => scale * Math.sin(i + 1)));

type Step = (state: Tensor, index: number) => Tensor;
type Loop = (step: Step, initial: Tensor) => Tensor;

const loops: Readonly<Record<'whole' | 'checkpointed', Loop>> = {
  whole: (step, initial) => {
    let state = initial;
    for (let i = 0; i < steps; i++) state = step(state, i);
    return state;
  },
  checkpointed: (step, initial) => checkpointLoop(step, initial, steps),
};

// A first collection unlinks what only a second one frees.
function heldBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

interface Run {
  readonly milliseconds: number;
  readonly gradients: readonly number[];
}

function run(loop: Loop, notice: () => void = () => undefined): Run {
  const [x, w, bias] = [numbers(0.5), numbers(0.9), numbers(0.1)];
  const step: Step = (state, index) => {
    if (index % 2500 === 2499) notice();
    return tanh(add(mul(state, w), bias));
  };
  const start = performance.now();
  const tape = new GradientTape();
  tape.watch([x, w, bias]);
  const loss = sum(loop(step, x));
  notice();
  const found = tape.gradient(loss, [x, w, bias]);
  const milliseconds = performance.now() - start;
  return { milliseconds, gradients: found.flatMap((g) => [...g.dataSync()]) };
}

/** The most bytes held at any of the moments that `notice` marks, forward or in reverse. */
function peakOf(loop: Loop): number {
  const before = heldBytes();
  let peak = 0;
  run(loop, () => (peak = Math.max(peak, heldBytes() - before)));
  return peak;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

const whole = run(loops.whole).gradients;
const checkpointed = run(loops.checkpointed).gradients;
const error = Math.max(
  ...checkpointed.map((g, i) => Math.abs(g - whole[i]) / Math.max(1e-300, Math.abs(whole[i]))),
);
const times: { whole: number; checkpointed: number }[] = [];
for (let round = 0; round < rounds; round++) {
  globalThis.gc?.();
  const plain = run(loops.whole).milliseconds;
  globalThis.gc?.();
  times.push({ whole: plain, checkpointed: run(loops.checkpointed).milliseconds });
}
const bytes = { whole: peakOf(loops.whole), checkpointed: peakOf(loops.checkpointed) };
const ratio = median(times.map((t) => t.checkpointed / t.whole));
console.log(
  `recurrence of ${String(steps)} steps, checkpointed: ${ratio.toFixed(2)} times the time of keeping ` +
    `all, ${((100 * bytes.checkpointed) / bytes.whole).toFixed(1)} % of its ` +
    `${(bytes.whole / 2 ** 20).toFixed(1)} MB`,
);
console.log(`  largest relative difference of a gradient ${error.toExponential(1)}`);
