import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  argMax,
  assignAdd,
  cast,
  customGradient,
  floor,
  ForwardAccumulator,
  GradientTape,
  greater,
  mul,
  round,
  scalar,
  square,
  stopGradient,
  sum,
  tensor,
  UnconnectedGradientError,
  variable,
  where,
} from '../../lib/index.ts';

/* Why a source is unconnected: the first cause, named by a code and told in one sentence. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const orElse = "(or pass {unconnectedGradients: 'zero'} for zeros or 'none' for null)";

/** Cause and message of the error that the gradient on a new tape throws. */
function explained(f: (tape: GradientTape) => unknown): readonly [cause: string, message: string] {
  const tape = new GradientTape();
  try {
    f(tape);
  } catch (error) {
    if (!(error instanceof UnconnectedGradientError)) throw error;
    const { cause, message, op, code } = error;
    expect([op, code]).toEqual(['gradient', 'UNCONNECTED']);
    return [cause, message];
  } finally {
    tape.stop();
  }
  throw new Error('nothing was thrown');
}

/** As `explained`, with the frame that is the same for all taken off: the story and what to do. */
function told(f: (tape: GradientTape) => unknown): readonly [cause: string, story: string] {
  const [cause, message] = explained(f);
  const story = /^gradient: sources must reach the target; got (.*)$/.exec(message)?.[1] ?? message;
  expect(story.endsWith(` ${orElse}`)).toBe(true);
  return [cause, story.slice(0, -orElse.length - 1)];
}

