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
  UnconnectedGradientError,
  UnsupportedError,
  vmap,
} from '../../lib/index.ts';
import { difference, refute } from '../../lib/testing/compare.ts';

/*
 * Every layer nested in every other, over five ops: mul, sum, tanh, matMul and split. Each function
 * takes a 2x2 matrix [[a, b], [c, d]] to a scalar; its derivatives are written with plain numbers.
 */

type Matrix = readonly [number, number, number, number];

interface Case {
  readonly name: string;
  readonly f: (x: Tensor) => Tensor;
  readonly value: (x: Matrix) => number;
  readonly gradient: (x: Matrix) => Matrix;
  /** The Hessian times a direction. */
  readonly curvature: (x: Matrix, v: Matrix) => Matrix;
}

const map = (x: Matrix, g: (one: number, i: number) => number): Matrix => {
  const [a, b, c, d] = x;
  return [g(a, 0), g(b, 1), g(c, 2), g(d, 3)];
};
const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const dot = (x: Matrix, y: Matrix): number => total(map(x, (one, i) => one * y[i]));

const tanhSlope = (a: number): number => 1 - Math.tanh(a) ** 2;
const tanhCurve = (a: number): number => -2 * Math.tanh(a) * tanhSlope(a);

const weights: Matrix = [0.5, -1.25, 0.75, 2];

/** The matrix product of two matrices. */
function product([a, b, c, d]: Matrix, [p, q, r, s]: Matrix): Matrix {
  return [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s];
}

/** The adjoint of `product(x, weights)` in x. */
function back([a, b, c, d]: Matrix): Matrix {
  return product([a, b, c, d], [weights[0], weights[2], weights[1], weights[3]]);
}

const cases: readonly Case[] = [
  {
    name: 'mul',
    f: (x) => sum(mul(mul(x, x), x)),
    value: (x) => total(map(x, (a) => a ** 3)),
    gradient: (x) => map(x, (a) => 3 * a * a),
    curvature: (x, v) => map(x, (a, i) => 6 * a * v[i]),
  },
  {
    name: 'sum',
    f: (x) => {
      const columns = sum(x, 0);
      return sum(mul(columns, mul(columns, columns)));
    },
    value: ([a, b, c, d]) => (a + c) ** 3 + (b + d) ** 3,
    gradient: ([a, b, c, d]) => {
      const [p, q] = [3 * (a + c) ** 2, 3 * (b + d) ** 2];
      return [p, q, p, q];
    },
    curvature: ([a, b, c, d], v) => {
      const [p, q] = [6 * (a + c) * (v[0] + v[2]), 6 * (b + d) * (v[1] + v[3])];
      return [p, q, p, q];
    },
  },
  {
    name: 'tanh',
    f: (x) => sum(tanh(x)),
    value: (x) => total(map(x, Math.tanh)),
    gradient: (x) => map(x, tanhSlope),
    curvature: (x, v) => map(x, (a, i) => tanhCurve(a) * v[i]),
  },
  {
    name: 'matMul',
    f: (x) => sum(matMul(x, x)),
    value: (x) => total(product(x, x)),
    gradient: ([a, b, c, d]) => [a + b + a + c, c + d + a + c, a + b + b + d, c + d + b + d],
    curvature: (_, [a, b, c, d]) => [a + b + a + c, c + d + a + c, a + b + b + d, c + d + b + d],
  },
  {
    name: 'split',
    f: (x) => {
      const [left, right] = split(x, 2, 1);
      return sum(mul(mul(left, left), right));
    },
    value: ([a, b, c, d]) => a * a * b + c * c * d,
    gradient: ([a, b, c, d]) => [2 * a * b, a * a, 2 * c * d, c * c],
    curvature: ([a, b, c, d], [p, q, r, s]) => [
      2 * (b * p + a * q),
      2 * a * p,
      2 * (d * r + c * s),
      2 * c * r,
    ],
  },
  {
    name: 'split, of which one output is used',
    f: (x) => {
      const right = split(x, 2, 1)[1];
      return sum(mul(mul(right, right), right));
    },
    value: ([, b, , d]) => b ** 3 + d ** 3,
    gradient: ([, b, , d]) => [0, 3 * b * b, 0, 3 * d * d],
    curvature: ([, b, , d], v) => [0, 6 * b * v[1], 0, 6 * d * v[3]],
  },
  {
    name: 'all five',
    f: (x) => {
      const [left, right] = split(matMul(x, matrix(weights)), 2, 1);
      return sum(mul(tanh(left), right));
    },
    value: (x) => {
      const [a, b, c, d] = product(x, weights);
      return Math.tanh(a) * b + Math.tanh(c) * d;
    },
    gradient: (x) => {
      const [a, b, c, d] = product(x, weights);
      return back([tanhSlope(a) * b, Math.tanh(a), tanhSlope(c) * d, Math.tanh(c)]);
    },
    curvature: (x, v) => {
      const [a, b, c, d] = product(x, weights);
      const [p, q, r, s] = product(v, weights);
      return back([
        tanhCurve(a) * b * p + tanhSlope(a) * q,
        tanhSlope(a) * p,
        tanhCurve(c) * d * r + tanhSlope(c) * s,
        tanhSlope(c) * r,
      ]);
    },
  },
];

