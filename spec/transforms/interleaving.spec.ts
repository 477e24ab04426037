import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor, Variable } from '../../lib/index.ts';
import {
  add,
  cos,
  exp,
  ForwardAccumulator,
  gather,
  GradientTape,
  grad,
  mul,
  sin,
  square,
  sum,
  tanh,
  tensor,
  train,
  variable,
} from '../../lib/index.ts';
import type { RandomNumbers } from '../../lib/testing/randomNumbers.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';

/* Flows of async code, each with recordings of its own, over tensors and variables that all share. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const x = tensor([0.5, -1, 2]);
const w = variable([1, 2, 3]);

const turn = (): Promise<void> => Promise.resolve();

/** Waits for some turns of the loop, a number that a flow draws. */
async function pause(random: RandomNumbers): Promise<void> {
  for (let i = random.below(4); i > 0; i--) await turn();
}

const steps = [
  (y: Tensor) => mul(y, x),
  (y: Tensor) => add(sin(y), x),
  (y: Tensor) => mul(tanh(y), w),
  (y: Tensor) => square(y),
  (y: Tensor) => add(y, exp(mul(x, 0.5))),
  (y: Tensor) => mul(y, gather(x, [0, 0, 2])),
] as const;

function drawStep(random: RandomNumbers): (y: Tensor) => Tensor {
  return steps[random.below(steps.length)];
}

const numbers = (tensors: readonly Tensor[]): number[] =>
  tensors.flatMap((one) => Array.from(one.dataSync()));

type Flow = (random: RandomNumbers) => Promise<number[]>;

/** `run` again after each await. */
const running: Flow = async (random) => {
  const tape = new GradientTape();
  let y = tape.run(() => {
    tape.watch(x);
    return mul(x, w);
  });
  for (let i = 0; i < 4; i++) {
    await pause(random);
    const step = drawStep(random);
    y = tape.run(() => step(y));
  }
  await pause(random);
  return numbers(tape.gradient(y, [x, w]));
};

/** A tape as a statement, open while others run. */
const statements: Flow = async (random) => {
  const tape = new GradientTape({ persistent: true });
  tape.watch(x);
  let y: Tensor = mul(x, w);
  for (let i = 0; i < 4; i++) {
    await pause(random);
    y = drawStep(random)(y);
  }
  const first = tape.gradient(y, x);
  await pause(random);
  const second = tape.gradient(first, [x, w]);
  tape.stop();
  await pause(random);
  return numbers([first, ...second, tape.gradient(y, w)]);
};

/** A tape that ends with its block. */
const blocks: Flow = async (random) => {
  const found: number[] = [];
  for (let i = 0; i < 3; i++) {
    using tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = drawStep(random)(square(x));
    await pause(random);
    const z = drawStep(random)(y);
    found.push(...numbers([tape.gradient(z, x)]));
    tape.reset();
    await pause(random);
    tape.watch(x);
    found.push(...numbers([tape.gradient(drawStep(random)(x), x)]));
  }
  return found;
};

/** Tangents of first and second order, in accumulators that run again after each await. */
const tangents: Flow = async (random) => {
  const [t, u] = [tensor([1, 0.5, -1]), tensor([0.25, 1, 2])];
  const outer = new ForwardAccumulator(x, u);
  const inner = new ForwardAccumulator(x, t);
  const both = (f: () => Tensor): Tensor => outer.run(() => inner.run(f));
  let y = both(() => mul(x, w));
  for (let i = 0; i < 3; i++) {
    await pause(random);
    const step = drawStep(random);
    y = both(() => step(y));
  }
  const tangent = inner.jvp(y);
  return numbers([tangent, outer.jvp(tangent), outer.jvp(y)]);
};

