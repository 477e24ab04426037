import {
  broadcastArgs,
  buffer,
  clone,
  dispose,
  disposeVariables,
  enclosingPowerOfTwo,
  ensureShape,
  grad,
  GradientTape,
  keep,
  math,
  memory,
  movingAverage,
  mul,
  nextFrame,
  print,
  rand,
  scalar,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor6d,
  tidy,
  variable,
} from '../../lib/index.ts';

describe('tensors by rank', () => {
  it('take nested values, or flat ones with a shape', () => {
    expect(tensor1d([1, 2]).shape).toEqual([2]);
    expect(tensor2d([[1], [2]]).shape).toEqual([2, 1]);
    expect(tensor3d([1, 2], [1, 2, 1], 'int32').arraySync()).toEqual([[[1], [2]]]);
    expect(tensor6d([1], [1, 1, 1, 1, 1, 1]).rank).toBe(6);
    expect(tensor1d([]).shape).toEqual([0]);
  });

  it('refuse values of another rank', () => {
    expect(() => tensor1d([[1]])).toThrow(
      'tensor1d: values must be nested 1 deep; got shape [1,1]',
    );
  });
});

describe('buffer', () => {
  it('is read and written by indices, and makes tensors that stay as they are', () => {
    const values = buffer([2, 3]);
    values.set(5, 1, 2);
    const before = values.toTensor();
    values.set(7, 0, 0);
    expect(before.arraySync()).toEqual([
      [0, 0, 0],
      [0, 0, 5],
    ]);
    expect(values.get(0, 0)).toBe(7);
    expect(values.locToIndex([1, 2])).toBe(5);
    expect(values.indexToLoc(5)).toEqual([1, 2]);
    expect([values.rank, values.size, values.dtype]).toEqual([2, 6, 'float32']);
  });

  it('copies a tensor, and reads a scalar without indices', async () => {
    const x = tensor([1, 2]);
    x.bufferSync().set(9, 0);
    expect(x.arraySync()).toEqual([1, 2]);
    expect((await scalar(3).buffer()).get()).toBe(3);
  });

  it('refuses indices outside, and arrays of another kind', () => {
    expect(() => buffer([3, 2]).get(0, 2)).toThrow(
      'place must lie in [0, 2) along axis 1; got 2; Requested out of range element [0,2] of shape [3,2]',
    );
    expect(() => buffer([2]).get(0, 0)).toThrow('name a place along each of the 1 axes');
    expect(() => buffer([2], 'int32', new Int32Array(3))).toThrow('hold 2 numbers');
  });
});

describe('handling', () => {
  it('clones, checks shapes and prints', () => {
    const x = tensor([1, 2]);
    expect(clone(x)).not.toBe(x);
    expect(ensureShape(x, [null])).toBe(x);
    expect(grad((t) => ensureShape(t, [2]).square())(x).arraySync()).toEqual([2, 4]);
    expect(() => ensureShape(x, [3])).toThrow(
      'ensureShape: x must have shape [3]; got [2]; EnsureShape: Shape of tensor [2] is not compatible with expected shape [3]',
    );
    expect(() => ensureShape(x, 2 as never)).toThrow('be an array of sizes');
    const log = jest.spyOn(console, 'log').mockReturnValue();
    x.print();
    print(x, true);
    expect(log.mock.calls.flat()).toEqual([
      String(x),
      `Tensor\n  dtype: float32\n  rank: 1\n  shape: [2]\n  values: ${String(x)}`,
    ]);
    log.mockRestore();
    expect(() => print(x, 1 as never)).toThrow('print: verbose must be true or false');
  });

  it('fills by a function', () => {
    expect(rand([2], () => 1.5, 'int32').arraySync()).toEqual([1, 1]);
    expect(() => rand([2], 3 as never)).toThrow('rand: randFunction must be a function');
    expect(() => rand([1], () => 'a' as never)).toThrow('rand: values must');
  });

  it('computes shapes', () => {
    expect(broadcastArgs([1, 6, -1], [3, 1, 1, 1]).arraySync()).toEqual([3, 1, 6, -1]);
    expect(() => broadcastArgs([2], [3])).toThrow('broadcastArgs: shapes must broadcast together');
    expect(() => broadcastArgs([[2]], [3])).toThrow('broadcastArgs: s0 must be a vector of sizes');
    expect([0, 1, 5, 8].map(enclosingPowerOfTwo)).toEqual([1, 1, 8, 8]);
    expect(() => enclosingPowerOfTwo(-1)).toThrow('enclosingPowerOfTwo: value must');
  });
});

