import type { Values } from '../../base/dtype.ts';
import * as approximations from './approximations.ts';
import type { Body, FunctionSource, Local } from './assembler.ts';
import { bind, defineFunction, forRange } from './assembler.ts';
import type { Effect, F64, I32, V128 } from './code.ts';
import {
  demote,
  extract32,
  extract64,
  f32,
  f64,
  i32,
  promote,
  promoteLow,
  splatRounded,
  v128,
  vectors32,
  vectors64,
} from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, fitsScratch, isAvailable, isFused, mark, release, reserve } from './engine.ts';
import { acrossLanes, advance, alongRow, upperHalf, zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * The softmax family over rows of float32. Rows are shifted by their maximum; sums are kept in double.
 * What a row has beyond whole vectors is computed as a vector of which one lane is stored.
 */

interface Kit {
  readonly f: ReturnType<typeof vectors32>;
  readonly body: Body;
  readonly n: Local<'i32'>;
}

const wide = vectors64(false);

/** Maximum of the row at `x`, in all lanes of `max`. */
function findMax({ f, body, n }: Kit, x: Local<'i32'>, max: Local<'v128'>): readonly Effect[] {
  const from = body.local('i32');
  const take = (value: V128): Effect => max.set(f.max(max.get, value));
  return [
    from.set(x.get),
    max.set(f.splat(-Infinity)),
    ...alongRow(
      body,
      from,
      n,
      (at, offset) => [take(v128.load(at, offset))],
      (at) => [take(v128.load32Splat(at))],
    ),
    ...acrossLanes(max, f.max),
  ];
}

/** Calls `of` with the vectors that start at the row's elements in each of `from`; stores to `to`. */
function mapRow(
  { body, n }: Kit,
  from: readonly Local<'i32'>[],
  to: Local<'i32'> | null,
  of: (values: readonly V128[]) => V128,
  sum: { readonly low: Local<'v128'>; readonly rest: Local<'f64'> } | null,
): readonly Effect[] {
  const at = body.local('i32');
  const value = body.local('v128');
  const whole = i32.and(n.get, i32.const(-16));
  const place = (start: Local<'i32'>): I32 => i32.add(start.get, at.get);
  const pairs = (sums: Local<'v128'>): Effect =>
    sums.set(
      wide.add(
        sums.get,
        wide.add(promoteLow(value.get), promoteLow(v128.shuffle(value.get, value.get, upperHalf))),
      ),
    );
  return [
    forRange(at, zero, whole, 16, [
      value.set(of(from.map((start) => v128.load(place(start))))),
      to === null ? [] : v128.store(place(to), value.get),
      sum === null ? [] : pairs(sum.low),
    ]),
    forRange(at, whole, n.get, 4, [
      value.set(of(from.map((start) => v128.load32Splat(place(start))))),
      to === null ? [] : f32.store(place(to), extract32(value.get, 0)),
      sum === null ? [] : sum.rest.set(f64.add(sum.rest.get, promote(extract32(value.get, 0)))),
    ]),
  ];
}

function newSum(body: Body): { low: Local<'v128'>; rest: Local<'f64'>; reset: Effect; total: F64 } {
  const [low, rest] = [body.local('v128'), body.local('f64')];
  return {
    low,
    rest,
    reset: [low.set(v128.zero), rest.set(f64.const(0))],
    total: f64.add(f64.add(extract64(low.get, 0), extract64(low.get, 1)), rest.get),
  };
}

type Rows = (kit: Kit, places: readonly Local<'i32'>[]) => readonly Effect[];

/** A function of `operands` places of rows, bytes of a row and a number of rows; places advance. */
function overRows(name: string, operands: number, rows: Rows): FunctionSource {
  const params = new Array<'i32'>(operands + 2).fill('i32');
  return defineFunction(name, params, (body, ...given) => {
    const all = given;
    const places = all.slice(0, operands);
    const [n, count] = all.slice(operands);
    const row = body.local('i32');
    const kit = { f: vectors32(isFused()), body, n };
    return [forRange(row, zero, count.get, 1, rows(kit, places))];
  });
}

const softmax = (): FunctionSource =>
  overRows('softmax', 2, (kit, [x, y]) => {
    const { f, body, n } = kit;
    const [max, total] = [body.local('v128'), body.local('v128')];
    const sum = newSum(body);
    const power = ([value]: readonly V128[]): V128 =>
      approximations.exp(f, body, f.sub(value, max.get));
    return [
      ...findMax(kit, x, max),
      sum.reset,
      ...mapRow(kit, [x], y, power, sum),
      total.set(splatRounded(sum.total)),
      ...mapRow(kit, [y], y, ([e]) => f.div(e, total.get), null),
      advance(x, n.get),
      advance(y, n.get),
    ];
  });

/** log(sum(exp(x - max))) in all lanes. */
function logSum(
  kit: Kit,
  x: Local<'i32'>,
  max: Local<'v128'>,
  result: Local<'v128'>,
): readonly Effect[] {
  const { f, body } = kit;
  const sum = newSum(body);
  return [
    ...findMax(kit, x, max),
    sum.reset,
    ...mapRow(kit, [x], null, ([value]) => approximations.exp(f, body, f.sub(value, max.get)), sum),
    result.set(approximations.log(f, body, splatRounded(sum.total))),
  ];
}

const logSoftmax = (): FunctionSource =>
  overRows('logSoftmax', 2, (kit, [x, y]) => {
    const { f, body, n } = kit;
    const [max, log] = [body.local('v128'), body.local('v128')];
    return [
      ...logSum(kit, x, max, log),
      ...mapRow(kit, [x], y, ([value]) => f.sub(f.sub(value, max.get), log.get), null),
      advance(x, n.get),
      advance(y, n.get),
    ];
  });

const softmaxGrad = (): FunctionSource =>
  overRows('softmaxGrad', 3, (kit, [g, y, dx]) => {
    const { f, body, n } = kit;
    const total = body.local('v128');
    const sum = newSum(body);
    return [
      sum.reset,
      ...mapRow(kit, [g, y], null, ([a, b]) => f.mul(a, b), sum),
      total.set(splatRounded(sum.total)),
      ...mapRow(kit, [g, y], dx, ([a, b]) => f.mul(b, f.sub(a, total.get)), null),
      ...[g, y, dx].map((place) => advance(place, n.get)),
    ];
  });

const logSoftmaxGrad = (): FunctionSource =>
  overRows('logSoftmaxGrad', 3, (kit, [g, y, dx]) => {
    const { f, body, n } = kit;
    const total = body.local('v128');
    const sum = newSum(body);
    return [
      sum.reset,
      ...mapRow(kit, [g], null, ([a]) => a, sum),
      total.set(splatRounded(sum.total)),
      ...mapRow(
        kit,
        [g, y],
        dx,
        ([a, b]) => f.sub(a, f.mul(approximations.exp(f, body, b), total.get)),
        null,
      ),
      ...[g, y, dx].map((place) => advance(place, n.get)),
    ];
  });

/** Labels and logits; a float32 for each row. */
const crossEntropy = (): FunctionSource =>
  overRows('crossEntropy', 3, (kit, [labels, logits, loss]) => {
    const { f, body, n } = kit;
    const [max, log] = [body.local('v128'), body.local('v128')];
    const sum = newSum(body);
    // A label of 0 contributes nothing, even where the logit is -Infinity.
    const share = ([label, logit]: readonly V128[]): V128 =>
      bind(body, 'v128', label, (weight) =>
        v128.andNot(f.mul(weight, f.sub(log.get, f.sub(logit, max.get))), f.eq(weight, f.splat(0))),
      );
    return [
      ...logSum(kit, logits, max, log),
      sum.reset,
      ...mapRow(kit, [labels, logits], null, share, sum),
      f32.store(loss.get, demote(sum.total)),
      ...[labels, logits].map((place) => advance(place, n.get)),
      advance(loss, i32.const(4)),
    ];
  });

/** A float32 for each row, labels and logits. */
const crossEntropyGrad = (): FunctionSource =>
  overRows('crossEntropyGrad', 4, (kit, [g, labels, logits, dx]) => {
    const { f, body, n } = kit;
    const [max, factor, weight] = [body.local('v128'), body.local('v128'), body.local('v128')];
    const [powers, total] = [newSum(body), newSum(body)];
    return [
      ...findMax(kit, logits, max),
      powers.reset,
      total.reset,
      ...mapRow(kit, [logits], dx, ([x]) => approximations.exp(f, body, f.sub(x, max.get)), powers),
      ...mapRow(kit, [labels], null, ([label]) => label, total),
      factor.set(splatRounded(f64.div(total.total, powers.total))),
      weight.set(v128.load32Splat(g.get)),
      ...mapRow(
        kit,
        [dx, labels],
        dx,
        ([e, label]) => f.mul(weight.get, f.sub(f.mul(e, factor.get), label)),
        null,
      ),
      ...[labels, logits, dx].map((place) => advance(place, n.get)),
      advance(g, i32.const(4)),
    ];
  });

type Name =
  'softmax' | 'logSoftmax' | 'softmaxGrad' | 'logSoftmaxGrad' | 'crossEntropy' | 'crossEntropyGrad';

const made: (Record<string, KernelFunction> | undefined)[] = [];

function functionNamed(name: Name): KernelFunction {
  const sources = [
    softmax,
    logSoftmax,
    softmaxGrad,
    logSoftmaxGrad,
    crossEntropy,
    crossEntropyGrad,
  ];
  const functions = (made[isFused() ? 1 : 0] ??= compile(sources.map((source) => source())));
  return functions[name];
}

const chunkBytes = 16384;

/** Whether vectors compute rows of these operands. */
export function rowsInVectors(operands: readonly Values[], n: number): boolean {
  const bytes = operands.length * n * 4;
  const areFloat = operands.every((x) => x instanceof Float32Array);
  return n >= 2 && areFloat && fitsScratch(bytes) && isAvailable();
}

/**
 * Runs a function over rows of `n` elements. Operands and result have `n` numbers a row, or one; the
 * operands come first, the result last.
 */
export function runRows(
  name: Name,
  operands: readonly Values[],
  y: Values,
  rows: number,
  n: number,
): void {
  const run = functionNamed(name);
  const start = mark();
  const together = Math.min(rows, Math.max(1, Math.floor(chunkBytes / 4 / n)));
  const widthOf = (x: Values): number => (rows === 0 ? n : x.length / rows);
  const all = [...operands, y];
  const places = all.map((x) => reserve(together * widthOf(x) * 4));
  for (let row = 0; row < rows; row += together) {
    const count = Math.min(together, rows - row);
    operands.forEach((x, i) => {
      copyIn(x, row * widthOf(x), count * widthOf(x), places[i]);
    });
    run(...places, n * 4, count);
    copyOut(places[operands.length], y, row * widthOf(y), count * widthOf(y));
  }
  release(start);
}