const point: Matrix = [0.4, -0.3, 0.7, 1.1];
const v: Matrix = [1.5, -0.5, 0.25, 2];
const w: Matrix = [0.25, 2, -1, 0.5];
const points: readonly Matrix[] = [point, [-1, 0.5, 0.1, -0.6], [0, 0.2, 0.3, 0.9]];
const directions: readonly Matrix[] = [v, w, [0, 1, 0, -3]];

function matrix(x: Matrix): Tensor {
  return tensor(Float64Array.of(...x), [2, 2]);
}

function stacked(all: readonly Matrix[]): Tensor {
  return tensor(Float64Array.of(...all.flat()), [all.length, 2, 2]);
}

function expectClose(actual: Tensor, expected: readonly number[], tolerance = 1e-12): void {
  expect(actual.dtype).toBe('float64');
  refute('the result', difference(actual.dataSync(), expected, tolerance));
}

type Map1 = (x: Tensor) => Tensor;

/** Gradient on a tape of its own. */
function gradientOf(f: Map1, x: Tensor): Tensor {
  const tape = new GradientTape();
  const y = tape.run(() => {
    tape.watch(x);
    return f(x);
  });
  return tape.gradient(y, x, { unconnectedGradients: 'zero' });
}

/** Directional derivative on an accumulator of its own. */
function jvpOf(f: Map1, x: Tensor, tangent: Tensor): Tensor {
  const accumulator = new ForwardAccumulator(x, tangent);
  return accumulator.jvp(accumulator.run(() => f(x)));
}

/** As `f`, but traced and then evaluated by a session. */
function traced(f: Map1): Map1 {
  return (x) => {
    const graph = new Graph();
    const [symbol, y] = graph.run(() => {
      const stand = placeholder('float64', x.shape);
      return [stand, f(stand)];
    });
    return new Session(graph).run(y, [[symbol, x]]);
  };
}

/** The symbolic gradient, in the graph that is being built. */
function symbolic(f: Map1): Map1 {
  return (x) => gradients(f(x), x, { unconnectedGradients: 'zero' });
}

