/** W9 with jax-js. */
import type { Work } from '../adapter.ts';
import type { JaxArray, JaxPeer } from './library.ts';
import { computing, random } from './small.ts';

export function jacobianOfLayer(peer: JaxPeer, way: 'jacrev' | 'jacfwd'): Work {
  const { jax } = peer;
  const [w, x] = [random(peer, 1, [100, 100], 0.2), random(peer, 2, [100])];
  const find = jax[way]((at) => jax.numpy.tanh(jax.numpy.dot(w.ref, at)));
  // Release 0.1.25 gives the transpose of the Jacobian in forward mode.
  const derivative = peer.whole((at: JaxArray) =>
    way === 'jacfwd' ? jax.numpy.transpose(find(at), [1, 0]) : find(at),
  );
  return computing(peer, () => derivative(x.ref));
}

function smallNetwork(peer: JaxPeer): readonly [loss: (p: JaxArray) => JaxArray, at: JaxArray] {
  const np = peer.jax.numpy;
  const [x, target] = [random(peer, 4, [32, 3]), random(peer, 5, [32, 2])];
  const loss = (p: JaxArray): JaxArray => {
    const inner = np.matmul(x.ref, p.ref.slice([0, 24]).reshape([3, 8]));
    const hidden = np.tanh(inner.add(p.ref.slice([24, 32])));
    const outer = np.matmul(hidden, p.ref.slice([32, 48]).reshape([8, 2]));
    const distance = outer.add(p.slice([48, 50])).sub(target.ref);
    return distance.ref.mul(distance).mean();
  };
  return [loss, random(peer, 3, [50], 0.5)];
}

export function hessianOfNetwork(peer: JaxPeer): Work {
  const [loss, at] = smallNetwork(peer);
  const derivative = peer.whole(peer.jax.hessian(loss));
  return computing(peer, () => derivative(at.ref));
}

export function productSmall(peer: JaxPeer): Work {
  const { jax } = peer;
  const [loss, at] = smallNetwork(peer);
  const direction = random(peer, 6, [50]);
  const product = peer.whole((p: JaxArray, v: JaxArray) => {
    const [gradient, result] = jax.jvp(jax.grad(loss), [p], [v]);
    gradient.dispose();
    return result;
  });
  return computing(peer, () => product(at.ref, direction.ref));
}

export function productNetwork(peer: JaxPeer): Work {
  const { jax } = peer;
  const np = jax.numpy;
  const [x, target] = [random(peer, 9, [128, 784]), random(peer, 10, [128, 10])];
  const loss = (a: JaxArray, b: JaxArray): JaxArray => {
    const distance = np.matmul(np.tanh(np.matmul(x.ref, a)), b).sub(target.ref);
    return distance.ref.mul(distance).mean();
  };
  const gradients = jax.grad(loss, { argnums: [0, 1] });
  const given = [
    random(peer, 7, [784, 128], 0.05),
    random(peer, 8, [128, 10], 0.1),
    random(peer, 11, [784, 128]),
    random(peer, 12, [128, 10]),
  ];
  const product = peer.whole((a: JaxArray, b: JaxArray, da: JaxArray, db: JaxArray) => {
    const [values, result] = jax.jvp(gradients, [a, b], [da, db]);
    jax.tree.dispose(values);
    return result;
  });
  return computing(peer, () => {
    const [a, b, da, db] = given;
    return product(a.ref, b.ref, da.ref, db.ref);
  });
}
