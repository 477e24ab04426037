/** Many small training steps without release calls: the heap must stay where it is. */
import type { Tensor } from '../../lib/index.ts';
import {
  GradientTape,
  matMul,
  meanSquaredError,
  randomNormal,
  setSeed,
  sub,
  tanh,
  tensor,
  train,
  variable,
} from '../../lib/index.ts';

const steps = Number(process.argv[2] ?? 200_000);
const warmUp = 2_000;

// A first collection unlinks what only a second one frees.
function heldBytes(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

setSeed(1);
const layers = [
  variable(randomNormal([4, 8])),
  variable(randomNormal([8, 8])),
  variable(randomNormal([8, 1])),
];
const x = randomNormal([16, 4]);
const target = randomNormal([16, 1]);
const optimizer = train.sgd(0.01);

function step(): Tensor {
  const tape = new GradientTape();
  const [first, second, third] = layers;
  const loss = meanSquaredError(
    target,
    matMul(tanh(matMul(tanh(matMul(x, first)), second)), third),
  );
  const derivatives = tape.gradient(loss, layers);
  optimizer.applyGradients(layers.map((layer, i) => [derivatives[i], layer] as const));
  return loss;
}

let early = 0;
for (let i = 0; i < steps; i++) {
  if (i === warmUp) early = heldBytes();
  step();
}
const late = heldBytes();
console.log(
  `${String(steps)} training steps: heap ${early.toFixed(0)} bytes at ${String(warmUp)}, ${late.toFixed(0)} at the end: ${(late / early).toFixed(3)} times`,
);

// What a result needs is what a tensor of its own, made of the same values, takes.
const results = 2_000;
const copies: Tensor[] = [];
const beforeCopies = heldBytes();
for (let i = 0; i < results; i++) copies.push(tensor(x.dataSync(), [16, 4]));
const needed = heldBytes() - beforeCopies;

const kept: Tensor[] = [];
const beforeKept = heldBytes();
for (let i = 0; i < results * 500; i++) {
  const y = sub(x, target);
  if (i % 500 === 0) kept.push(y);
}
const held = heldBytes() - beforeKept;
console.log(
  `one result of every 500 kept: ${held.toFixed(0)} bytes held, ${needed.toFixed(0)} needed: ${(held / needed).toFixed(2)} times (${String(copies.length + kept.length)} tensors)`,
);
