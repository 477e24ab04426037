/** W9: Jacobians, Hessians and products with them. */
import type { Tensor } from 'gradtape';
import {
  add,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  matMul,
  mean,
  reshape,
  slice,
  square,
  sub,
  tanh,
} from 'gradtape';
import type { Work } from '../adapter.ts';
import { computing, random } from './small.ts';

export function jacobianOfLayer(way: 'plain' | 'fastest'): Work {
  const [w, x] = [random(1, [100, 100], 0.2), random(2, [100])];
  const f = (at: Tensor): Tensor => reshape(tanh(matMul(w, reshape(at, [100, 1]))), [100]);
  const derivative = way === 'plain' ? jacobian(f) : jacfwd(f);
  return computing(() => derivative(x));
}

/** The error of a network 3-8-2 whose parameters lie in one vector. */
function smallNetwork(): readonly [loss: (p: Tensor) => Tensor, at: Tensor] {
  const [x, target] = [random(4, [32, 3]), random(5, [32, 2])];
  const loss = (p: Tensor): Tensor => {
    const hidden = tanh(add(matMul(x, reshape(slice(p, 0, 24), [3, 8])), slice(p, 24, 8)));
    const y = add(matMul(hidden, reshape(slice(p, 32, 16), [8, 2])), slice(p, 48, 2));
    return mean(square(sub(y, target)));
  };
  return [loss, random(3, [50], 0.5)];
}

export function hessianOfNetwork(): Work {
  const [loss, at] = smallNetwork();
  const derivative = hessian(loss);
  return computing(() => derivative(at));
}

export function productSmall(): Work {
  const [loss, at] = smallNetwork();
  const direction = random(6, [50]);
  return computing(() => hvp(loss, [at], [direction]).product[0]);
}

export function productNetwork(): Work {
  const [x, target] = [random(9, [128, 784]), random(10, [128, 10])];
  const at = [random(7, [784, 128], 0.05), random(8, [128, 10], 0.1)] as const;
  const direction = [random(11, [784, 128]), random(12, [128, 10])] as const;
  const loss = (a: Tensor, b: Tensor): Tensor =>
    mean(square(sub(matMul(tanh(matMul(x, a)), b), target)));
  return computing(() => hvp(loss, at, direction).product);
}
