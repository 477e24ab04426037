import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { ProfiledOp, Tensor } from '../../lib/index.ts';
import {
  add,
  apply,
  ArgumentError,
  customGrad,
  defineOp,
  exp,
  grad,
  GradientTape,
  jacobian,
  jvp,
  log,
  matMul,
  memory,
  mul,
  ones,
  profile,
  randomNormal,
  reshape,
  scalar,
  sin,
  square,
  sum,
  tanh,
  tensor,
  train,
  transpose,
  variable,
  vmap,
  withDebugMode,
} from '../../lib/index.ts';

type Row = Partial<ProfiledOp>;

/** What a profile counts, by name, in the order of the alphabet. */
function counted(ops: readonly ProfiledOp[]): Row[] {
  const text = ({ op, phase, rule }: ProfiledOp): string => `${op} ${phase} ${rule ?? ''}`;
  return [...ops]
    .sort((a, b) => (text(a) < text(b) ? -1 : 1))
    .map(({ op, phase, rule, calls }) => ({ op, phase, rule, calls }));
}

const total = (ops: readonly ProfiledOp[], key: 'milliseconds' | 'bytes' | 'flops'): number =>
  ops.reduce((all, one) => all + one[key], 0);

/** A clock that shows one more millisecond at each look. */
function tickingClock(): void {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now++);
}

afterEach(() => {
  jest.restoreAllMocks();
  expect(runtime.layers).toEqual([]);
  expect(runtime.profiler).toBeNull();
});

