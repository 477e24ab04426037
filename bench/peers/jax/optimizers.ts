/** Steps of training with jax-js, whose package of optimisers is another. */
import type { Parameter } from '../../workloads/parameters.ts';
import { firstValues } from '../../workloads/firstValues.ts';
import { fingerprint } from '../../workloads/values.ts';
import type { Work } from '../adapter.ts';
import type { JaxArray, JaxPeer, Named } from './library.ts';

export type Loss = (parameters: Named, ...data: JaxArray[]) => JaxArray;

/** What a loss is trained with. */
export interface Training {
  readonly parameters: Named;
  readonly loss: Loss;
  readonly data: readonly JaxArray[];
  /** Puts a gradient into the order of the definition. */
  readonly written?: (name: string, values: Float32Array) => Float32Array;
}

export function parametersOf(peer: JaxPeer, rows: readonly Parameter[]): Named {
  return Object.fromEntries(rows.map((p) => [p.name, peer.array(firstValues(p), p.shape)]));
}

function mapped(names: readonly string[], f: (name: string) => JaxArray): Named {
  return Object.fromEntries(names.map((name) => [name, f(name)]));
}

function checked(peer: JaxPeer, training: Training): () => number[] {
  const { parameters, loss, data, written = (_, values) => values } = training;
  const run = peer.whole(peer.jax.valueAndGrad(loss));
  return () => {
    const [value, gradient] = run(peer.jax.tree.ref(parameters), ...data.map((x) => x.ref));
    const names = Object.keys(parameters);
    return [
      value.dataSync()[0],
      ...names.map((name) => fingerprint(written(name, gradient[name].dataSync()))),
    ];
  };
}

/** Gradient descent with rate 1e-3. */
export function descending(peer: JaxPeer, training: Training): Work {
  const { jax } = peer;
  const names = Object.keys(training.parameters);
  const step = peer.whole((p: Named, ...data: JaxArray[]): [JaxArray, Named] => {
    const [value, g] = jax.valueAndGrad(training.loss)(jax.tree.ref(p), ...data);
    return [value, mapped(names, (name) => p[name].sub(g[name].mul(1e-3)))];
  });
  let parameters = jax.tree.ref(training.parameters);
  return {
    check: checked(peer, training),
    run: async () => {
      const [value, next] = step(parameters, ...training.data.map((x) => x.ref));
      parameters = next;
      await jax.blockUntilReady([value, next]);
      value.dispose();
    },
  };
}

interface AdamState {
  readonly parameters: Named;
  readonly means: Named;
  readonly squares: Named;
}

function adamStep(
  peer: JaxPeer,
  loss: Loss,
  names: readonly string[],
): (
  p: Named,
  m: Named,
  v: Named,
  rate: JaxArray,
  ...data: JaxArray[]
) => readonly [JaxArray, AdamState] {
  const { jax } = peer;
  return (p, m, v, rate, ...data) => {
    const [value, g] = jax.valueAndGrad(loss)(jax.tree.ref(p), ...data);
    const means = mapped(names, (name) => m[name].mul(0.9).add(g[name].ref.mul(0.1)));
    const squares = mapped(names, (name) => {
      const slope = g[name];
      return v[name].mul(0.999).add(slope.ref.mul(slope).mul(0.001));
    });
    const parameters = mapped(names, (name) => {
      const root = jax.numpy.sqrt(squares[name].ref).add(1e-8);
      return p[name].sub(means[name].ref.mul(rate.ref).div(root));
    });
    rate.dispose();
    return [value, { parameters, means, squares }];
  };
}

/** Adam with rate 1e-4. */
export function adapting(peer: JaxPeer, training: Training): Work {
  const { jax } = peer;
  const names = Object.keys(training.parameters);
  const step = peer.whole(adamStep(peer, training.loss, names));
  const zeros = (): Named =>
    mapped(names, (name) => jax.numpy.zeros(training.parameters[name].shape));
  let state: AdamState = {
    parameters: jax.tree.ref(training.parameters),
    means: zeros(),
    squares: zeros(),
  };
  let t = 0;
  return {
    check: checked(peer, training),
    run: async () => {
      t++;
      const rate = (1e-4 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      const { parameters, means, squares } = state;
      const data = training.data.map((x) => x.ref);
      const [value, next] = step(parameters, means, squares, peer.array([rate], []), ...data);
      state = next;
      await jax.blockUntilReady([value, next.parameters, next.means, next.squares]);
      value.dispose();
    },
  };
}
