import type { Values } from '../../base/dtype.ts';
import type { FunctionSource, Local } from './assembler.ts';
import { defineFunction, forRange } from './assembler.ts';
import type { V128, VectorFloat } from './code.ts';
import { i32, splatRounded, v128, vectors32 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, isAvailable, isEnough, mark, release, reserve } from './engine.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * One pass of an optimiser over float32: weight, gradient and state go in, new weight and new state
 * come out. Formulas stand under the names of the loops in kernels/optimizers.ts, which explain them.
 */

/** New values, weight first and then the state, from weight, gradient and state. */
type UpdateFormula = (
  f: VectorFloat,
  numbers: readonly V128[],
  operands: readonly V128[],
  keep: (value: V128) => V128,
) => readonly V128[];

interface Update {
  readonly name: string;
  /** Numbers such as the rate. */
  readonly numbers: number;
  /** Weight, gradient and state. */
  readonly operands: number;
  readonly formula: UpdateFormula;
}

const updates = [
  {
    name: 'sgd',
    numbers: 1,
    operands: 2,
    formula: (f, [rate], [w, g]) => [f.sub(w, f.mul(rate, g))],
  },
  {
    name: 'momentum',
    numbers: 2,
    operands: 3,
    formula: (f, [rate, decay], [w, g, a], keep) => {
      const next = keep(f.add(f.mul(decay, a), g));
      return [f.sub(w, f.mul(rate, next)), next];
    },
  },
  {
    name: 'adam',
    numbers: 6,
    operands: 4,
    formula: (f, [rate, beta1, rest1, beta2, rest2, epsilon], [w, g, m, v], keep) => {
      const first = keep(f.add(f.mul(beta1, m), f.mul(rest1, g)));
      const second = keep(f.add(f.mul(beta2, v), f.mul(f.mul(rest2, g), g)));
      const step = f.div(f.mul(rate, first), f.add(f.sqrt(second), epsilon));
      return [f.sub(w, step), first, second];
    },
  },
  {
    name: 'nesterov',
    numbers: 2,
    operands: 3,
    formula: (f, [rate, decay], [w, g, a], keep) => {
      const next = keep(f.add(f.mul(decay, a), g));
      return [f.sub(w, f.mul(rate, f.add(g, f.mul(decay, next)))), next];
    },
  },
  {
    name: 'adagrad',
    numbers: 2,
    operands: 3,
    formula: (f, [rate, epsilon], [w, g, a], keep) => {
      const next = keep(f.add(a, f.mul(g, g)));
      return [f.sub(w, f.div(f.mul(rate, g), f.sqrt(f.add(next, epsilon)))), next];
    },
  },
  {
    name: 'adadelta',
    numbers: 4,
    operands: 4,
    formula: (f, [rate, rho, rest, epsilon], [w, g, a, u], keep) => {
      const average = (old: V128, x: V128): V128 =>
        keep(f.add(f.mul(rho, old), f.mul(f.mul(rest, x), x)));
      const squares = average(a, g);
      const ratio = f.div(f.sqrt(f.add(u, epsilon)), f.sqrt(f.add(squares, epsilon)));
      const step = keep(f.mul(g, ratio));
      return [f.sub(w, f.mul(rate, step)), squares, average(u, step)];
    },
  },
  {
    name: 'adamax',
    numbers: 5,
    operands: 4,
    formula: (f, [rate, beta1, rest1, beta2, epsilon], [w, g, m, v], keep) => {
      const first = keep(f.add(f.mul(beta1, m), f.mul(rest1, g)));
      const norm = keep(f.max(f.mul(beta2, v), f.abs(g)));
      return [f.sub(w, f.div(f.mul(rate, first), f.add(norm, epsilon))), first, norm];
    },
  },
  {
    name: 'rmsProp',
    numbers: 5,
    operands: 4,
    formula: (f, [rate, decay, rest, momentum, epsilon], [w, g, s, a], keep) => {
      const squares = keep(f.add(f.mul(decay, s), f.mul(f.mul(rest, g), g)));
      const step = f.div(f.mul(rate, g), f.sqrt(f.add(squares, epsilon)));
      const next = keep(f.add(f.mul(momentum, a), step));
      return [f.sub(w, next), squares, next];
    },
  },
] as const satisfies readonly Update[];

// Parameters: where each operand is, the end of the first one, then the numbers. Results take the places
// of the operands: the weight's for the new weight, the state's for the new state.
function sourceOf({ name, numbers, operands, formula }: Update): FunctionSource {
  const f = vectors32(false);
  const params = [
    ...new Array<'i32'>(operands + 1).fill('i32'),
    ...new Array<'f64'>(numbers).fill('f64'),
  ];
  return defineFunction(name, params, (body, ...given) => {
    const places = given.slice(0, operands) as Local<'i32'>[];
    const end = given[operands] as Local<'i32'>;
    const scalars = given.slice(operands + 1) as Local<'f64'>[];
    const factors = scalars.map(() => body.local('v128'));
    const at = body.local('i32');
    const values = places.map(() => body.local('v128'));
    const kept: { readonly variable: Local<'v128'>; readonly value: V128 }[] = [];
    const results = formula(
      f,
      factors.map((factor) => factor.get),
      values.map((value) => value.get),
      (value) => {
        const variable = body.local('v128');
        kept.push({ variable, value });
        return variable.get;
      },
    );
    return [
      ...factors.map((factor, i) => factor.set(splatRounded(scalars[i].get))),
      forRange(at, i32.const(0), end.get, 16, [
        ...values.map((value, i) => value.set(v128.load(i32.add(places[i].get, at.get)))),
        ...kept.map(({ variable, value }) => variable.set(value)),
        ...results.map((result, i) =>
          v128.store(i32.add(places[i === 0 ? 0 : i + 1].get, at.get), result),
        ),
      ]),
    ];
  });
}

const made: { functions: Record<string, KernelFunction> | null } = { functions: null };

const chunk = 2048;

/** Whether vectors update this weight. */
export function updatesInVectors(w: Values, g: Values): boolean {
  return (
    isEnough(w.length, 64) &&
    w instanceof Float32Array &&
    g instanceof Float32Array &&
    isAvailable()
  );
}

/** Writes the new weight to `y`, and the new state over the old one. */
export function update(
  name: (typeof updates)[number]['name'],
  w: Values,
  g: Values,
  y: Values,
  state: readonly Values[],
  numbers: readonly number[],
): void {
  made.functions ??= compile(updates.map(sourceOf));
  const run = made.functions[name];
  const operands = [w, g, ...state] as readonly Float32Array[];
  const start = mark();
  const places = operands.map(() => reserve(Math.min(chunk, w.length) * 4));
  for (let at = 0; at < w.length; at += chunk) {
    const n = Math.min(chunk, w.length - at);
    operands.forEach((x, i) => {
      copyIn(x, at, n, places[i]);
    });
    run(...places, n * 4, ...numbers);
    copyOut(places[0], y, at, n);
    state.forEach((x, i) => {
      copyOut(places[i + 2], x, at, n);
    });
  }
  release(start);
}
