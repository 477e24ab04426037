import type { Tensor } from '../../lib/index.ts';
import {
  ForwardAccumulator,
  GradientTape,
  gradients,
  Graph,
  matMul,
  mul,
  placeholder,
  Session,
  split,
  sum,
  tanh,
  tensor,
  vmap,
} from '../../lib/index.ts';
import { difference, refute } from '../support/closeTo.ts';

/*
 * Every layer nested in every other, over five ops: mul, sum, tanh, matMul and split, which has two
 * outputs. The function is f(x) = tanh(u0) u1 with u = x W, whose derivatives are written below with
 * plain numbers.
 */

const weights = [
  [0.5, -1.25],
  [0.75, 2],
];
const W = tensor(Float64Array.of(...weights.flat()), [2, 2]);

function f(x: Tensor): Tensor {
  const [a, b] = split(matMul(x, W), 2, 1);
  return sum(mul(tanh(a), b));
}

type Vector = readonly [number, number];

function through({ 0: p, 1: q }: Vector): Vector {
  return [p * weights[0][0] + q * weights[1][0], p * weights[0][1] + q * weights[1][1]];
}

function back([a, b]: Vector): Vector {
  return [weights[0][0] * a + weights[0][1] * b, weights[1][0] * a + weights[1][1] * b];
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1];

function value(x: Vector): number {
  const [a, b] = through(x);
  return Math.tanh(a) * b;
}

function gradient(x: Vector): Vector {
  const [a, b] = through(x);
  const t = Math.tanh(a);
  return back([(1 - t * t) * b, t]);
}

/** The Hessian times `v`. */
function curvature(x: Vector, v: Vector): Vector {
  const [a, b] = through(x);
  const [p, q] = through(v);
  const t = Math.tanh(a);
  const slope = 1 - t * t;
  return back([-2 * t * slope * b * p + slope * q, slope * p]);
}

const point: Vector = [0.4, -0.3];
const v: Vector = [1.5, -0.5];
const w: Vector = [0.25, 2];
const points: readonly Vector[] = [point, [-1, 0.5], [0, 0.2]];

const row = (x: Vector): Tensor => tensor(Float64Array.of(...x), [1, 2]);
const rows = (all: readonly Vector[]): Tensor =>
  tensor(Float64Array.of(...all.flat()), [all.length, 1, 2]);

function expectClose(actual: Tensor, expected: readonly number[], tolerance = 1e-12): void {
  refute('the result', difference(actual.dataSync(), expected, tolerance));
}

/** Gradient on a tape of its own. */
function gradientOf(g: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const tape = new GradientTape();
  const y = tape.run(() => {
    tape.watch(x);
    return g(x);
  });
  return tape.gradient(y, x);
}

/** Directional derivative on an accumulator of its own. */
function jvpOf(g: (x: Tensor) => Tensor, x: Tensor, tangent: Tensor): Tensor {
  const accumulator = new ForwardAccumulator(x, tangent);
  return accumulator.jvp(accumulator.run(() => g(x)));
}

/** As `g`, but traced and then evaluated by a session. */
function traced(g: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const graph = new Graph();
    const [symbol, y] = graph.run(() => {
      const stand = placeholder('float64', x.shape);
      return [stand, g(stand)];
    });
    return new Session(graph).run(y, [[symbol, x]]);
  };
}

describe('a tape', () => {
  it('differentiates the gradient of a tape inside it', () => {
    const hvp = gradientOf((x) => sum(mul(gradientOf(f, x), row(v))), row(point));
    expectClose(hvp, curvature(point, v));
  });

  it('differentiates the tangent of an accumulator inside it: reverse over forward', () => {
    const hvp = gradientOf((x) => jvpOf(f, x, row(v)), row(point));
    expectClose(hvp, curvature(point, v));
  });

  it('sees whole batches through a vmap inside it', () => {
    expectClose(gradientOf((x) => sum(vmap(f)(x)), rows(points)), points.flatMap(gradient));
  });

  it('differentiates the evaluation of a trace', () => {
    expectClose(gradientOf(traced(f), row(point)), gradient(point));
  });
});

describe('a forward accumulator', () => {
  it('carries tangents through a gradient: forward over reverse', () => {
    const hvp = jvpOf((x) => gradientOf(f, x), row(point), row(v));
    expectClose(hvp, curvature(point, v));
  });

  it('carries tangents through the tangents of an accumulator inside it', () => {
    const second = jvpOf((x) => jvpOf(f, x, row(v)), row(point), row(w));
    expectClose(second, [dot(w, curvature(point, v))]);
  });

  it('carries tangents of whole batches through a vmap', () => {
    const tangents = points.map((_, i): Vector => [i + 1, -i]);
    const expected = points.map((x, i) => dot(gradient(x), tangents[i]));
    expectClose(jvpOf(vmap(f), rows(points), rows(tangents)), expected);
  });

  it('carries tangents through the evaluation of a trace', () => {
    expectClose(jvpOf(traced(f), row(point), row(v)), [dot(gradient(point), v)]);
  });
});