describe('an unconnected source', () => {
  const x = scalar(3);

  it('is named by its place, with shape and dtype, and with the way out', () => {
    const w = { kernel: tensor([[1, 2]]), bias: [x] };
    const [cause, message] = explained((tape) => {
      tape.watch(w.kernel);
      return tape.gradient(sum(w.kernel), w);
    });
    expect(cause).toBe('never watched');
    expect(message).toBe(
      `gradient: sources.bias[0] must reach the target; got a tensor float32 [] that was never watched; call tape.watch(x) before the computation ${orElse}`,
    );
  });

  it('was never watched', () => {
    expect(told((tape) => tape.gradient(square(x), x))).toEqual([
      'never watched',
      'a tensor float32 [] that was never watched; call tape.watch(x) before the computation',
    ]);
  });

  it('is never watched again after reset', () => {
    const [cause] = told((tape) => {
      tape.watch(x);
      const y = square(x);
      tape.reset();
      return tape.gradient(y, x);
    });
    expect(cause).toBe('never watched');
  });

  it('was watched only after the target was computed', () => {
    const story = told((tape) => {
      const y = square(x);
      tape.watch(x);
      return tape.gradient(y, x);
    });
    expect(story).toEqual([
      'watched after use',
      'a tensor float32 [] that was watched only after the target was computed; call tape.watch(x) before the computation',
    ]);
  });

  it('met a target that was computed after recording stopped', () => {
    const story = told((tape) => {
      tape.watch(x);
      tape.stop();
      return tape.gradient(square(x), x);
    });
    expect(story).toEqual([
      'computed after recording stopped',
      'a tensor float32 [], but the target was computed after recording stopped; compute it before stop() and gradient, or inside run(f)',
    ]);
  });

  it('met a target that was computed between two runs', () => {
    const [cause] = told((tape) => {
      tape.run(() => {
        tape.watch(x);
      });
      const y = square(x);
      tape.run(() => square(x));
      return tape.gradient(y, x);
    });
    expect(cause).toBe('computed after recording stopped');
  });

  it('met a target that was computed while the tape was paused', () => {
    const story = told((tape) => {
      tape.watch(x);
      const y = tape.stopRecording(() => square(x));
      return tape.gradient(y, x);
    });
    expect(story).toEqual([
      'computed after recording stopped',
      'a tensor float32 [], but the target was computed while stopRecording paused the tape; compute it outside that call',
    ]);
  });

  it.each<[string, string, (x: Tensor) => Tensor]>([
    ['stopGradient', 'through which no gradient passes', stopGradient],
    ['round', 'through which no gradient passes', round],
    ['greater', 'through which no gradient passes', (t) => where(greater(t, 0), 1, 2)],
    ['cast', 'whose result has no derivatives', (t) => cast(cast(t, 'int32'), 'float32')],
    ['argMax', 'through which no gradient passes', (t) => cast(argMax(add(t, [1, 2])), 'float32')],
  ])('is cut off by %s', (name, reason, cut) => {
    const expected = [
      'cut',
      `a tensor float32 [] that reaches the target only through ${name}, ${reason}; leave ${name} out of the path if there should be a gradient`,
    ];
    const direct = told((tape) => {
      tape.watch(x);
      return tape.gradient(square(cut(square(x))), x);
    });
    expect(direct).toEqual(expected);
    const other = scalar(2);
    const besides = told((tape) => {
      tape.watch([x, other]);
      return tape.gradient(mul(square(other), cut(square(x))), x);
    });
    expect(besides).toEqual(expected);
  });

  it('is cut off where its own path is, not where another one is', () => {
    const other = scalar(2);
    const [cause, story] = told((tape) => {
      tape.watch([x, other]);
      return tape.gradient(mul(floor(other), round(add(floor(x), other))), x);
    });
    expect([cause, story.includes('only through floor')]).toEqual(['cut', true]);
  });

  it('may be the thing behind a cut', () => {
    const story = told((tape) => {
      tape.watch(x);
      const y = stopGradient(x);
      return tape.gradient(square(y), y);
    });
    expect(story).toEqual([
      'never watched',
      'a tensor float32 [] that is cut off from what was watched by stopGradient, and was not watched itself; call tape.watch(x) before the computation',
    ]);
  });

  it('was assigned to a variable', () => {
    const v = variable(scalar(1), true, 'v');
    const fixed = variable(scalar(1), false, 'fixed');
    const expected = (name: string): readonly string[] => [
      'assigned',
      `a tensor float32 [] that reaches the target only through variable '${name}'; assigning cuts the gradient; use the assigned tensor itself, or take the gradient for the variable`,
    ];
    const watched = told((tape) => {
      tape.watch(x);
      v.assign(square(x));
      return tape.gradient(square(v), x);
    });
    expect(watched).toEqual(expected('v'));
    const unwatched = told((tape) => {
      tape.watch(x);
      fixed.assign(square(x));
      return tape.gradient(square(fixed), x);
    });
    expect(unwatched).toEqual(expected('fixed'));
    const added = told((tape) => {
      tape.watch(x);
      return tape.gradient(assignAdd(v, x), x);
    });
    expect(added).toEqual(expected('v'));
  });

  it('was followed by another tape only', () => {
    const expected = [
      'another tape',
      'a tensor float32 [] that another tape watched, but not this one; ask that tape, or call tape.watch(x) on this one',
    ];
    const other = new GradientTape();
    other.watch(x);
    const y = square(x);
    expect(told((tape) => tape.gradient(y, x))).toEqual(expected);
    other.stop();
  });

  it('met a target that another tape recorded', () => {
    const w = scalar(2);
    const other = new GradientTape();
    other.watch(w);
    const story = told((tape) => {
      tape.watch(x);
      return tape.gradient(square(w), x);
    });
    other.stop();
    expect(story).toEqual([
      'another tape',
      'a tensor float32 [], but the target was recorded by another tape only; ask that tape, or record the computation on this one',
    ]);
  });

  it("is not called another tape's for what an accumulator once did", () => {
    const accumulator = new ForwardAccumulator(x, scalar(1));
    accumulator.run(() => square(x));
    expect(told((tape) => tape.gradient(square(x), x))[0]).toBe('never watched');
  });

  it.each<[string, (x: Tensor) => number]>([
    ['item', (t) => t.item()],
    ['dataSync', (t) => t.dataSync()[0]],
    ['arraySync', (t) => t.arraySync() as number],
  ])('left as plain numbers through %s', (_, read) => {
    const story = told((tape) => {
      tape.watch(x);
      return tape.gradient(scalar(read(square(x))), x);
    });
    expect(story).toEqual([
      'read back',
      'a tensor float32 [] that left the library as plain numbers (dataSync, item, ...); compute with tensors up to the target',
    ]);
  });

  it('did not take part in the target', () => {
    const w = scalar(2);
    const story = told((tape) => {
      tape.watch([x, w]);
      return tape.gradient(square(w), x);
    });
    expect(story).toEqual([
      'not derived',
      'a tensor float32 [] from which the target was not computed; check that the target depends on it',
    ]);
  });

  it('is later than the target', () => {
    const [cause] = told((tape) => {
      tape.watch(x);
      const y = square(x);
      return tape.gradient(y, square(y));
    });
    expect(cause).toBe('not derived');
  });

  it('is an integer', () => {
    const [cause, story] = told((tape) => {
      tape.watch(x);
      return tape.gradient(square(x), tensor([1], [1], 'int32'));
    });
    expect(cause).toBe('never watched');
    expect(story).toContain('a tensor int32 [1] whose dtype has no derivatives');
  });

  it('got null from a custom gradient', () => {
    const opaque = customGradient((t) => ({ value: t, gradFunc: () => null }));
    const story = told((tape) => {
      tape.watch(x);
      return tape.gradient(opaque(x), x);
    });
    expect(story).toEqual([
      'cut',
      'a tensor float32 [] for which a rule on the way to the target gave null, no gradient; a custom gradient returns null where none passes',
    ]);
  });

  it('leaves the tape usable', () => {
    const w = scalar(2);
    const tape = new GradientTape();
    tape.watch(x);
    const y = mul(square(x), w);
    expect(() => tape.gradient(y, [x, w])).toThrow(UnconnectedGradientError);
    expect(tape.isRecording).toBe(true);
    expect(tape.gradient(square(y), x).item()).toBe(432);
  });
});

