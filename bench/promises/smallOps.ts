import type { Tensor } from '../../lib/index.ts';
import { add, GradientTape, mul, scalar, sub, tanh, tensor } from '../../lib/index.ts';
import type { Task } from './measure.ts';
import { calibration, measure, sink } from './measure.ts';

/** A chain of `length` ops in which nothing is constant: products, sums, differences, tanh. */
export function chain(x: Tensor, w: Tensor, length: number): Tensor {
  let y = x;
  for (let i = 0; i < length; i++) {
    const kind = i % 4;
    y = kind === 0 ? mul(y, w) : kind === 1 ? add(y, x) : kind === 2 ? tanh(y) : sub(y, w);
  }
  return y;
}

function forward(x: Tensor, w: Tensor, length: number): Task {
  return {
    name: 'forward with tape',
    units: length,
    run: () => {
      const tape = new GradientTape();
      tape.watch([x, w]);
      sink.value = chain(x, w, length);
      tape.stop();
    },
  };
}

function forwardAndBackward(x: Tensor, w: Tensor, length: number): Task {
  return {
    name: 'forward and backward',
    units: length,
    run: () => {
      const tape = new GradientTape();
      tape.watch([x, w]);
      sink.value = tape.gradient(chain(x, w, length), [x, w]);
    },
  };
}

/** The whole life of a tape over y = a * b + c. */
function cycle(): Task {
  const a = scalar(3);
  const b = scalar(2);
  const c = scalar(1);
  return {
    name: 'a * b + c: tape, watch, two ops, three gradients',
    units: 1,
    run: () => {
      const tape = new GradientTape();
      tape.watch([a, b, c]);
      sink.value = tape.gradient(add(mul(a, b), c), [a, b, c]);
    },
  };
}

/** Prints nanoseconds an op, and as multiples of the calibration loop in the same rounds. */
export function benchSmallOps(): void {
  console.log(
    'time an op                        ns   loops (1,024 alive)   loops (as many alive as ops)',
  );
  const shapes = [
    { name: '[]', x: scalar(0.3), w: scalar(0.9) },
    { name: '[4]', x: tensor([0.1, 0.2, 0.3, 0.4]), w: tensor([0.9, 0.8, 0.7, 0.6]) },
  ];
  for (const { name, x, w } of shapes) {
    for (const length of [10, 1_000, 100_000]) {
      const [ring, alive, ...figures] = measure([
        calibration(1024),
        calibration(length),
        forward(x, w, length),
        forwardAndBackward(x, w, length),
      ]);
      for (const figure of figures)
        row(
          `${name} x ${String(length)}: ${figure.name}`,
          figure.median,
          ring.median,
          alive.median,
        );
    }
  }
  const [ring, figure] = measure([calibration(1024), cycle()]);
  row(figure.name, figure.median, ring.median, ring.median);
}

function row(name: string, nanoseconds: number, ring: number, alive: number): void {
  const cells = [
    nanoseconds.toFixed(0),
    (nanoseconds / ring).toFixed(1),
    (nanoseconds / alive).toFixed(1),
  ];
  console.log(`${name.padEnd(50)} ${cells.map((cell) => cell.padStart(8)).join('  ')}`);
}
