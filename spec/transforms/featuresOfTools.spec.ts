import { inspect } from 'node:util';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  cast,
  checkGradient,
  customGradient,
  exp,
  ForwardAccumulator,
  grad,
  GradientTape,
  log,
  matMul,
  memory,
  mul,
  neg,
  NonFiniteError,
  ones,
  scalar,
  sin,
  square,
  sum,
  tensor,
  variable,
  withDebugMode,
} from '../../lib/index.ts';

/* What there is for memory, and for finding mistakes: one test for each thing. */

const cube = (x: Tensor): Tensor => mul(x, mul(x, x));

/** Bytes that a tape holds after `f` of 1000 watched numbers of 8 bytes. */
function held(f: (x: Tensor) => Tensor): number {
  const tape = new GradientTape();
  const x = ones([1000], 'float64');
  tape.run(() => {
    tape.watch(x);
    return f(x);
  });
  return tape.bytes;
}

describe('memory', () => {
  it('needs no release by hand', () => {
    const loops = 2000;
    const before = memory();
    let x = ones([1000]);
    for (let i = 0; i < loops; i++) x = grad((z: Tensor) => sum(sin(z)))(x);
    expect(memory()).toEqual(before);
    expect(x.isDisposed).toBe(false);
  });

  it('holds on a tape what the derivative reads, and nothing else', () => {
    expect(held((x) => sum(neg(add(x, 1))))).toBe(0);
    expect(held((x) => sin(x))).toBe(8000);
    expect(held((x) => sin(sin(x)))).toBe(16000);
    expect(held((x) => exp(neg(x)))).toBe(8000);
  });

  it('may hold something else in place of a tensor: pack and unpack', () => {
    const calls: string[] = [];
    const tape = new GradientTape({
      savedTensors: {
        pack: (x) => {
          calls.push('pack');
          return cast(x, 'float32');
        },
        unpack: (packed: Tensor) => {
          calls.push('unpack');
          return cast(packed, 'float64');
        },
      },
    });
    const x = scalar(3, 'float64');
    tape.watch(x);
    expect(tape.gradient(sin(x), x).item()).toBe(Math.cos(3));
    expect(calls).toEqual(['pack', 'unpack']);
  });

  it('cannot be changed under a tape: arrays that went in or came out are copies', () => {
    const given = Float32Array.of(1, 2, 3);
    const start = tensor(given);
    const v = variable(given);
    const tape = new GradientTape({ persistent: true });
    tape.watch(start);
    const y = mul(sin(start), v);
    tape.stop();
    const slopes = (): unknown => tape.gradient(y, [start, v]).map((slope) => slope.arraySync());
    const before = slopes();

    given.fill(100);
    for (const x of [start, v.read(), y, tape.gradient(y, start)]) {
      x.dataSync().fill(100);
      (x.arraySync() as number[]).fill(100);
      x.bufferSync().set(100, 0);
    }
    v.assign(tensor([100, 100, 100]));
    expect(slopes()).toEqual(before);
    expect(start.arraySync()).toEqual([1, 2, 3]);
  });

  it('is counted: by tape, live and at most, and for all variables and open tapes', () => {
    const before = memory();
    const v = variable(ones([1000]));
    expect(memory().numBytes - before.numBytes).toBe(4000);
    const tape = new GradientTape();
    const y = sum(sin(v));
    expect(memory().numTensors).toBeGreaterThan(before.numTensors + 1);
    expect([tape.bytes, tape.peakBytes]).toEqual([4000, 4000]);
    tape.gradient(y, v);
    expect([tape.bytes, tape.peakBytes]).toEqual([0, 4000]);
    v.dispose();
    expect(memory()).toEqual(before);
  });

  it('lets go of records while the reverse pass is still on its way', () => {
    const x = ones([1000]);
    const tape = new GradientTape();
    tape.watch(x);
    const first = sin(x);
    let y = first;
    for (let i = 0; i < 9; i++) y = sin(y);
    const bytes: number[] = [];
    tape.onGradient(first, () => {
      bytes.push(tape.bytes);
    });
    bytes.push(tape.bytes);
    tape.gradient(sum(y), x);
    expect(bytes[0]).toBe(40000);
    expect(bytes[1]).toBeLessThanOrEqual(8000);
  });

  it('of the call stack does not limit the depth: 100,000 ops in a row', () => {
    const depth = 100_000;
    const chain = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < depth; i++) y = mul(y, 1.00001);
      return y;
    };
    const x = scalar(1, 'float64');
    const slope = 1.00001 ** depth;
    expect(grad(chain)(x).item()).toBeCloseTo(slope, 8);
    const accumulator = new ForwardAccumulator(x, scalar(1, 'float64'));
    const y = accumulator.run(() => chain(x));
    expect(accumulator.jvp(y).item()).toBeCloseTo(slope, 8);
  });
});