describe.each(cases)('$name', ({ f, value, gradient, curvature }) => {
  const alongV = (g: Tensor): Tensor => sum(mul(g, matrix(v)));
  const hvp = curvature(point, v);

  describe('under a tape', () => {
    it('in a tape: gradient of a gradient', () => {
      expectClose(
        gradientOf((x) => alongV(gradientOf(f, x)), matrix(point)),
        hvp,
      );
    });

    it('in an accumulator: reverse over forward', () => {
      expectClose(
        gradientOf((x) => jvpOf(f, x, matrix(v)), matrix(point)),
        hvp,
      );
    });

    it('in a vmap: gradient of a vmapped function', () => {
      const scaled = gradientOf(
        (x) => sum(mul(vmap(f)(x), tensor(Float64Array.of(1, 2, -3)))),
        stacked(points),
      );
      expectClose(
        scaled,
        points.flatMap((x, i) => map(gradient(x), (g) => g * [1, 2, -3][i])),
      );
    });

    it('in a trace: the evaluation is followed', () => {
      expectClose(gradientOf(traced(f), matrix(point)), gradient(point));
      const second = gradientOf((x) => alongV(traced(symbolic(f))(x)), matrix(point));
      expectClose(second, hvp);
    });
  });

  describe('under an accumulator', () => {
    it('in a tape: forward over reverse', () => {
      expectClose(
        jvpOf((x) => gradientOf(f, x), matrix(point), matrix(v)),
        hvp,
      );
    });

    it('in an accumulator: outer.jvp(inner.jvp(y))', () => {
      const second = jvpOf((x) => jvpOf(f, x, matrix(v)), matrix(point), matrix(w));
      expectClose(second, [dot(hvp, w)]);
    });

    it('in a vmap: tangents of a whole batch', () => {
      const expected = points.map((x, i) => dot(gradient(x), directions[i]));
      expectClose(jvpOf(vmap(f), stacked(points), stacked(directions)), expected);
    });

    it('in a trace: the evaluation carries tangents', () => {
      expectClose(jvpOf(traced(f), matrix(point), matrix(v)), [dot(gradient(point), v)]);
      expectClose(jvpOf(traced(symbolic(f)), matrix(point), matrix(v)), hvp);
    });
  });

  describe('under vmap', () => {
    it('in a tape: per-example gradients', () => {
      expectClose(vmap((x) => gradientOf(f, x))(stacked(points)), points.flatMap(gradient));
    });

    it('in an accumulator: per-example tangents', () => {
      const each = vmap((x, t) => jvpOf(f, x, t))(stacked(points), stacked(directions));
      expectClose(
        each,
        points.map((x, i) => dot(gradient(x), directions[i])),
      );
    });

    it('in a vmap: every pair of examples', () => {
      const pairs = vmap((x) => vmap((y) => mul(f(x), f(y)))(stacked(points)))(stacked(points));
      expectClose(
        pairs,
        points.flatMap((x) => points.map((y) => value(x) * value(y))),
      );
    });

    it('in a trace: evaluated for the whole batch', () => {
      expectClose(vmap(traced(f))(stacked(points)), points.map(value));
      expectClose(vmap(traced(symbolic(f)))(stacked(points)), points.flatMap(gradient));
    });
  });

  describe('under a trace', () => {
    it('in a tape: nodes of the gradient', () => {
      expectClose(traced((x) => gradientOf(f, x))(matrix(point)), gradient(point));
    });

    it('in an accumulator: nodes of the tangent', () => {
      const tangent = traced((x) => jvpOf(f, x, matrix(v)))(matrix(point));
      expectClose(tangent, [dot(gradient(point), v)]);
      expectClose(traced((x) => jvpOf(symbolic(f), x, matrix(v)))(matrix(point)), hvp);
    });

    it('in a vmap: nodes for the whole batch', () => {
      expectClose(traced(vmap(f))(stacked(points)), points.map(value));
      const sums = traced(symbolic((x) => sum(vmap(f)(x))));
      expectClose(sums(stacked(points)), points.flatMap(gradient));
    });

    it('in a trace: nodes of the evaluation', () => {
      expectClose(traced(traced(f))(matrix(point)), [value(point)]);
      expectClose(traced(symbolic(traced(f)))(matrix(point)), gradient(point));
      expectClose(traced(symbolic((x) => alongV(symbolic(f)(x))))(matrix(point)), hvp);
    });
  });

  it('has one Hessian, by whatever three layers', () => {
    const units = [0, 1, 2, 3].map((i) => map(point, (_, k) => (k === i ? 1 : 0)));
    const hessians = points.flatMap((x) => units.flatMap((e) => curvature(x, e)));
    const all = stacked(units);
    const reverse = (x: Tensor, e: Tensor): Tensor =>
      gradientOf((y) => sum(mul(gradientOf(f, y), e)), x);
    const forward = (x: Tensor, e: Tensor): Tensor => jvpOf((y) => gradientOf(f, y), x, e);
    for (const along of [reverse, forward]) {
      const each = vmap((x) => vmap((e) => along(x, e))(all));
      expectClose(each(stacked(points)), hessians);
      expectClose(traced(each)(stacked(points)), hessians);
    }
  });

  it('differentiates on one persistent tape the gradient that it computed', () => {
    const x = matrix(point);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const first = tape.gradient(f(x), x);
    const second = tape.gradient(alongV(first), x);
    tape.stop();
    expectClose(first, gradient(point));
    expectClose(second, hvp);
  });

  it('has a gradient through a vmap of gradients', () => {
    const squared = (x: Tensor): Tensor => {
      const g = vmap((one) => gradientOf(f, one))(x);
      return sum(mul(g, g));
    };
    const expected = points.flatMap((x) => map(curvature(x, gradient(x)), (one) => 2 * one));
    expectClose(gradientOf(squared, stacked(points)), expected);
  });
});

