// The modules that bundlers take beside the copy that Node loads, in one program: what one records,
// the other differentiates.
import { createRequire } from 'node:module';
import * as a from './node_modules/gradtape/dist/esm/index.js';

const b = createRequire(import.meta.url)('gradtape');

function same(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
}

same(a.Tensor === b.Tensor, false);
const x = a.scalar(3);
const tape = new a.GradientTape();
tape.watch(x);
const y = b.mul(x, a.mul(x, b.scalar(2)));
same(tape.gradient(y, x).item(), 12);
same(
  b
    .grad((t) => a.mul(t, t))(x)
    .item(),
  6,
);
