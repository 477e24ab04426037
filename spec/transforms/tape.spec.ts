import type { Layer } from '../../lib/core/apply.ts';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  ForwardAccumulator,
  GradientTape,
  mul,
  scalar,
  square,
  TapeError,
  UnconnectedGradientError,
  variable,
} from '../../lib/index.ts';

/*
 * The life of a tape: TensorFlow's behaviour point by point. The numbers in
 * front of groups are those of the list of semantics that gradtape follows.
 */

const noLayers = runtime.layers;

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = noLayers;
  expect(left).toBe(0);
});

/** The error that `f` throws. */
function errorOf(f: () => unknown): Error {
  try {
    f();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

function isOpen(tape: GradientTape): boolean {
  return tape.isRecording;
}

describe('the life of a tape', () => {
  // 1, 2
  it('gives one set of gradients unless it is persistent', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(x, x);
    expect(tape.gradient(y, x).item()).toBe(6);
    const error = errorOf(() => tape.gradient(y, x));
    expect(error).toBeInstanceOf(TapeError);
    expect(error.message).toBe(
      'gradient: tape must be persistent to compute more than one set of gradients; got a tape that was used already; create it with new GradientTape({persistent: true})',
    );
  });

  it('gives many when it is persistent', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = mul(x, x);
    const z = mul(y, y);
    tape.stop();
    expect([tape.gradient(y, x).item(), tape.gradient(z, [x, y]).map((g) => g.item())]).toEqual([
      6,
      [108, 18],
    ]);
  });

  // 3
  it('refuses run inside its own run, and stays usable', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      expect(() => tape.run(() => 1)).toThrow('run: tape must not be inside its own run');
      return mul(x, x);
    });
    expect(tape.gradient(y, x).item()).toBe(6);
  });

  // 4
  it('goes on with a later run', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch(x);
      return mul(2, x);
    });
    expect(isOpen(tape)).toBe(false);
    const z = tape.run(() => mul(2, y));
    expect(tape.gradient(z, x).item()).toBe(4);
  });

  it('adopts in run what it recorded since construction, and stops after it', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(x, x);
    const z = tape.run(() => mul(y, x));
    expect(isOpen(tape)).toBe(false);
    expect(tape.gradient(z, x).item()).toBe(27);
  });

  it('starts afresh in a run after it was used', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const square3 = (): number =>
      tape
        .gradient(
          tape.run(() => {
            tape.watch(x);
            return mul(x, x);
          }),
          x,
        )
        .item();
    expect([square3(), square3()]).toEqual([6, 6]);
  });

  // 5
  it('forgets records and watches on reset, and goes on recording', () => {
    const v = variable(scalar(1));
    const tape = new GradientTape();
    let loss = mul(v, v);
    tape.reset();
    expect(tape.watchedVariables()).toEqual([]);
    loss = add(loss, mul(v, v));
    expect(tape.gradient(loss, v).item()).toBe(2);
  });

  it('refuses reset, watch and stopRecording when it is not recording', () => {
    const tape = new GradientTape();
    tape.stop();
    expect(() => {
      tape.reset();
    }).toThrow('reset: tape must be recording; got a stopped tape');
    // 13
    expect(() => {
      tape.watch(scalar(1));
    }).toThrow('watch: tape must be recording; got a stopped tape');
    // 6
    expect(() => tape.stopRecording(() => 1)).toThrow('stopRecording: tape must be recording');
  });

  // 7
  it('pauses itself only, and keeps its watches', () => {
    const x = scalar(3);
    const outer = new GradientTape();
    outer.watch(x);
    const tape = new GradientTape();
    tape.watch(x);
    const hidden = tape.stopRecording(() => {
      expect(isOpen(tape)).toBe(false);
      expect(tape.stopRecording(() => 1)).toBe(1);
      return mul(x, x);
    });
    expect(isOpen(tape)).toBe(true);
    const seen = mul(x, x);
    expect(tape.gradient([hidden, seen], x).item()).toBe(6);
    expect(outer.gradient([hidden, seen], x).item()).toBe(12);
  });

  it('goes on after an error in stopRecording', () => {
    const tape = new GradientTape();
    expect(() =>
      tape.stopRecording(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(isOpen(tape)).toBe(true);
    tape.stop();
  });

  // 8
  it('stops at gradient when it is not persistent', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    tape.gradient(mul(x, x), x);
    expect(isOpen(tape)).toBe(false);
    expect(() => {
      tape.watch(x);
    }).toThrow('watch: tape must be recording; got a used tape');
  });

  it('records its own gradient when it is persistent', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const first = tape.gradient(mul(x, x), x);
    const second = tape.gradient(first, x);
    tape.stop();
    expect([first.item(), second.item()]).toEqual([6, 2]);
  });

  it('does not record its own gradient while it is paused', () => {
    const x = scalar(3);
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = mul(x, x);
    const first = tape.stopRecording(() => tape.gradient(y, x));
    expect(tape.gradient(first, x, { unconnectedGradients: 'none' })).toBe(null);
    tape.stop();
  });

  // 9
  it('is closed by an error in run, and usable for what was recorded', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    let y: Tensor = x;
    expect(() =>
      tape.run(() => {
        tape.watch(x);
        y = mul(x, x);
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(isOpen(tape)).toBe(false);
    expect(tape.gradient(y, x).item()).toBe(6);
  });

  it('ends with using, and then refuses everything', () => {
    const x = scalar(3);
    let kept: GradientTape | undefined;
    const slope = (): number => {
      using tape = new GradientTape({ persistent: true });
      kept = tape;
      tape.watch(x);
      return tape.gradient(mul(x, x), x).item();
    };
    expect(slope()).toBe(6);
    expect(() => kept?.gradient(x, x)).toThrow('gradient: tape must not be disposed');
    expect(() => kept?.run(() => 1)).toThrow('run: tape must not be disposed');
    expect(kept?.watchedVariables()).toEqual([]);
  });

  it('may be stopped and disposed inside its own run', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const [y, z] = tape.run(() => {
      tape.watch(x);
      const seen = mul(x, x);
      tape.stop();
      return [seen, mul(x, x)];
    });
    expect(tape.gradient([y, z], x).item()).toBe(6);
    const other = new GradientTape();
    other.run(() => {
      other[Symbol.dispose]();
    });
    expect(isOpen(other)).toBe(false);
  });

  it('ends as a statement in any order with others', () => {
    const x = scalar(3);
    const [a, b, c] = [new GradientTape(), new GradientTape(), new GradientTape()];
    for (const tape of [a, b, c]) tape.watch(x);
    const y = mul(x, x);
    a.stop();
    const z = mul(y, x);
    c.stop();
    const w = mul(z, x);
    b.stop();
    const none = { unconnectedGradients: 'none' } as const;
    expect(a.gradient(y, x).item()).toBe(6);
    expect(b.gradient(w, x).item()).toBe(108);
    expect(c.gradient([y, z], x, none)?.item()).toBe(33);
  });

  it('takes the innermost place when it is run, whenever it was made', () => {
    const x = scalar(3);
    const accumulator = new ForwardAccumulator(x, scalar(1));
    const tape = new GradientTape();
    // Made after the accumulator, but entered before it: it follows the tangents.
    const tangent = tape.run(() => {
      tape.watch(x);
      return accumulator.jvp(accumulator.run(() => mul(x, x)));
    });
    expect(tape.gradient(tangent, x).item()).toBe(2);
  });
});

