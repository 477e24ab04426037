import { einsum } from '../../../lib/functions/einsum.ts';
import { kron, tensordot } from '../../../lib/functions/tensordot.ts';
import { complexNumbers, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const products: readonly Row[] = [
  row(einsum, [real(3, 3)], { calls: [(x) => einsum('ii', x), (x) => einsum('ii->i', x), (x) => einsum('ij->ji', x), (x) => einsum('ij->j', x), (x) => einsum('ij->', x), (x) => einsum('ba', x)], rejects: [(x) => einsum('i', x), (x) => einsum('ij->k', x), (x) => einsum('ij->ii', x), (x) => einsum('ij,jk', x), (x) => einsum('i1', x), (x) => einsum('ij->i->j', x), (x) => einsum('..ij', x), (x) => einsum('......', x), () => einsum('')], empty: [[[0, 0]]] }),
  row(einsum, [real(2, 3), real(3, 4)], { calls: [(a, b) => einsum('ij,jk->ik', a, b), (a, b) => einsum('ij,jk', a, b), (a, b) => einsum('ij , jk -> ki', a, b), (a, b) => einsum('ij,jk->', a, b), (a, b) => einsum('ij,jk->ijk', a, b)], misfits: [[[2, 3], [4, 4]], [[2], [3, 4]]], empty: [[[2, 0], [0, 4]], [[0, 3], [3, 4]]] }),
  row(einsum, [real(2, 3, 2), real(2, 2, 3)], { calls: [(a, b) => einsum('bij,bjk->bik', a, b), (a, b) => einsum('bij,bji->b', a, b), (a, b) => einsum('bji,bkj->bki', a, b), (a, b) => einsum('iji,ikj->ik', a, b)] }),
  row(einsum, [real(2, 3), real(3, 4), real(4, 2)], { calls: [(a, b, c) => einsum('ij,jk,kl->il', a, b, c), (a, b, c) => einsum('ij,jk,ki', a, b, c), (a, b, c) => einsum('ij,jk,kl->lkji', a, b, c)], misfits: [[[2, 3], [3, 4], [3, 2]]] }),
  row(einsum, [real(2, 1, 3), real(4, 3)], { calls: [(a, b) => einsum('...i,...i->...', a, b), (a, b) => einsum('...i,...i', a, b), (a, b) => einsum('...i,...j->i...j', a, b), (a, b) => einsum('...i,...i->i', a, b), (a, b) => einsum('...a,b...->...ab', a, b)] }),
  row(tensordot, [real(2, 3, 2), real(3, 2)], { calls: [(a, b) => tensordot(a, b), (a, b) => tensordot(a, b, [[1], [0]]), (a, b) => tensordot(a, b, [[0, 1], [1, 0]]), (a, b) => tensordot(a, b, [-1, 1]), (a, b) => tensordot(a, b, 0)], rejects: [(a, b) => tensordot(a, b, 3), (a, b) => tensordot(a, b, -1), (a, b) => tensordot(a, b, [[0, 1], [0]]), (a, b) => tensordot(a, b, [[1, 1], [0, 0]]), (a, b) => tensordot(a, b, [[3], [0]]), (a, b) => tensordot(a, b, 1)] }),
  row(tensordot, [real(2, 3), real(3, 2)], { calls: [(a, b) => tensordot(a, b, 1)], empty: [[[0, 3], [3, 2]], [[2, 0], [0, 2]]] }),
  row(kron, [real(2, 3), real(2, 2)], { empty: [[[0, 3], [2, 2]]] }),
  row(kron, [real(2), real(2, 2)]),
  row(einsum, [complexNumbers(2, 2), complexNumbers(2, 3)], { calls: [(a, b) => einsum('ii,ij->j', a, b), (a, b) => einsum('ij,jk->ki', a, b)] }),
  row(einsum, [real(2, 3), real(3, 4)], { calls: [(a, b) => einsum('ij,kl->ljki', a, b)] }),
];
