import { ctcLoss } from '../../lib/functions/ctc.ts';
import { softmax } from '../../lib/ops/activations.ts';
import { tensor } from '../../lib/functions/creation.ts';

const logits = [
  [0.3, -1, 0.5],
  [1.2, 0.1, -0.4],
  [-0.7, 0.9, 0.2],
  [0.4, 0.6, -1.1],
];

/** The sum over all 81 alignments, without recursion. */
function byEnumeration(label: readonly number[], frames: number): number {
  const p = softmax(tensor(logits, undefined, 'float64')).arraySync() as number[][];
  let total = 0;
  for (let code = 0; code < 3 ** frames; code++) {
    const path = Array.from({ length: frames }, (_, t) => Math.floor(code / 3 ** t) % 3);
    const merged = path.filter((one, t) => one !== path[t - 1]).filter((one) => one !== 0);
    if (merged.join() === label.join()) total += path.reduce((q, one, t) => q * p[t][one], 1);
  }
  return -Math.log(total);
}

describe('ctcLoss', () => {
  it.each([
    [[1, 2], 4],
    [[1, 1], 4],
    [[1, 1], 3],
    [[2, 1], 2],
    [[1], 3],
    [[], 4],
  ])('of %j in %d frames is the sum over all alignments', (label, frames) => {
    const padded = [[...label, -1, -1].slice(0, 2)];
    const x = tensor([logits], undefined, 'float64');
    const loss = ctcLoss(padded, x, [label.length], [frames], 0, false);
    expect(loss.dataSync()[0]).toBeCloseTo(byEnumeration(label, frames), 12);
  });

  it('is infinite when the frames are too few', () => {
    const x = tensor([logits], undefined, 'float64');
    expect(ctcLoss([[1, 1]], x, [2], [2], 0, false).arraySync()).toEqual([Infinity]);
  });
});