describe('many tapes', () => {
  it('are refused beyond 64 at once, by an error that says how to end them', () => {
    const tapes = Array.from({ length: 64 }, () => new GradientTape());
    const error = errorOf(() => new GradientTape());
    for (const tape of tapes) tape.stop();
    expect(error).toBeInstanceOf(TapeError);
    expect(error.message).toBe(
      'GradientTape: tapes must record 64 at a time at most; got 65; end each with stop(), run(f), using, or gradient',
    );
    new GradientTape().stop();
  });

  it('may have watched one tensor before, open and closed', () => {
    const x = scalar(3);
    const long = new GradientTape();
    long.watch(x);
    const first = mul(x, 2);
    const kept: GradientTape[] = [];
    for (let i = 0; i < 100; i++) {
      const tape = new GradientTape({ persistent: true });
      tape.watch(x);
      tape.stop();
      kept.push(tape);
    }
    const y = add(first, mul(x, 3));
    expect(long.gradient(y, x).item()).toBe(5);
    expect(kept[0].gradient(x, x).item()).toBe(1);
  });

  it('know what they recorded of a tensor that many others watched after them', () => {
    const x = scalar(3);
    const tapes = Array.from({ length: 100 }, () => {
      const tape = new GradientTape();
      return [tape, tape.run(() => (tape.watch(x), mul(x, x)))] as const;
    });
    expect(tapes.map(([tape, y]) => tape.gradient(y, x).item())).toEqual(tapes.map(() => 6));
  });

  it('do not disturb each other over one tensor', () => {
    const x = scalar(2);
    const [outer, inner] = [new GradientTape(), new GradientTape()];
    outer.watch(x);
    inner.watch(x);
    const y = mul(mul(x, x), x);
    const first = inner.gradient(y, x);
    const second = outer.gradient(first, x);
    expect([first.item(), second.item()]).toEqual([12, 12]);
  });

  it('nest as run inside run inside run', () => {
    const x = scalar(2);
    const [a, b, c] = [new GradientTape(), new GradientTape(), new GradientTape()];
    const third = a.run(() => {
      a.watch(x);
      const second = b.run(() => {
        b.watch(x);
        const y = c.run(() => {
          c.watch(x);
          return square(square(x));
        });
        return c.gradient(y, x);
      });
      return b.gradient(second, x);
    });
    expect(a.gradient(third, x).item()).toBe(48);
  });
});

