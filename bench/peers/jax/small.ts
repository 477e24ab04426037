/** W1 to W4 and W10 with jax-js. */
import { fingerprint, sizeOf, uniform } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import type { JaxArray, JaxPeer } from './library.ts';

export function random(peer: JaxPeer, seed: number, shape: readonly number[], scale = 1): JaxArray {
  return peer.array(uniform(seed, sizeOf(shape), scale), shape);
}

type Result = JaxArray | readonly JaxArray[];

/** A work that waits for its results and lets them go. */
export function computing({ jax }: JaxPeer, f: () => Result): Work {
  return {
    run: async () => {
      const result = f();
      await jax.blockUntilReady(result);
      jax.tree.dispose(result);
    },
    check: () => [f()].flat().map((x) => fingerprint(x.dataSync())),
  };
}

export function cycle(peer: JaxPeer): Work {
  const values = [2, 3, 4].map((x) => peer.array([x], []));
  const f = (a: JaxArray, b: JaxArray, c: JaxArray): JaxArray => a.mul(b).add(c);
  const gradients = peer.whole(peer.jax.grad(f, { argnums: [0, 1, 2] }));
  return computing(peer, () => gradients(...values.map((x) => x.ref)));
}

export function chain(peer: JaxPeer, isDifferentiated: boolean): Work {
  const { jax } = peer;
  const given = [random(peer, 1, [4]), random(peer, 2, [4]).add(1.5), random(peer, 3, [4])];
  const c = random(peer, 4, [4], 0.1);
  const forward = (start: JaxArray, w: JaxArray, b: JaxArray): JaxArray => {
    let x = start;
    for (let i = 0; i < 25; i++) x = jax.numpy.tanh(x.mul(w.ref).add(b.ref)).sub(c.ref);
    w.dispose();
    b.dispose();
    return x;
  };
  const refs = (): [JaxArray, JaxArray, JaxArray] => [given[0].ref, given[1].ref, given[2].ref];
  if (!isDifferentiated) {
    const run = peer.whole(forward);
    return computing(peer, () => run(...refs()));
  }
  const loss = (x: JaxArray, w: JaxArray, b: JaxArray): JaxArray => forward(x, w, b).sum();
  const gradients = peer.whole(jax.grad(loss, { argnums: [0, 1, 2] }));
  return computing(peer, () => gradients(...refs()));
}

type Elementwise = 'add' | 'chain' | 'exp' | 'tanh' | 'sum' | 'gradient';

export function million(peer: JaxPeer, what: Elementwise): Work {
  const { jax } = peer;
  const np = jax.numpy;
  const given = [1, 2, 3].map((seed) => random(peer, seed, [1_000_000]));
  const [x, w, b] = given;
  const forward = (x: JaxArray, w: JaxArray, b: JaxArray): JaxArray => np.tanh(x.mul(w).add(b));
  if (what === 'gradient') {
    const loss = (x: JaxArray, w: JaxArray, b: JaxArray): JaxArray => forward(x, w, b).sum();
    const gradients = peer.whole(jax.grad(loss, { argnums: [0, 1, 2] }));
    return computing(peer, () => gradients(x.ref, w.ref, b.ref));
  }
  if (what === 'chain') {
    const run = peer.whole(forward);
    return computing(peer, () => run(x.ref, w.ref, b.ref));
  }
  if (what === 'add') {
    const run = peer.whole((x: JaxArray, w: JaxArray) => x.add(w));
    return computing(peer, () => run(x.ref, w.ref));
  }
  const functions = { exp: np.exp, tanh: np.tanh, sum: (at: JaxArray) => at.sum() };
  const f = functions[what];
  const run = peer.whole((at: JaxArray) => f(at));
  return computing(peer, () => run(x.ref));
}

export function product(peer: JaxPeer, n: number): Work {
  const [a, b] = [random(peer, 1, [n, n]), random(peer, 2, [n, n])];
  const run = peer.whole((a: JaxArray, b: JaxArray) => peer.jax.numpy.matmul(a, b));
  return computing(peer, () => run(a.ref, b.ref));
}

export function productGradient(peer: JaxPeer, n: number): Work {
  const { jax } = peer;
  const [a, b] = [random(peer, 1, [n, n]), random(peer, 2, [n, n])];
  const loss = (a: JaxArray, b: JaxArray): JaxArray => jax.numpy.matmul(a, b).sum();
  const gradients = peer.whole(jax.grad(loss, { argnums: [0, 1] }));
  return computing(peer, () => gradients(a.ref, b.ref));
}

/** It has no loop: one step is what can be compiled. */
function lotkaVolterra(peer: JaxPeer, steps: number): (parameters: JaxArray) => JaxArray {
  const np = peer.jax.numpy;
  const h = 0.01;
  const start = peer.array([1, 1], [2]);
  const step = peer.whole((z: JaxArray, growth: JaxArray, meeting: JaxArray) => {
    const slope = (at: JaxArray): JaxArray =>
      growth.ref.mul(at.ref).add(meeting.ref.mul(at.ref.mul(np.flip(at))));
    const k1 = slope(z.ref);
    const k2 = slope(z.ref.add(k1.ref.mul(h / 2)));
    const k3 = slope(z.ref.add(k2.ref.mul(h / 2)));
    const k4 = slope(z.ref.add(k3.ref.mul(h)));
    growth.dispose();
    meeting.dispose();
    return z.add(
      k1
        .add(k2.add(k3).mul(2))
        .add(k4)
        .mul(h / 6),
    );
  });
  return (parameters) => {
    const [growth, meeting] = [parameters.ref.slice([0, 2]), parameters.slice([2, 4])];
    let z = start.ref;
    for (let i = 0; i < steps; i++) z = step(z, growth.ref, meeting.ref);
    growth.dispose();
    meeting.dispose();
    return z;
  };
}

export function equations(peer: JaxPeer, steps: number, isDifferentiated: boolean): Work {
  const parameters = peer.array([1.1, -0.4, -0.4, 0.1], [4]);
  const solve = lotkaVolterra(peer, steps);
  const gradient = peer.jax.grad((p) => solve(p).sum());
  const compute = (): JaxArray => (isDifferentiated ? gradient : solve)(parameters.ref);
  return { ...computing(peer, compute), check: () => [...compute().dataSync()] };
}