describe('profile', () => {
  it('counts calls, bytes and flops, and hands the result on', () => {
    const { result, ops } = profile(() => matMul(ones([2, 3]), add(ones([3, 4]), 1)));
    expect(result.shape).toEqual([2, 4]);
    expect(ops.find(({ op }) => op === 'matMul')).toMatchObject({
      phase: 'forward',
      rule: null,
      calls: 1,
      bytes: 32,
      flops: 48,
    });
    expect(ops.find(({ op }) => op === 'add')).toMatchObject({ calls: 1, bytes: 48, flops: 12 });
  });

  it('tells forward from backward, and of whose rule an op is a part', () => {
    const [x, w] = [randomNormal([4, 3]), randomNormal([3, 2])];
    const f = grad((a: Tensor) => sum(tanh(matMul(a, w))));
    expect(counted(profile(() => f(x)).ops)).toEqual([
      { op: 'broadcastTo', phase: 'backward', rule: 'sum', calls: 1 },
      { op: 'identity', phase: 'forward', rule: null, calls: 1 },
      { op: 'matMul', phase: 'backward', rule: 'matMul', calls: 1 },
      { op: 'matMul', phase: 'forward', rule: null, calls: 1 },
      { op: 'reshape', phase: 'backward', rule: 'sum', calls: 1 },
      { op: 'sum', phase: 'forward', rule: null, calls: 1 },
      { op: 'tanh', phase: 'forward', rule: null, calls: 1 },
      { op: 'tanhGrad', phase: 'backward', rule: 'tanh', calls: 1 },
    ]);
  });

  it('counts sums of shares, which belong to no rule', () => {
    const x = randomNormal([300]);
    const plain = grad((z: Tensor) => sum(add(add(sin(z), exp(z)), square(z))));
    const { result, ops } = profile(() => plain(x));
    const sums = ops.filter(({ phase, rule }) => phase === 'backward' && rule === null);
    expect(sums).toMatchObject([{ op: 'add', calls: 2 }]);
    expect(result.dataSync()).toEqual(plain(x).dataSync());
  });

  it('gives ops within rules to the recorded op', () => {
    const cube = customGrad((x) => ({
      value: mul(mul(x, x), x),
      gradFunc: (dy: Tensor) => [grad((z: Tensor) => log(exp(z)))(dy)],
    }));
    const { ops } = profile(() => grad((x: Tensor) => cube(x))(scalar(2)));
    const rules = ops.filter(({ phase }) => phase === 'backward').map(({ rule }) => rule);
    expect(rules.length).toBeGreaterThan(2);
    expect(new Set(rules).size).toBe(1);
  });

  it('counts results of a tape that was recorded before', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = square(x);
    const { result, ops } = profile(() => tape.gradient(y, x));
    expect(result.item()).toBe(6);
    expect(ops.every(({ phase, rule }) => phase === 'backward' && rule === 'square')).toBe(true);
  });

  it('counts batches once, and passes of a Jacobian as one', () => {
    const a = randomNormal([5, 2, 3]);
    const b = randomNormal([3, 4]);
    const inBatch = profile(() => vmap((x: Tensor) => matMul(x, b))(a));
    expect(inBatch.ops).toMatchObject([{ op: 'matMul', calls: 1, flops: 240, bytes: 160 }]);
    const { ops } = profile(() => jacobian((x: Tensor) => sin(x))(ones([3])));
    expect(ops.find(({ op }) => op === 'sinGrad')).toMatchObject({ phase: 'backward', calls: 1 });
  });

  it('counts forward mode as forward', () => {
    const { ops } = profile(() => jvp(sin, [scalar(1)], [scalar(1)]));
    expect(ops.length).toBeGreaterThan(1);
    expect(ops.every(({ phase }) => phase === 'forward')).toBe(true);
  });

  it('counts new values of weights', () => {
    const w = variable(ones([10]));
    const optimizer = train.adam(0.1);
    const { ops } = profile(() => optimizer.minimize(() => sum(square(w.read()))));
    const update = { op: 'weight', phase: 'update', rule: null, calls: 1, bytes: 40, flops: 10 };
    expect(ops.find(({ phase }) => phase === 'update')).toMatchObject(update);
  });

  it('counts no bytes for views', () => {
    const x = randomNormal([64, 64]);
    const { ops } = profile(() => [reshape(x, [4096]), transpose(x)]);
    expect(ops.find(({ op }) => op === 'reshape')?.bytes).toBe(0);
    expect(ops.find(({ op }) => op === 'transpose')?.bytes).toBe(4 * 4096);
  });

  it('leaves nothing out: ops and what lies between them are the whole', () => {
    const f = grad((x: Tensor) => sum(tanh(matMul(x, x))));
    const x = randomNormal([40, 40]);
    const { ops, milliseconds, millisecondsBetween } = profile(() => f(x));
    expect(milliseconds).toBeGreaterThan(0);
    expect(millisecondsBetween).toBeGreaterThanOrEqual(0);
    expect(total(ops, 'milliseconds') + millisecondsBetween).toBeCloseTo(milliseconds, 9);
    expect(ops.every((op) => op.milliseconds >= 0)).toBe(true);
  });

  it('takes the time of ops within a kernel off that kernel', () => {
    const outer = defineOp({
      name: 'outer',
      infer: ([x]) => [x],
      kernel: ([x], [y]) => y.values.set(exp(tensor(x.values, x.shape)).dataSync()),
      derivative: { kind: 'none', reason: 'none is needed' },
    });
    tickingClock();
    const { ops } = profile(() => apply(outer, [ones([3])], undefined));
    const timeOf = (name: string): number | undefined =>
      ops.find(({ op }) => op === name)?.milliseconds;
    // The clock is looked at when each starts and when it ends.
    expect([timeOf('exp'), timeOf('outer')]).toEqual([1, 2]);
  });

  it('lets a reverse pass use its arrays again, as without a profile', () => {
    const x = randomNormal([2000]);
    const f = grad((z: Tensor) => sum(exp(sin(exp(sin(z))))));
    const expected = f(x).dataSync();
    runtime.spare.arrays.clear();
    runtime.spare.bytes = 0;
    expect(profile(() => f(x)).result.dataSync()).toEqual(expected);
    expect(runtime.spare.bytes).toBeGreaterThan(0);
  });

  it('works in debug mode, and with it inside', () => {
    const f = (): Tensor => grad((x: Tensor) => sum(exp(x)))(ones([2]));
    expect(withDebugMode(() => profile(f)).ops.length).toBe(6);
    expect(profile(() => withDebugMode(f)).ops.length).toBe(6);
  });

  it('is no recording', () => {
    expect(profile(() => memory().numRecordings).result).toBe(0);
  });

  it('ends with an error of f, which passes', () => {
    expect(() =>
      profile(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    const { ops } = profile(() => {
      expect(() => matMul(ones([2, 3]), ones([2, 3]))).toThrow('inner');
      return sin(1);
    });
    expect(ops.map(({ op }) => op)).toContain('sin');
  });

  it('refuses promises, what is no function, and a profile within', async () => {
    const rejected = Promise.reject(new Error('later'));
    expect(() => profile(() => rejected)).toThrow(ArgumentError);
    expect(() => profile(() => rejected)).toThrow(
      'profile: f must return its result at once; got a promise; profile what lies between the awaits',
    );
    await Promise.resolve();
    const wrong = profile as (f: unknown) => void;
    expect(() => wrong(1)).toThrow('profile: f must be a function; got 1');
    expect(() => profile(() => profile(() => 1))).toThrow(
      'profile: call must stand by itself; got one in another; the one around it sees the same ops',
    );
  });
});

describe('a profile', () => {
  const x = ones([2, 3]);
  const w = ones([3, 2]);
  const f = (): Tensor => {
    const tape = new GradientTape();
    tape.watch(x);
    return tape.gradient(sum(matMul(x, w)), x);
  };

  it('prints as a table', () => {
    tickingClock();
    const found = profile(f);
    expect(`\n${String(found)}\n`).toBe(`
op           phase     rule of  calls      ms      %  bytes  flops  Gflop/s
matMul       forward                1   1.000    7.7     16     24     0.00
sum          forward                1   1.000    7.7      4      4     0.00
reshape      backward  sum          1   1.000    7.7      0      0
broadcastTo  backward  sum          1   1.000    7.7     16      0
matMul       backward  matMul       1   1.000    7.7     24     24     0.00
between ops                             8.000   61.5
in all                              5  13.000  100.0     60     52     0.00
`);
    expect(inspect(found)).toBe(String(found));
    expect(found.table(20)).toBe(String(found));
    expect(found.table(2).split('\n').slice(2, 5)).toEqual([
      'sum          forward               1   1.000    7.7      4      4     0.00',
      '3 more                             3   3.000   23.1     40     24     0.00',
      'between ops                            8.000   61.5',
    ]);
    expect(() => found.table(-1)).toThrow('table: most must be an integer of at least 0; got -1');
  });

  it('is a Chrome trace, with reverse passes around their ops', () => {
    tickingClock();
    const trace = JSON.parse(profile(f).toChromeTrace()) as {
      readonly displayTimeUnit: string;
      readonly traceEvents: readonly {
        readonly name: string;
        readonly ph: string;
        readonly ts: number;
        readonly dur: number;
        readonly args: object;
      }[];
    };
    const { traceEvents: events } = trace;
    const names = ['profile', 'matMul', 'sum', 'reverse pass'];
    names.push('reshape', 'broadcastTo', 'matMul');
    expect(events.map(({ name }) => name)).toEqual(names);
    expect(events[0]).toMatchObject({ ph: 'X', cat: 'forward', ts: 0, pid: 1, tid: 1 });
    expect(events[6]).toMatchObject({
      cat: 'backward',
      dur: 1000,
      args: {
        rule: 'matMul',
        inputs: ['float32 [2,2]', 'float32 [3,2]'],
        outputs: ['float32 [2,3]'],
        bytes: 24,
        flops: 24,
      },
    });
    const [whole, , , pass] = events;
    for (const { ts, dur } of events) {
      expect(ts).toBeGreaterThanOrEqual(whole.ts);
      expect(ts + dur).toBeLessThanOrEqual(whole.ts + whole.dur);
    }
    for (const { ts, dur } of events.slice(4)) {
      expect(ts).toBeGreaterThan(pass.ts);
      expect(ts + dur).toBeLessThan(pass.ts + pass.dur);
    }
  });

  it('of nothing is an empty one', () => {
    const nothing = profile(() => 'done');
    expect(nothing).toMatchObject({ result: 'done', ops: [] });
    expect(nothing.table().split('\n')).toHaveLength(3);
  });
});