describe('derivatives to order 4', () => {
  const modes = ['tape', 'accumulator'] as const;
  const at = 0.6;
  const t = Math.tanh(at);
  const slope = 1 - t * t;
  const one = tensor(Float64Array.of(1), []);
  const mixes = modes.flatMap((a) =>
    modes.flatMap((b) => modes.flatMap((c) => modes.map((d) => [a, b, c, d] as const))),
  );

  it.each(mixes)('are right with %s in %s in %s in %s', (...mix) => {
    const derived = (f: Map1): Tensor => {
      const derivative = mix.reduce<Map1>(
        (g, mode) => (mode === 'tape' ? (x) => gradientOf(g, x) : (x) => jvpOf(g, x, one)),
        f,
      );
      return derivative(tensor(Float64Array.of(at), []));
    };
    expectClose(
      derived((x) => mul(mul(mul(x, x), mul(x, x)), x)),
      [120 * at],
    );
    expectClose(derived(tanh), [(16 * t - 24 * t ** 3) * slope]);
  });

  it('are right in a vmap, in a trace, and in both', () => {
    const fourth = [1, 2, 3, 4].reduce<Map1>((g) => (x) => gradientOf(g, x), tanh);
    const batch = tensor(Float64Array.of(at, 0), [2]);
    const expected = [(16 * t - 24 * t ** 3) * slope, 0];
    expectClose(vmap(fourth)(batch), expected);
    expectClose(traced(fourth)(tensor(Float64Array.of(at), [])), [expected[0]]);
    expectClose(traced(vmap(fourth))(batch), expected);
    expectClose(vmap(traced(fourth))(batch), expected);
  });

  it('are right on one persistent tape', () => {
    const x = tensor(Float64Array.of(at), []);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    let y = tanh(x);
    for (const expected of [slope, -2 * t * slope, (6 * t * t - 2) * slope]) {
      y = tape.gradient(y, x);
      expectClose(y, [expected]);
    }
    tape.stop();
  });
});

describe('the order of layers', () => {
  const x = matrix(point);
  const cube = cases[0];
  const none = { unconnectedGradients: 'none' } as const;

  it('hides the tangents of an outer accumulator from an inner one', () => {
    const outer = new ForwardAccumulator(x, matrix(v));
    const inner = new ForwardAccumulator(x, matrix(w));
    const y = cube.f(x);
    inner.stop();
    outer.stop();
    expectClose(outer.jvp(inner.jvp(y)), [dot(cube.curvature(point, v), w)]);
    expect(inner.jvp(outer.jvp(y), none)).toBeNull();
    expect(() => inner.jvp(outer.jvp(y))).toThrow(UnconnectedGradientError);
  });

  it('hides the tangents of an outer accumulator from a tape, not those of an inner one', () => {
    const outer = new ForwardAccumulator(x, matrix(v));
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const inner = new ForwardAccumulator(x, matrix(w));
    const y = cube.f(x);
    for (const layer of [inner, tape, outer]) layer.stop();
    expect(tape.gradient(outer.jvp(y), x, none)).toBeNull();
    expectClose(tape.gradient(inner.jvp(y), x), cube.curvature(point, w));
  });

  it('hides what a vmap does to whole batches from a tape inside it', () => {
    const shared = matrix(weights);
    const each = vmap((one) => gradientOf((y) => sum(mul(mul(y, y), one)), shared))(
      stacked(points),
    );
    const expected = points.flatMap((one) => map(one, (a, i) => 2 * a * weights[i]));
    expectClose(each, expected);
  });

  it('shows to a tape around a vmap what the mapped function captures', () => {
    const f = (shared: Tensor): Tensor =>
      sum(vmap((one) => sum(mul(mul(shared, shared), one)))(stacked(points)));
    const expected = map(weights, (a, i) => 2 * a * total(points.map((one) => one[i])));
    expectClose(gradientOf(f, matrix(weights)), expected);
    expectClose(jvpOf(f, matrix(weights), matrix(v)), [dot(expected, v)]);
  });

  it('hides traced ops from a tape around the trace, which must be told so', () => {
    const graph = new Graph();
    const tape = new GradientTape();
    tape.watch(x);
    const y = graph.run(() => cube.f(x));
    const evaluated = new Session(graph).run(y);
    expect(() => graph.run(() => tape.watch(y))).toThrow(
      'watch: tensors must be visible to the tape; got Tensor float64 []',
    );
    expectClose(tape.gradient(evaluated, x), cube.gradient(point));
  });

  it('lets a trace inside a vmap capture examples, for as long as the vmap lasts', () => {
    const graphs: (readonly [Graph, Tensor])[] = [];
    const values = vmap((one) => {
      const graph = new Graph();
      const y = graph.run(() => mul(cube.f(one), 2));
      graphs.push([graph, y]);
      return new Session(graph).run(y);
    })(stacked(points));
    expectClose(
      values,
      points.map((one) => 2 * cube.value(one)),
    );
    const [[graph, y]] = graphs;
    const late = (): Tensor => new Session(graph).run(y);
    expect(late).toThrow(UnsupportedError);
    expect(late).toThrow('it escaped from the function in which it was made');
  });

  it('lets a session evaluate inside a graph what was captured from that graph', () => {
    const outer = new Graph();
    const [stand, y] = outer.run(() => {
      const a = placeholder('float64', [2, 2]);
      const inner = new Graph();
      return [a, new Session(inner).run(inner.run(() => cube.f(a)))];
    });
    expectClose(new Session(outer).run(y, [[stand, x]]), [cube.value(point)]);
  });
});