describe('for finding mistakes there is', () => {
  const x = scalar(3);

  it('a check of gradients against differences', () => {
    expect(checkGradient(cube, [[1, 2]], { order: 2 }).ok).toBe(true);
    const wrong = customGradient((z) => ({ value: cube(z), gradFunc: (dy) => mul(dy, z) }));
    expect(() => checkGradient(wrong, [[1, 2]])).toThrow('where differences show 12');
  });

  it('a trap for infinities and NaN, which names the op, forward and backward', () => {
    const failing = (f: () => unknown): string => {
      try {
        withDebugMode(f);
      } catch (error) {
        if (error instanceof NonFiniteError) return error.message;
        throw error;
      }
      throw new Error('nothing was trapped');
    };
    expect(failing(() => log(scalar(0)))).toMatch(/^log: .*featuresOfTools/s);
    expect(failing(() => grad((z: Tensor) => mul(2, z.sqrt()))(0))).toMatch(/^sqrt: .*gradient/s);
  });

  it('a hook on the gradient that passes through a tensor', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const h = square(x);
    const seen: number[] = [];
    tape.onGradient(h, (g) => {
      seen.push(g.item());
    });
    tape.gradient(mul(h, 5), x);
    expect(seen).toEqual([5]);
  });

  it('the gradient of anything in between, afterwards and without a mark', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const h = square(x);
    const y = square(h);
    expect(tape.gradient(y, [y, h, x]).map((slope) => slope.item())).toEqual([1, 18, 108]);
  });

  it('a look at the record: as text, step by step, as a picture', () => {
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = sin(square(x));
    tape.stop();
    expect(inspect(tape)).toContain('2 ops, 1 source');
    expect(String(tape)).toMatch(/square\(%0\).*\n.*sin\(%1\)/);
    expect([...tape.steps(y)].map(({ op }) => op)).toEqual(['sin', 'square']);
    expect(tape.toDot()).toContain('square');
    expect(tape.toMermaid()).toContain('square');
  });

  it('an error that names op and shapes', () => {
    expect(() => matMul(ones([2, 3]), ones([4, 5]))).toThrow(/matMul.*\[2,3\].*\[4,5\]/);
  });

  it('an answer to why there is no gradient', () => {
    const tape = new GradientTape();
    const y = square(x);
    tape.watch(x);
    expect(tape.explain(y, x).cause).toBe('watched after use');
    expect(() => tape.gradient(y, x)).toThrow('only after the target was computed');
    tape.stop();
  });

  it('an error where an integer is watched', () => {
    const tape = new GradientTape();
    const integer = tensor([1, 2], [2], 'int32');
    expect(() => {
      tape.watch(integer);
    }).toThrow('watch: tensors must be a float tensor');
    expect(() => new ForwardAccumulator(integer, integer)).toThrow('float tensor');
    tape.stop();
  });

  it('a count of tapes that were left open, and a limit to them', () => {
    expect(memory().numRecordings).toBe(0);
    const tape = new GradientTape();
    const accumulator = new ForwardAccumulator(x, scalar(1));
    expect(memory().numRecordings).toBe(2);
    const more = Array.from({ length: 62 }, () => new GradientTape());
    expect(() => new GradientTape()).toThrow(
      'GradientTape: tapes must record 64 at a time at most; got 65; end each with stop(), run(f), using, or gradient',
    );
    for (const open of [tape, accumulator, ...more]) open.stop();
    expect(memory().numRecordings).toBe(0);
  });
});
