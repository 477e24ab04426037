import {
  logSumExp,
  sigmoidCrossEntropy,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sum,
  tensor,
} from '../../lib/index.ts';

describe('sums', () => {
  it('of 10⁷ tenths are right to 1e-12', () => {
    const tenths = tensor(new Float64Array(1e7).fill(0.1), [1e7], 'float64');
    expect(Math.abs(sum(tenths).dataSync()[0] / 1e6 - 1)).toBeLessThan(1e-12);
  });
});

describe('at extremes', () => {
  const wide = tensor([1e4, -1e4, 0], undefined, 'float64');

  it('softplus neither overflows nor vanishes', () => {
    const x = tensor([1e4, -1e4, Infinity, -Infinity], undefined, 'float64');
    expect(Array.from(softplus(x).dataSync())).toEqual([1e4, 0, Infinity, 0]);
  });

  it('logSumExp is the largest', () => {
    expect(logSumExp(wide).dataSync()[0]).toBe(1e4);
    expect(logSumExp(tensor([-1e4, -1e4], undefined, 'float64')).dataSync()[0]).toBe(
      -1e4 + Math.LN2,
    );
    expect(logSumExp([-Infinity, -Infinity]).dataSync()[0]).toBe(-Infinity);
    expect(logSumExp([Infinity, 0]).dataSync()[0]).toBe(Infinity);
  });

  it('softmax is a distribution', () => {
    expect(Array.from(softmax(wide).dataSync())).toEqual([1, 0, 0]);
    expect(Array.from(softmax([-Infinity, 0]).dataSync())).toEqual([0, 1]);
  });

  it('cross-entropies are finite', () => {
    const label = tensor([[0, 1, 0]], undefined, 'float64');
    const logits = tensor([[1e4, -1e4, 0]], undefined, 'float64');
    expect(softmaxCrossEntropy(label, logits).dataSync()[0]).toBe(2e4);
    const binary = sigmoidCrossEntropy(tensor([1, 0]), tensor([1e4, -1e4]));
    expect(binary.dataSync()[0]).toBe(0);
  });
});
