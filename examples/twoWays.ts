import {
  add,
  GradientTape,
  Graph,
  gradients,
  mul,
  placeholder,
  scalar,
  Session,
} from '../lib/index.ts';

/** TensorFlow's two ways of differentiating y = a * b + c, at a = 3, b = 2, c = 1. */
export interface TwoWays {
  readonly session: readonly number[];
  readonly tape: readonly number[];
}

export function twoWays(): TwoWays {
  return { session: throughGraph(), tape: throughTape() };
}

// Define, then run: symbols first, derivatives as further symbols, numbers when a session runs them.
function throughGraph(): number[] {
  const graph = new Graph();
  const derivatives = graph.run(() => {
    const a = placeholder('float32', [], 'a');
    const b = placeholder('float32', [], 'b');
    const c = placeholder('float32', [], 'c');
    const y = add(mul(a, b), c);
    return gradients(y, [a, b, c], { unconnectedGradients: 'zero' });
  });
  const values = new Session(graph).run(derivatives, { a: 3, b: 2, c: 1 });
  return values.map((value) => value.item());
}

// Define by run: ops execute at once, and the tape remembers them.
function throughTape(): number[] {
  const a = scalar(3);
  const b = scalar(2);
  const c = scalar(1);
  const tape = new GradientTape();
  tape.watch([a, b, c]);
  const y = add(mul(a, b), c);
  return tape.gradient(y, [a, b, c]).map((value) => value.item());
}
