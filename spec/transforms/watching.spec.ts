import { runtime } from '../../lib/base/runtime.ts';
import { ArgumentError, GradientTape, mul, scalar, tensor, variable } from '../../lib/index.ts';

/* What a tape watches; the numbers are those of the list of semantics that gradtape follows. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

function namesOf(tape: GradientTape): string[] {
  return tape.watchedVariables().map(({ name }) => name);
}

describe('watching', () => {
  // 10
  it('takes tensors, variables and structures of them, and nothing else', () => {
    const [x, v] = [scalar(3), variable(scalar(2), false)];
    const tape = new GradientTape();
    tape.watch({ x, list: [v] });
    expect(tape.gradient(mul(x, v), [x, v]).map((g) => g.item())).toEqual([2, 3]);
    const other = new GradientTape();
    for (const wrong of [3, null, undefined, 'x', [x, 1], { x: null }, new Float32Array(2)]) {
      expect(() => {
        other.watch(wrong as never);
      }).toThrow(ArgumentError);
    }
    expect(() => {
      other.watch([x, [5]] as never);
    }).toThrow('watch: tensors[1][0] must be a tensor or variable');
    other.stop();
  });

  // 11
  it('refuses integer and bool tensors, and then watches none', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    expect(() => {
      tape.watch([x, tensor([1, 2], [2], 'int32')]);
    }).toThrow('watch: tensors[1] must be a float tensor; got int32 [2]');
    expect(tape.gradient(mul(x, x), x, { unconnectedGradients: 'none' })).toBe(null);
  });

  // 12
  it('counts from now on, and once', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    const y = mul(x, x);
    tape.watch(x);
    tape.watch(x);
    const z = mul(x, x);
    expect(tape.gradient([y, z], x).item()).toBe(6);
  });

  // 15
  it('is a matter of each tape', () => {
    const x = scalar(3);
    const outer = new GradientTape({ persistent: true });
    const inner = new GradientTape();
    inner.watch(x);
    const first = inner.gradient(mul(x, x), x);
    expect(outer.gradient(first, x, { unconnectedGradients: 'none' })).toBe(null);
    outer.stop();
  });

  it('leaves no trace on a tensor once the tape was used', () => {
    const x = scalar(3);
    const tape = new GradientTape();
    tape.watch(x);
    tape.gradient(mul(x, x), x);
    expect([x.trackerId, x.otherTrackers]).toEqual([0, null]);
  });
});

describe('variables under a tape', () => {
  // 14
  it('are watched when they are read, if trainable', () => {
    const [b, a] = [variable(scalar(2), true, 'b'), variable(scalar(3), true, 'a')];
    const fixed = variable(scalar(5), false);
    const unread = variable(scalar(7));
    const count = variable(tensor([1], [1], 'int32'), true, 'count');
    const tape = new GradientTape();
    const y = mul(mul(a, b), mul(fixed, fixed));
    count.read();
    expect(namesOf(tape)).toEqual(['b', 'a', 'count']);
    const none = { unconnectedGradients: 'none' } as const;
    const found = tape.gradient(y, [a, b, fixed, unread, count], none);
    expect(found.map((g) => g?.item() ?? null)).toEqual([50, 75, null, null, null]);
    expect(namesOf(tape)).toEqual(['b', 'a', 'count']);
  });

  it('are not watched without watchAccessedVariables, unless asked for', () => {
    const [v, w] = [variable(scalar(2)), variable(scalar(3))];
    const tape = new GradientTape({ watchAccessedVariables: false });
    tape.watch(w);
    const found = tape.gradient(mul(v, w), [v, w], { unconnectedGradients: 'none' });
    expect(found.map((g) => g?.item() ?? null)).toEqual([null, 2]);
    expect(namesOf(tape)).toEqual([w.name]);
  });

  it('are not watched while the tape is paused', () => {
    const v = variable(scalar(2));
    const tape = new GradientTape();
    tape.stopRecording(() => v.read());
    expect(tape.watchedVariables()).toEqual([]);
    tape.stop();
  });

  // 30
  it('are read as values of the moment', () => {
    const v = variable(scalar(2));
    const tape = new GradientTape();
    const y = mul(v, v);
    v.assign(scalar(10));
    const z = mul(v, v);
    expect(tape.gradient([y, z], v).item()).toBe(24);
  });

  // 31
  it('cut the gradient when they are assigned to', () => {
    const [x, v] = [scalar(3), variable(scalar(1))];
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    v.assign(mul(2, x));
    const y = mul(v, v);
    tape.stop();
    expect(tape.gradient(y, v).item()).toBe(12);
    expect(tape.gradient(y, x, { unconnectedGradients: 'none' })).toBe(null);
  });

  it('count as read in the value that assign returns', () => {
    const v = variable(scalar(1));
    const tape = new GradientTape();
    const y = v.assign(scalar(4));
    expect(tape.gradient(mul(y, y), v).item()).toBe(8);
  });

  // 32
  it('may be targets', () => {
    const v = variable(scalar(3));
    const tape = new GradientTape({ persistent: true });
    const y = mul(v, v);
    tape.stop();
    expect(tape.gradient(v, v).item()).toBe(1);
    expect(tape.gradient([y, v], v).item()).toBe(7);
  });

  it('may be assigned to many times', () => {
    const v = variable(scalar(0));
    const tape = new GradientTape();
    const values = Array.from({ length: 2000 }, (_, i) => mul(v.assign(scalar(i)), v));
    expect(tape.gradient(values, v).item()).toBe(1999 * 2000);
  });
});
