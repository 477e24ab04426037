/** Checked by the compiler; nothing here runs but one line. */

import type { Tensor, Variable } from '../lib/index.ts';
import { scalar, tensor, variable } from '../lib/index.ts';

type Equal<A, B> =
  (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

function same<A, B>(_: Equal<A, B>): void {
  // The argument is the test.
}

/** Members that nobody can call, because their type was inferred to be none. */
type NeverOf<T> = { [K in keyof T]: [T[K]] extends [never] ? K : never }[keyof T];

function methods(): Tensor {
  const x = tensor([1, 2]);
  const y = x.add(1).tanh().sum(0, true);
  same<typeof y, Tensor>(true);
  same<Parameters<Tensor['sum']>[1], boolean | undefined>(true);
  same<ReturnType<Tensor['split']>, Tensor[]>(true);
  same<NeverOf<Tensor>, never>(true);
  same<NeverOf<Variable>, never>(true);
  same<ReturnType<Tensor['get']>, Tensor>(true);
  // @ts-expect-error -- a string is no tensor
  x.add('1');
  // @ts-expect-error -- the second operand is missing
  x.mul();
  // @ts-expect-error -- keepDims is a boolean
  x.sum(0, 1);
  // @ts-expect-error -- there is no such method
  x.addd(1);
  // @ts-expect-error -- no such dtype
  x.cast('float16');
  // @ts-expect-error -- two numbers make a matrix
  x.as2D(1);
  // @ts-expect-error -- several tensors come in an array
  x.concat(x, x);
  return y;
}

function everyTensorIsATensor(): Tensor {
  const narrow: Tensor<'float32'> = scalar(1, 'float32');
  const all: readonly Tensor[] = [narrow, tensor([1], [1], 'int32')];
  let h: Tensor = narrow;
  for (const one of all) h = h.add(one);
  return all.reduce((a, b) => a.add(b), h);
}

function variables(): Tensor<'float64'> {
  const sum = variable([1, 2], true, 'v', 'float64').assignAdd(1);
  same<typeof sum, Tensor<'float64'>>(true);
  same<ReturnType<Variable['mul']>, Tensor>(true);
  // @ts-expect-error -- tensors are immutable
  tensor(1).assignAdd(1);
  return sum;
}

function rows(): readonly Tensor[] {
  const [first, ...others] = tensor([1, 2]);
  for (const row of variable([1, 2])) others.push(row);
  return [first, ...others];
}

it('is checked by the compiler', () => {
  expect([methods, everyTensorIsATensor, variables, rows]).toHaveLength(4);
});
