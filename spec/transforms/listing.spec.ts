import { inspect } from 'node:util';
import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  GradientTape,
  mul,
  round,
  scalar,
  sin,
  split,
  sum,
  tensor,
  variable,
} from '../../lib/index.ts';

/* The records of a tape as text. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

describe('the listing of a tape', () => {
  it('numbers sources and ops, with shapes and dtypes', () => {
    const tape = new GradientTape({ persistent: true });
    const x = tensor([1, 2, 3, 4], [4], 'float64');
    const w = variable(tensor([2, 3], [2], 'float64'), true, 'w');
    tape.watch(x);
    const [a, b] = split(sin(x), 2);
    sum(add(mul(mul(a, w), 0.5), mul(b, tensor([5, 6], [2], 'float64'))));
    mul(round(x), x);
    tape.stop();
    expect(String(tape).split('\n')).toEqual([
      'GradientTape (persistent, stopped): 8 ops, 2 sources',
      '  %0 = watched tensor                        float64 [4]',
      "  %4 = variable 'w'                          float64 [2]",
      '  %1 = sin(%0)                               float64 [4]',
      '  %2, %3 = split(%1, sizes: [2,2], axis: 0)  float64 [2], float64 [2]',
      '  %5 = mul(%2, %4)                           float64 [2]',
      '  %6 = mul(%5, 0.5)                          float64 [2]',
      '  %7 = mul(%3, float64 [2])                  float64 [2]',
      '  %8 = add(%6, %7)                           float64 [2]',
      '  %9 = sum(%8, axes: [0])                    float64 []',
      '  %10 = mul(round(...), %0)                  float64 [4]',
    ]);
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    tape.print(2);
    const [[printed]] = log.mock.calls;
    log.mockRestore();
    expect(printed).toBe(
      [
        'GradientTape (persistent, stopped): 8 ops, 2 sources',
        '  %0 = watched tensor        float64 [4]',
        "  %4 = variable 'w'          float64 [2]",
        '  %1 = sin(%0)               float64 [4]',
        '  ... 6 more ops ...',
        '  %10 = mul(round(...), %0)  float64 [4]',
      ].join('\n'),
    );
    expect(() => {
      tape.print(0);
    }).toThrow('print: most must be an integer of at least 1; got 0');
    expect(tape.gradient(a, x).shape).toEqual([4]);
  });

  it('shows the first and the last of a million ops at once', () => {
    const tape = new GradientTape();
    const x = scalar(1);
    tape.watch(x);
    let y: Tensor = x;
    for (let i = 0; i < 1e6; i++) y = sin(y);
    const start = performance.now();
    const lines = String(tape).split('\n');
    expect(performance.now() - start).toBeLessThan(500);
    expect(lines.length).toBe(43);
    expect(lines[22]).toBe('  ... 999,960 more ops ...');
    expect(lines[42]).toBe('  %1000000 = sin(%999999)   float32 []');
    tape.stop();
  });
});

describe('a tape at the prompt', () => {
  it('is one line of state and a hint', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    expect(inspect(tape)).toBe(
      'GradientTape (recording): 0 ops, 0 sources; compute with what it watches',
    );
    tape.watch(x);
    const y = mul(x, x);
    expect(inspect(tape)).toBe(
      'GradientTape (recording): 1 op, 1 source; tape.print() lists them, tape.explain(y, x) tells how y depends on x',
    );
    tape.stopRecording(() => {
      expect(inspect(tape)).toMatch(/^GradientTape \(paused\)/);
    });
    tape.gradient(y, x);
    expect(inspect(tape)).toBe('GradientTape (used): its records are gone');
    expect(inspect({ tape })).toBe('{ tape: GradientTape (used): its records are gone }');
    tape[Symbol.dispose]();
    expect(inspect(tape)).toBe('GradientTape (disposed): its records are gone');
  });
});