describe('vmap', () => {
  it('gives per-example gradients of a tape inside it', () => {
    expectClose(vmap((x) => gradientOf(f, x))(rows(points)), points.flatMap(gradient));
  });

  it('gives per-example tangents of an accumulator inside it', () => {
    const expected = points.map((x) => dot(gradient(x), v));
    expectClose(vmap((x) => jvpOf(f, x, row(v)))(rows(points)), expected);
  });

  it('maps over two axes when nested', () => {
    const pairwise = vmap((x) => vmap((y) => sum(mul(f(x), y)))(rows(points)));
    const expected = points.flatMap((x) => points.map(([p, q]) => value(x) * (p + q)));
    expectClose(pairwise(rows(points)), expected);
  });

  it('evaluates a trace on whole batches', () => {
    expectClose(vmap(traced(f))(rows(points)), points.map(value));
  });
});

describe('a trace', () => {
  it('holds the gradient of a tape inside it', () => {
    expectClose(traced((x) => gradientOf(f, x))(row(point)), gradient(point));
  });

  it('holds the tangent of an accumulator inside it', () => {
    expectClose(traced((x) => jvpOf(f, x, row(v)))(row(point)), [dot(gradient(point), v)]);
  });

  it('holds batched ops of a vmap inside it', () => {
    expectClose(traced(vmap(f))(rows(points)), points.map(value));
  });

  it('takes up the nodes of a trace that is evaluated inside it', () => {
    expectClose(traced(traced(f))(row(point)), [value(point)]);
  });
});

describe('three layers', () => {
  const hessianRows = (x: Vector): number[] => [...curvature(x, [1, 0]), ...curvature(x, [0, 1])];
  const units = rows([
    [1, 0],
    [0, 1],
  ]);
  const expected = points.flatMap(hessianRows);

  it('give per-example Hessians: tapes inside two vmaps', () => {
    const hessian = vmap((x) =>
      vmap((e) => gradientOf((y) => sum(mul(gradientOf(f, y), e)), x))(units),
    );
    expectClose(hessian(rows(points)), expected);
  });

  it('give per-example Hessians: forward over reverse inside two vmaps', () => {
    const hessian = vmap((x) => vmap((e) => jvpOf((y) => gradientOf(f, y), x, e))(units));
    expectClose(hessian(rows(points)), expected);
  });

  it('give the Hessian in a trace, as vmap over forward over reverse', () => {
    const hessian = traced((x) => vmap((e) => jvpOf((y) => gradientOf(f, y), x, e))(units));
    expectClose(hessian(row(point)), hessianRows(point));
  });

  it('give a gradient through a vmap of gradients', () => {
    const squared = (x: Tensor): Tensor => {
      const g = vmap((one) => gradientOf(f, one))(x);
      return sum(mul(g, g));
    };
    const twice = points.flatMap((x) => curvature(x, gradient(x)).map((one) => 2 * one));
    expectClose(gradientOf(squared, rows(points)), twice);
  });

  it('give third derivatives alike in any mix of modes', () => {
    const along = (x: Vector): number => dot(v, curvature(x, v));
    const h = 1e-4;
    const [p, q] = point;
    const central = [0, 1].map((i) => {
      const moved = (by: number): Vector => (i === 0 ? [p + by, q] : [p, q + by]);
      return (along(moved(h)) - along(moved(-h))) / (2 * h);
    });
    const inReverse = (x: Tensor): Tensor =>
      sum(mul(gradientOf((y) => sum(mul(gradientOf(f, y), row(v))), x), row(v)));
    const inForward = (x: Tensor): Tensor => jvpOf((y) => jvpOf(f, y, row(v)), x, row(v));
    const mixed = (x: Tensor): Tensor => jvpOf((y) => sum(mul(gradientOf(f, y), row(v))), x, row(v));
    for (const second of [inReverse, inForward, mixed]) {
      expectClose(gradientOf(second, row(point)), central, 1e-7);
    }
  });
});

describe('symbolic gradients', () => {
  it('agree with those of a tape, of second order too', () => {
    const graph = new Graph();
    const x = graph.run(() => placeholder('float64', [1, 2], 'x'));
    const [first, second] = graph.run(() => {
      const g = gradients(f(x), x, { unconnectedGradients: 'zero' });
      return [g, gradients(g, x, { gradYs: row(v), unconnectedGradients: 'zero' })];
    });
    const [g, hv] = new Session(graph).run([first, second], { x: [point] });
    expectClose(g, gradient(point));
    expectClose(hv, curvature(point, v));
  });
});

describe('a persistent tape', () => {
  it('differentiates its own gradient', () => {
    const x = row(point);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const first = tape.gradient(f(x), x);
    const second = tape.gradient(sum(mul(first, row(v))), x);
    tape.stop();
    expectClose(first, gradient(point));
    expectClose(second, curvature(point, v));
  });
});