describe('averages', () => {
  // From TensorFlow's assign_moving_average, as TensorFlow.js quotes it.
  it('move, with a correction for their start at 0', () => {
    const first = movingAverage(tensor([0, 0]), tensor([1, 2]), 0.6, 1);
    expect(first.arraySync()).toEqual([1, 2]);
    const second = movingAverage(first, tensor([11, 12]), 0.6, 2).dataSync();
    expect(second[0]).toBeCloseTo(7.25, 5);
    expect(movingAverage(tensor([0]), tensor([1]), 0.5, null, false).arraySync()).toEqual([0.5]);
    expect(() => movingAverage(tensor([0]), tensor([1]), 0.5)).toThrow('step must be given');
    expect(() => movingAverage(tensor([0]), tensor([1, 2]), 0.5, 1)).toThrow('shape of v');
    expect(() => movingAverage(tensor([0]), tensor([1], [1], 'int32'), 0.5, 1)).toThrow(
      'dtype of v',
    );
  });

  it('count confusions', () => {
    const counts = math.confusionMatrix([0, 1, 2, 1, 0], [0, 2, 2, 1, 0], 3);
    expect(counts.dtype).toBe('int32');
    expect(counts.arraySync()).toEqual([
      [2, 0, 0],
      [0, 1, 1],
      [0, 0, 1],
    ]);
    expect(() => math.confusionMatrix([0], [0], 0.5)).toThrow('confusionMatrix: numClasses must');
    expect(() => math.confusionMatrix([0], [0, 1], 2)).toThrow(
      'be as many as labels, 1; got 2; Mismatch in the number of examples: 1 vs. 2',
    );
    expect(() => math.confusionMatrix([[0]], [0], 2)).toThrow('labels must be a vector of classes');
  });
});

describe('memory calls', () => {
  it('run and keep', async () => {
    expect(tidy('name', () => 5)).toBe(5);
    expect(() => tidy(4 as never, () => 5)).toThrow('tidy: name must be a string');
    expect(() => tidy('name')).toThrow('tidy: f must be a function');
    const x = scalar(1);
    expect(keep(x)).toBe(x);
    await nextFrame();
  });

  it('mark tensors, whose later use throws', () => {
    const x = scalar(2);
    dispose({ list: [x, 3], nothing: null });
    x.dispose();
    expect(x.isDisposed).toBe(true);
    expect(x.shape).toEqual([]);
    expect(String(x)).toBe('Tensor float32 [] (disposed)');
    expect(() => x.dataSync()).toThrow('Tensor is disposed');
    expect(() => x.square()).toThrow('Tensor is disposed');
  });

  it('let gradients through a disposed intermediate, to any order', () => {
    const cube = (x: ReturnType<typeof scalar>) => {
      const y = x.square();
      const z = y.mul(x);
      y.dispose();
      return z;
    };
    expect(grad(cube)(scalar(2)).item()).toBe(12);
    expect(grad(grad(cube))(scalar(2)).item()).toBe(12);
  });

  it('leave what a method handed out alone', () => {
    const x = tensor([1]);
    const [y, z] = [x.toFloat(), x.reshape([1])];
    x.dispose();
    expect([y.arraySync(), z.arraySync()]).toEqual([[1], [1]]);
  });

  it('dispose of variables, not of what was read from them', () => {
    const v = variable([1, 2]);
    const read = v.read();
    disposeVariables();
    expect(v.isDisposed).toBe(true);
    expect(read.arraySync()).toEqual([1, 2]);
    expect(() => v.square()).toThrow('Tensor is disposed');
    expect(() => v.assign(tensor([1, 2]))).toThrow('Variable is disposed');
  });

  it('count on after a variable could not be made', () => {
    const gone = tensor([1]);
    gone.dispose();
    expect(() => variable(gone)).toThrow('Tensor is disposed');
    expect(() => memory()).not.toThrow();
  });

  it('count what variables and tapes hold', () => {
    disposeVariables();
    const before = memory().numBytes;
    const v = variable(new Float64Array(10));
    expect(memory().numBytes - before).toBe(80);
    const tape = new GradientTape({ persistent: true });
    const x = tensor(new Float32Array(100));
    tape.watch(x);
    mul(x, x);
    expect(memory().numBytes - before).toBe(480);
    expect(memory().numDataBuffers).toBe(2);
    tape.stop();
    expect(tape.watchedVariables()).toEqual([]);
    v.dispose();
    expect(memory().numBytes - before).toBe(0);
  });
});
