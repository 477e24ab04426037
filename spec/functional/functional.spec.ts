import { join } from 'node:path';
import { printing } from '../../lib/base/printing.ts';
import * as main from '../../lib/index.ts';
import { vectors } from '../../lib/kernels/vectors.ts';
import {
  add,
  GradientTape,
  mul,
  print,
  scalar,
  sum,
  tensor,
  useWebAssembly,
  variable,
} from '../../lib/functional/index.ts';
import { programOf, typeFaults } from '../support/typecheck.ts';

const root = join(__dirname, '../..');

describe('the tape of functions alone', () => {
  it('gives gradients of any order', () => {
    const x = tensor([1, 2, 3]);
    const outer = new GradientTape({ persistent: true });
    outer.watch(x);
    const inner = new GradientTape();
    inner.watch(x);
    const slopes = inner.gradient(sum(mul(x, mul(x, x))), x);
    expect(slopes.arraySync()).toEqual([3, 12, 27]);
    expect(outer.gradient(slopes, x).arraySync()).toEqual([6, 12, 18]);
    outer.stop();
  });

  it('takes structures, variables read twice and cotangents', () => {
    const w = variable(scalar(2));
    const x = scalar(3);
    const tape = new GradientTape();
    const y = tape.run(() => {
      tape.watch({ x });
      const first = mul(w, x);
      w.assign(scalar(5));
      return add(first, mul(w, x));
    });
    const found = tape.gradient(y, { w, x }, { outputGradients: scalar(10) });
    expect([found.w.item(), found.x.item()]).toEqual([60, 70]);
  });

  it('says what it sees at once of a source that is not connected', () => {
    const [x, z] = [scalar(1), scalar(2)];
    const tape = new GradientTape({ persistent: true });
    tape.watch(x);
    const y = mul(x, x);
    expect(() => tape.gradient(y, z)).toThrow(
      "gradient: sources must reach the target; got a tensor float32 [] that was never watched; call tape.watch(x) before the computation (or pass {unconnectedGradients: 'zero'} for zeros or 'none' for null)",
    );
    tape.watch(z);
    expect(() => tape.gradient(y, z)).toThrow('from which the target was not computed');
    expect(tape.gradient(y, z, { unconnectedGradients: 'none' })).toBeNull();
    tape.stop();
  });

  it('refuses options that only the tape of the main module has', () => {
    const hooks: object = { savedTensors: { pack: () => 0, unpack: () => scalar(1) } };
    expect(() => new GradientTape(hooks)).toThrow('the options are persistent');
    const tape = new GradientTape();
    const x = scalar(1);
    tape.watch(x);
    const sparse: object = { sparse: true };
    expect(() => tape.gradient(mul(x, x), x, sparse)).toThrow(
      'the options are outputGradients, unconnectedGradients',
    );
    tape.stop();
  });

  it('is what the tape of the main module extends', () => {
    const tape = new main.GradientTape();
    expect(tape).toBeInstanceOf(GradientTape);
    tape.stop();
  });
});

describe('functions alone', () => {
  const { printer } = printing;
  const { kernels } = vectors;

  afterEach(() => {
    printing.printer = printer;
    vectors.kernels = kernels;
  });

  it('write a tensor without its values until one is printed', () => {
    printing.printer = null;
    const x = tensor([1.5]);
    expect(x.toString(true)).toBe('Tensor float32 [1]');
    const log = jest.spyOn(console, 'log').mockImplementation();
    print(x);
    expect(log.mock.calls).toEqual([['Tensor float32 [1] [1.5]']]);
    expect(x.toString()).toBe('Tensor float32 [1] [1.5]');
    log.mockRestore();
  });

  it('compute in loops, and in vectors once asked to', () => {
    vectors.kernels = null;
    const x = tensor(Float32Array.from({ length: 200 }, (_, i) => i));
    const slow = sum(mul(x, x)).item();
    expect(vectors.kernels).toBeNull();
    useWebAssembly(true);
    expect(vectors.kernels).not.toBeNull();
    expect(sum(mul(x, x)).item()).toBe(slow);
  });
});

describe('types of functions alone', () => {
  const check = (code: string): string[] => {
    const file = 'spec/functional/program.ts';
    const program = programOf(root, new Map([[file, code]]));
    return typeFaults(program, join(root, file)).map(({ message }) => message);
  };

  it('have tensors without methods, and a tape without those that tell of it', () => {
    const names = `import { GradientTape, add, tensor } from 'gradtape/functional';`;
    expect(check(`${names} new GradientTape().gradient(add(1, 2), tensor(1)).item();`)).toEqual([]);
    expect(check(`${names} tensor(1).add(2);`)).toEqual([
      expect.stringContaining("Property 'add' does not exist"),
    ]);
    expect(check(`${names} new GradientTape().summary();`)).toEqual([
      expect.stringContaining("Property 'summary' does not exist"),
    ]);
  });
});
