import {
  basicLSTMCell,
  fused,
  grad,
  image,
  localResponseNormalization,
  scaledDotProductAttention,
  step,
  tensor,
  zeros,
} from '../../lib/index.ts';
import type { Tensor } from '../../lib/index.ts';

const values = (x: Tensor): readonly number[] => [...x.dataSync()];

describe('localResponseNormalization', () => {
  it('does not divide alpha by the size of the window', () => {
    const y = values(localResponseNormalization(tensor([1, 20, 300, 4], [1, 1, 4]), 1, 1, 1, 0.5));
    const wanted = [1 / Math.sqrt(402), 20 / Math.sqrt(90402), 300 / Math.sqrt(90417)];
    wanted.forEach((value, i) => {
      expect(y[i]).toBeCloseTo(value, 5);
    });
  });
});

describe('basicLSTMCell', () => {
  it('has its gates in the order of TensorFlow', () => {
    const [c, h] = basicLSTMCell(0, zeros([2, 4]), [100, 0.5, -100, 0], [[1]], [[7]], [[1]]);
    expect(c.item()).toBeCloseTo(Math.tanh(0.5), 6);
    expect(h.item()).toBeCloseTo(Math.tanh(Math.tanh(0.5)) / 2, 6);
  });
});

describe('scaledDotProductAttention', () => {
  it('gives zeros, with zero gradients, to a query that may see nothing', () => {
    const mask = tensor(
      [
        [true, false],
        [false, false],
      ],
      undefined,
      'bool',
    );
    const attend = (q: Tensor): Tensor =>
      scaledDotProductAttention(q, [[1], [2]], [[3], [5]], { mask });
    const q = tensor([[1], [1]]);
    expect(values(attend(q))).toEqual([3, 0]);
    expect(values(grad((z: Tensor) => attend(z).sum())(q))).toEqual([0, 0]);
  });
});

describe('fused', () => {
  const one = (activation: Parameters<typeof fused.matMul>[0]['activation'], x: number): number =>
    grad((a: Tensor) => fused.matMul({ a, b: [[1]], activation, preluActivationWeights: [0.5] }))(
      tensor([[x]]),
    ).item();

  it('takes the slope on the left of a kink', () => {
    expect(one('relu6', 0)).toBe(0);
    expect(one('relu6', 3)).toBe(1);
    expect(one('relu6', 6)).toBe(0);
    expect(one('elu', 0)).toBe(1);
    expect(one('prelu', 0)).toBe(0.5);
  });

  it('refuses activations that it does not know', () => {
    // @ts-expect-error: no activation
    expect(() => fused.matMul({ a: [[1]], b: [[1]], activation: 'swish' })).toThrow(
      /fusedMatMul: activation must be one of/,
    );
  });

  it('takes null for what is absent', () => {
    const absent = { bias: null, activation: null, preluActivationWeights: null };
    const y = fused.matMul({ a: [[2]], b: [[3]], ...absent, leakyreluAlpha: null });
    expect(values(y)).toEqual([6]);
    const call = { x: [[[2]]], filter: [[[[3]]]], strides: 1, pad: 0, ...absent };
    expect(values(fused.conv2d(call))).toEqual([6]);
    expect(values(fused.depthwiseConv2d(call))).toEqual([6]);
  });
});

describe('step', () => {
  it('keeps integers unless alpha is none', () => {
    const x = tensor([1, -2, 0], [3], 'int32');
    expect(step(x).dtype).toBe('int32');
    expect(values(step(x, 7))).toEqual([1, 7, 7]);
    expect(step(x, 0.5).dtype).toBe('float32');
    expect(values(step(x, 0.5))).toEqual([1, 0.5, 0.5]);
  });
});

describe('image.nonMaxSuppression', () => {
  it('refuses scores that are not one for each box', () => {
    const boxes = [[0, 0, 1, 1], [0, 0, 2, 2]]; // prettier-ignore
    expect(image.nonMaxSuppression(boxes, [1, 2], 2).arraySync()).toEqual([1, 0]);
    expect(() => image.nonMaxSuppression(boxes, [1], 2)).toThrow(
      'nonMaxSuppression: scores must have one score for each of the 2 boxes; got [1]; scores has incompatible shape with boxes',
    );
    expect(() => image.nonMaxSuppression([1, 2], [1], 2)).toThrow('boxes must have shape (n, 4)');
  });
});

describe('image.cropAndResize', () => {
  const picture = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
  const crop = (box: number[], size: [number, number], method?: 'nearest', fill?: number): Tensor =>
    image.cropAndResize(picture, [box], [0], size, method, fill);

  it('takes the later of two pixels that are equally near', () => {
    expect(values(crop([0, 0, 1, 1], [1, 1], 'nearest'))).toEqual([4]);
    expect(values(crop([0, 0, 1, 1], [3, 3], 'nearest'))).toEqual([1, 2, 2, 3, 4, 4, 3, 4, 4]);
  });

  it('leaves out what is not between the outer pixels', () => {
    const wanted = [1, 1.75, 9, 2, 2.75, 9, 3, 3.75, 9];
    expect(values(crop([0, 0, 1, 1.5], [3, 3], undefined, 9))).toEqual(wanted);
    expect(values(crop([0, 0, 1, 1.5], [3, 3], 'nearest', 9))).toEqual([1, 2, 9, 3, 4, 9, 3, 4, 9]);
  });

  it('has the slope of the image at a box that ends on the last pixels', () => {
    const volume = (box: Tensor): Tensor =>
      image.cropAndResize(picture, box.reshape([1, 4]), [0], [2, 2], 'bilinear', -7).sum();
    const slopeAt = (box: number[]): readonly number[] =>
      values(grad(volume)(tensor(box, [4], 'float64')));
    const inside = slopeAt([0, 0, 1 - 1e-9, 1 - 1e-9]);
    slopeAt([0, 0, 1, 1]).forEach((slope, i) => expect(slope).toBeCloseTo(inside[i], 6));
  });

  it('makes floats of integers', () => {
    const whole = tensor([1, 2, 3, 4], [1, 2, 2, 1], 'int32');
    const y = image.cropAndResize(whole, [[0, 0, 1, 1]], [0], [1, 1]);
    expect(y.dtype).toBe('float32');
    expect(values(y)).toEqual([2.5]);
  });
});