describe('an async callback', () => {
  const rejected = jest.fn();
  beforeAll(() => process.on('unhandledRejection', rejected));
  afterAll(() => process.off('unhandledRejection', rejected));

  it('is refused; the records are dropped and the rejection is handled', async () => {
    const x = scalar(3);
    const tape = new GradientTape();
    let y: Tensor = x;
    const error = errorOf(() =>
      tape.run(async () => {
        tape.watch(x);
        y = mul(x, x);
        await Promise.resolve();
        throw new Error('later');
      }),
    );
    expect(error).toBeInstanceOf(TapeError);
    expect(error.message).toBe(
      'run: callback must be synchronous; got a promise; record between the awaits instead: run may be called again after each',
    );
    expect(() => tape.gradient(y, x)).toThrow(UnconnectedGradientError);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(rejected).not.toHaveBeenCalled();
    // After it the tape can be run again.
    const z = tape.run(() => {
      tape.watch(x);
      return mul(x, x);
    });
    expect(tape.gradient(z, x).item()).toBe(6);
  });

  it('is refused by stopRecording, too', () => {
    const tape = new GradientTape();
    expect(() => tape.stopRecording(() => Promise.resolve(1))).toThrow('must be synchronous');
    expect(isOpen(tape)).toBe(true);
    tape.stop();
  });

  it('is not needed: run may be called between awaits, with tapes interleaved', async () => {
    const slope = async (value: number): Promise<number> => {
      const x = scalar(value);
      const tape = new GradientTape();
      const y = tape.run(() => {
        tape.watch(x);
        return mul(x, x);
      });
      await Promise.resolve();
      const z = tape.run(() => mul(y, x));
      await Promise.resolve();
      return tape.gradient(z, x).item();
    };
    expect(await Promise.all([slope(1), slope(2), slope(3)])).toEqual([3, 12, 27]);
  });
});

describe('layers of another copy of the library', () => {
  it('count among the open ones', () => {
    const other: Layer = { open: true, cares: () => false, process: () => [] };
    const saved = runtime.layers;
    runtime.layers = Array.from({ length: 64 }, () => other);
    const error = errorOf(() => new GradientTape());
    runtime.layers = saved;
    expect(error.message).toContain('64 at a time at most');
  });
});
