/** One chain of a million scalar ops; run in a process of its own, with a small stack. */
import { GradientTape, scalar } from '../../lib/index.ts';
import { chain } from './smallOps.ts';

const length = 1_000_000;

// A first collection unlinks what only a second one frees.
function heldBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const x = scalar(0.3);
const w = scalar(0.999);
const before = heldBytes();
const tape = new GradientTape();
tape.watch([x, w]);
const y = chain(x, w, length);
const recorded = heldBytes();
const [dx, dw] = tape.gradient(y, [x, w]);
const peak = process.resourceUsage().maxRSS / 1024;
console.log(
  `chain of ${String(length)} scalar ops: ${((recorded - before) / length).toFixed(0)} bytes an op held`,
);
console.log(
  `  gradients ${String(dx.item())} and ${String(dw.item())}; peak memory ${peak.toFixed(0)} MB`,
);