/** Accumulators as statements: each also carries the tangents of what others compute from x. */
const openTangents: Flow = async (random) => {
  const accumulator = new ForwardAccumulator(x, tensor([1, 0.5, -1]));
  let y: Tensor = mul(x, w);
  for (let i = 0; i < 3; i++) {
    await pause(random);
    y = drawStep(random)(y);
  }
  accumulator.stop();
  await pause(random);
  return numbers([accumulator.jvp(y)]);
};

/** Forms without a tape, and a step of training, between awaits. */
const training: Flow = async (random) => {
  const own: Variable = variable([1, -1, 0.5]);
  const optimizer = train.adam(0.1);
  const found: number[] = [];
  for (let i = 0; i < 3; i++) {
    const step = drawStep(random);
    await pause(random);
    optimizer.minimize(() => sum(step(mul(own, x))), false, [own]);
    found.push(...own.dataSync());
    await pause(random);
    found.push(...numbers([grad(grad((z) => cos(step(z))))(x)]));
  }
  return found;
};

const flows = { running, statements, blocks, tangents, training };
const allFlows = { ...flows, openTangents };

function start(seed: number): Promise<number[]> {
  const random = randomNumbers(seed);
  const kinds = Object.values(flows);
  return kinds[seed % kinds.length](random);
}

describe('flows that interleave', () => {
  it.each(Object.entries(allFlows))(
    'are alone what they are beside others: %s',
    async (_, flow) => {
      const alone = await flow(randomNumbers(1));
      const beside = await Promise.all([
        flow(randomNumbers(1)),
        ...Object.values(allFlows).map((one) => one(randomNumbers(2))),
      ]);
      expect(beside[0]).toEqual(alone);
    },
  );

  it('are alone, to the bit, what thirty are together', async () => {
    const seeds = Array.from({ length: 30 }, (_, i) => i);
    const alone: number[][] = [];
    for (const seed of seeds) alone.push(await start(seed));
    expect(await Promise.all(seeds.map(start))).toEqual(alone);
    expect(alone.flat().every(Number.isFinite)).toBe(true);
  });

  it('may be a hundred that run again over one tensor', async () => {
    const alone = await running(randomNumbers(7));
    const many = Array.from({ length: 100 }, () => running(randomNumbers(7)));
    expect(await Promise.all(many)).toEqual(many.map(() => alone));
    const slopes = Array.from({ length: 100 }, async () => {
      const accumulator = new ForwardAccumulator(x, x);
      accumulator.stop();
      await turn();
      return numbers([accumulator.jvp(accumulator.run(() => square(x)))]);
    });
    expect(await Promise.all(slopes)).toEqual(slopes.map(() => [0.5, 2, 8]));
  });

  it('may start in the middle of others, and end in any order', async () => {
    const first = new GradientTape();
    first.watch(x);
    const y = square(x);
    await turn();
    const second = new GradientTape();
    second.watch(x);
    const z = mul(y, x);
    expect(first.gradient(z, x).arraySync()).toEqual([0.75, 3, 12]);
    await turn();
    // It never saw the square, so that counts as constant.
    const alone = mul(y, x);
    expect(second.gradient([z, alone], x).arraySync()).toEqual([0.5, 2, 8]);
  });

  it('may assign to variables that others have read', async () => {
    const v = variable(2);
    const tape = new GradientTape();
    const y = tape.run(() => square(v));
    await turn();
    v.assign(tensor(10));
    await turn();
    // As within one flow, reads are values of their time: 2 · 2 · 10, and 4 for the second read.
    const z = tape.run(() => mul(y, v));
    expect(tape.gradient(z, v).item()).toBe(44);
  });

  it('that fail leave the recordings of others alone', async () => {
    const failing = async (): Promise<void> => {
      using tape = new GradientTape();
      tape.watch(x);
      await turn();
      throw new Error('in between');
    };
    const [failed, fine] = await Promise.allSettled([failing(), start(1), start(2)]);
    expect(failed.status).toBe('rejected');
    expect(fine).toEqual({ status: 'fulfilled', value: await start(1) });
  });
});
