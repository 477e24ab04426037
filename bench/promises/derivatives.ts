import type { Tensor } from '../../lib/index.ts';
import {
  customGradient,
  grad,
  hvp,
  jacobian,
  jvp,
  linearize,
  matMul,
  mul,
  randomNormal,
  reshape,
  sum,
  tanh,
  tensor,
  vjp,
  zeros,
} from '../../lib/index.ts';
import type { Task } from './measure.ts';
import { measure, sink } from './measure.ts';

/*
 * Jacobians and products, as ratios to what they are made of, from the fastest of many rounds: what
 * other programs take away does not count.
 */

function task(name: string, units: number, run: () => unknown): Task {
  return {
    name,
    units,
    run: () => {
      sink.value = run();
    },
  };
}

function ratio(name: string, limit: string, of: () => unknown, to: () => unknown): void {
  const [a, b] = measure([task(name, 1, of), task('unit', 1, to)]);
  print(name, a.fastest / b.fastest, limit);
}

function print(name: string, figure: number, limit: string): void {
  console.log(`${name.padEnd(56)} ${figure.toFixed(2).padStart(8)}   (${limit})`);
}

/** tanh(Wx) with m results and n arguments. */
function layer(m: number, n: number): readonly [(x: Tensor) => Tensor, Tensor] {
  const w = randomNormal([m, n], 0, 0.1, 'float64', 1);
  const x = randomNormal([n], 0, 1, 'float64', 2);
  return [(at) => reshape(tanh(matMul(w, reshape(at, [n, 1]))), [m]), x];
}

/** Unit vectors of double precision. */
function units(size: number): Tensor[] {
  return Array.from({ length: size }, (_, i) => {
    const values = new Float64Array(size);
    values[i] = 1;
    return tensor(values);
  });
}

function jacobians(): void {
  const [square, x] = layer(100, 100);
  ratio(
    'Jacobian 100 x 100 one by one / 100 passes by hand',
    'at most 1.3',
    () => jacobian(square, { chunkSize: 1 })(x),
    () => {
      const { pullback } = vjp(square, x);
      return units(100).map((unit) => pullback(unit));
    },
  );
  const [tall, y] = layer(300, 20);
  ratio(
    'Jacobian 300 x 20 one by one / 20 passes by hand',
    'at most 1.3',
    () => jacobian(tall, { chunkSize: 1 })(y),
    () => {
      const { pushforward } = linearize(tall, y);
      return units(20).map((unit) => pushforward(unit));
    },
  );
  ratio(
    'Jacobian 100 x 100 one by one / vectorised, reverse',
    'at least 5',
    () => jacobian(square, { chunkSize: 1 })(x),
    () => jacobian(square)(x),
  );
  ratio(
    'Jacobian 100 x 100 one by one / vectorised, forward',
    'at least 5',
    () => jacobian(square, { chunkSize: 1, mode: 'forward' })(x),
    () => jacobian(square, { mode: 'forward' })(x),
  );
}

function products(): void {
  for (const size of [10, 300]) {
    const [f, x] = layer(size, size);
    const loss = (at: Tensor): Tensor => sum(mul(f(at), f(at)));
    const shape = `${String(size)} x ${String(size)}`;
    ratio(
      `hvp / gradient, ${shape}`,
      'at most 5',
      () => hvp(loss, x, x),
      () => grad(loss)(x),
    );
    ratio(
      `jvp / forward pass, ${shape}`,
      'at most 3',
      () => jvp(loss, x, x),
      () => loss(x),
    );
  }
}

/** Bytes of live arrays at the worst moment of a Jacobian in chunks, against result and chunk. */
function memory(): void {
  const size = 1000;
  const chunkSize = 50;
  const depth = 8;
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  const live = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  let peak = 0;
  const probe = customGradient((x) => ({
    value: x,
    gradFunc: (dy) => {
      peak = Math.max(peak, live());
      return dy;
    },
  }));
  const f = (x: Tensor): Tensor => {
    let y = x;
    for (let i = 0; i < depth; i++) y = probe(tanh(y));
    return y;
  };
  const x = zeros([size], 'float64');
  const before = live();
  sink.value = jacobian(f, { chunkSize, mode: 'reverse' })(x);
  const result = size * size * 8;
  const chunk = size * chunkSize * 8 * depth * 2;
  const most = (peak - before - result) / chunk;
  print('memory beyond the result / one chunk', most, 'at most 2');
}

console.log('derivatives                                                 ratio');
jacobians();
products();
memory();
