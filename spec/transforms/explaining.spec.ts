import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Explanation, Tensor } from '../../lib/index.ts';
import {
  argMax,
  cast,
  GradientTape,
  greater,
  mul,
  round,
  scalar,
  sin,
  split,
  square,
  stopGradient,
  sum,
  tensor,
  UnconnectedGradientError,
  variable,
  where,
} from '../../lib/index.ts';

/* What a tape says about the way from a target back to a source. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

const x = scalar(3);

/** The explanation, and the same cause and words in the error that the gradient throws. */
function explainedAndThrown(f: (tape: GradientTape) => Tensor): Explanation {
  const tape = new GradientTape();
  const y = f(tape);
  const explanation = tape.explain(y, x);
  try {
    tape.gradient(y, x);
  } catch (error) {
    if (!(error instanceof UnconnectedGradientError)) throw error;
    expect(explanation.cause).toBe(error.cause);
    const said = String(explanation).slice(`no gradient (${error.cause}): `.length);
    expect(error.message).toContain(said);
    return explanation;
  } finally {
    tape.stop();
  }
  throw new Error('the gradient is there');
}

describe('explain', () => {
  it.each<[string, string, (tape: GradientTape) => Tensor]>([
    ['never watched', 'never watched', () => square(x)],
    [
      'watched after use',
      'only after the target was computed',
      (tape) => {
        const y = square(x);
        tape.watch(x);
        return y;
      },
    ],
    [
      'computed after recording stopped',
      'after recording stopped',
      (tape) => {
        tape.watch(x);
        tape.stop();
        return square(x);
      },
    ],
    [
      'cut',
      'through stopGradient',
      (tape) => {
        tape.watch(x);
        return square(stopGradient(x));
      },
    ],
    [
      'cut',
      'through cast',
      (tape) => {
        tape.watch(x);
        return square(cast(cast(x, 'int32'), 'float32'));
      },
    ],
    [
      'cut',
      'through greater',
      (tape) => {
        tape.watch(x);
        return where(greater(x, 2), 1, 0);
      },
    ],
    [
      'cut',
      'through round',
      (tape) => {
        tape.watch(x);
        return square(round(x));
      },
    ],
    [
      'assigned',
      "through variable 'state'",
      (tape) => {
        tape.watch(x);
        const state = variable(0, true, 'state');
        state.assign(square(x));
        return square(state);
      },
    ],
    [
      'another tape',
      'another tape watched',
      () => {
        const other = new GradientTape();
        other.watch(x);
        const y = square(x);
        other.stop();
        return y;
      },
    ],
    [
      'read back',
      'as plain numbers',
      (tape) => {
        tape.watch(x);
        return scalar(square(x).item());
      },
    ],
  ])('gives the first cause: %s (%s)', (cause, words, program) => {
    const explanation = explainedAndThrown(program);
    expect(explanation.isConnected).toBe(false);
    expect([explanation.cause, explanation.path]).toEqual([cause, []]);
    expect(String(explanation)).toContain(words);
  });

  it('shows the shortest way op by op', () => {
    const tape = new GradientTape();
    const w = tensor([1, 2, 3]);
    tape.watch(w);
    const y = sum(mul(sin(sin(w)), w));
    const explanation = tape.explain(y, w);
    expect([explanation.isConnected, explanation.cause]).toEqual([true, null]);
    expect(
      explanation.path.map(({ op, shape, dtype, location }) => [op, shape, dtype, location]),
    ).toEqual([
      ['mul', [3], 'float32', null],
      ['sum', [], 'float32', null],
    ]);
    expect(String(explanation).split('\n')).toEqual([
      'a tensor float32 [] depends on a tensor float32 [3] through 2 ops',
      '  %0 = source              float32 [3]',
      '  %3 = mul(%2, %0)         float32 [3]',
      '  %4 = sum(%3, axes: [0])  float32 []',
    ]);
    expect(inspect(explanation)).toBe(String(explanation));
    // The tape is as it was.
    expect(tape.isRecording).toBe(true);
    expect(tape.gradient(y, w).shape).toEqual([3]);
  });

  it('goes from one of several outputs', () => {
    const tape = new GradientTape();
    const w = tensor([1, 2]);
    tape.watch(w);
    const [, b] = split(w, 2);
    expect(tape.explain(b, w).path.map(({ op }) => op)).toEqual(['split']);
    tape.stop();
  });

  it('finds a variable through the value it had then', () => {
    const tape = new GradientTape();
    const v = variable(2, true, 'v');
    square(v);
    v.assign(scalar(5));
    const y = square(v);
    expect(String(tape.explain(y, v))).toMatch(/^a tensor float32 \[\] depends on variable 'v'/);
    tape.stop();
  });

  it('says when the target is the source', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const explanation = tape.explain(x, x);
    expect([explanation.isConnected, String(explanation)]).toEqual([
      true,
      'the target is the source: a tensor float32 []',
    ]);
    tape.stop();
  });

  it('names an op without derivative on the way', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const blocked = tape.explain(argMax(mul(x, [1, 2])), x);
    expect(blocked.cause).toBe('cut');
    tape.stop();
  });

  it('says that a used or disposed tape has no records', () => {
    const tape = new GradientTape();
    tape.watch(x);
    const y = square(x);
    tape.gradient(y, x);
    const explanation = tape.explain(y, x);
    expect([explanation.cause, String(explanation)]).toEqual([
      'used tape',
      'the records are gone, because the tape was used for a gradient already; ask before that, or create it with new GradientTape({persistent: true})',
    ]);
    tape[Symbol.dispose]();
    expect(String(tape.explain(y, x))).toContain('because the tape was disposed');
  });

  it('wants one tensor or variable for each', () => {
    const tape = new GradientTape();
    tape.watch(x);
    expect(() => tape.explain([x] as unknown as Tensor, x)).toThrow(
      'explain: target must be one tensor or variable; got [an object (Tensor)]',
    );
    expect(() => tape.explain(x, 3 as unknown as Tensor)).toThrow(
      'explain: source must be one tensor or variable; got 3',
    );
    tape.stop();
  });

  it('tells the ends of a way of a million ops', () => {
    const tape = new GradientTape();
    tape.watch(x);
    let y: Tensor = x;
    for (let i = 0; i < 1e6; i++) y = sin(y);
    const explanation = tape.explain(y, x);
    expect(explanation.path.length).toBe(1e6);
    const lines = String(explanation).split('\n');
    expect(lines.length).toBe(43);
    expect(lines[0]).toContain('through 1,000,000 ops');
    expect(lines[22]).toBe('  ... 999,960 more ops ...');
    tape.stop();
  });
});