describe('an unconnected variable', () => {
  const [v, w] = [variable(scalar(2), true, 'v'), variable(scalar(3), true, 'w')];
  const fixed = variable(scalar(4), false, 'fixed');

  it('was not read', () => {
    expect(told((tape) => tape.gradient(square(w), v))).toEqual([
      'never watched',
      "variable 'v' float32 [] that was not read while the tape was recording; use the variable itself in the computation, while the tape records",
    ]);
  });

  it('is not trainable', () => {
    expect(told((tape) => tape.gradient(square(fixed), fixed))).toEqual([
      'never watched',
      "variable 'fixed' float32 [] that is not trainable, so reading does not watch it; call tape.watch(v) before the computation",
    ]);
  });

  it('is of a tape that watches no variables by itself', () => {
    const tape = new GradientTape({ watchAccessedVariables: false });
    const y = square(v);
    expect(() => tape.gradient(y, v)).toThrow(
      "got variable 'v' float32 [] of a tape made with watchAccessedVariables: false; call tape.watch(v)",
    );
    tape.stop();
  });

  it('is an integer', () => {
    const count = variable(tensor([1], [1], 'int32'), true, 'count');
    expect(told((tape) => tape.gradient(mul(v, cast(count, 'float32')), count))).toEqual([
      'never watched',
      "variable 'count' int32 [1] whose dtype has no derivatives; use float32 or float64",
    ]);
  });

  it('was first read after the target was computed', () => {
    const x = scalar(2);
    const [cause, story] = told((tape) => {
      tape.watch(x);
      const y = mul(scalar(5), v.peek());
      square(v);
      return tape.gradient(y, v);
    });
    // The value that `peek` gives is the one that was watched when it was read.
    expect(cause).toBe('watched after use');
    expect(story).toContain("variable 'v' float32 [] that was first read only after the target");
  });

  it('was read, but not for the target', () => {
    const [cause] = told((tape) => {
      square(v);
      return tape.gradient(square(w), v);
    });
    expect(cause).toBe('not derived');
  });
});
