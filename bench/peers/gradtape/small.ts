/** W1 to W4 and W10: ops on their own. */
import type { Tensor } from 'gradtape';
import {
  add,
  exp,
  grad,
  GradientTape,
  matMul,
  mul,
  reverse,
  scalar,
  slice,
  sub,
  sum,
  tanh,
  tensor,
} from 'gradtape';
import { fingerprint, sizeOf, uniform } from '../../workloads/values.ts';
import type { Run, Work } from '../adapter.ts';

export function random(seed: number, shape: readonly number[], scale = 1): Tensor {
  return tensor(uniform(seed, sizeOf(shape), scale), shape);
}

export function fingerprints(tensors: readonly Tensor[]): number[] {
  return tensors.map((x) => fingerprint(x.dataSync()));
}

/** A work that is compared by all that it computes. */
export function computing(f: () => Tensor | readonly Tensor[]): Work {
  return {
    run: f,
    check: () => {
      const result = f();
      return fingerprints(
        Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor],
      );
    },
  };
}

export function cycle(): Work {
  const [a, b, c] = [scalar(2), scalar(3), scalar(4)];
  return computing(() => {
    const tape = new GradientTape();
    tape.watch([a, b, c]);
    return tape.gradient(add(mul(a, b), c), [a, b, c]);
  });
}

export function chain(isDifferentiated: boolean): Work {
  const [start, w, b] = [random(1, [4]), add(random(2, [4]), 1.5), random(3, [4])];
  const c = random(4, [4], 0.1);
  const forward = (): Tensor => {
    let x = start;
    for (let i = 0; i < 25; i++) x = sub(tanh(add(mul(x, w), b)), c);
    return x;
  };
  if (!isDifferentiated) return computing(forward);
  return computing(() => {
    const tape = new GradientTape();
    tape.watch([start, w, b]);
    return tape.gradient(sum(forward()), [start, w, b]);
  });
}

type Elementwise = 'add' | 'chain' | 'exp' | 'tanh' | 'sum' | 'gradient';

export function million(what: Elementwise): Work {
  const [x, w, b] = [1, 2, 3].map((seed) => random(seed, [1_000_000]));
  const forward = (): Tensor => tanh(add(mul(x, w), b));
  const works: Readonly<Record<Elementwise, () => Tensor | readonly Tensor[]>> = {
    add: () => add(x, w),
    chain: forward,
    exp: () => exp(x),
    tanh: () => tanh(x),
    sum: () => sum(x),
    gradient: () => {
      const tape = new GradientTape();
      tape.watch([x, w, b]);
      return tape.gradient(sum(forward()), [x, w, b]);
    },
  };
  return computing(works[what]);
}

export function product(n: number): Work {
  const [a, b] = [random(1, [n, n]), random(2, [n, n])];
  return computing(() => matMul(a, b));
}

export function productGradient(n: number): Work {
  const [a, b] = [random(1, [n, n]), random(2, [n, n])];
  return computing(() => {
    const tape = new GradientTape();
    tape.watch([a, b]);
    return tape.gradient(sum(matMul(a, b)), [a, b]);
  });
}

/** The state after `steps` steps of RK4, for the parameters of the growth and of the meetings. */
function lotkaVolterra(steps: number): (parameters: Tensor) => Tensor {
  const start = tensor([1, 1]);
  const h = 0.01;
  return (parameters) => {
    const [growth, meeting] = [slice(parameters, 0, 2), slice(parameters, 2, 2)];
    const slope = (z: Tensor): Tensor => add(mul(growth, z), mul(meeting, mul(z, reverse(z, 0))));
    let z = start;
    for (let i = 0; i < steps; i++) {
      const k1 = slope(z);
      const k2 = slope(add(z, mul(k1, h / 2)));
      const k3 = slope(add(z, mul(k2, h / 2)));
      const k4 = slope(add(z, mul(k3, h)));
      z = add(z, mul(add(add(k1, mul(add(k2, k3), 2)), k4), h / 6));
    }
    return z;
  };
}

export function equations(steps: number, isDifferentiated: boolean): Work {
  const parameters = tensor([1.1, -0.4, -0.4, 0.1]);
  const solve = lotkaVolterra(steps);
  const gradient = grad((p: Tensor) => sum(solve(p)));
  const run: Run = () => (isDifferentiated ? gradient(parameters) : solve(parameters));
  return {
    run,
    check: () => [...(run() as Tensor).dataSync()],
  };
}
