import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DType, FloatDType } from '../../lib/base/dtype.ts';
import { complexDType, isComplex, isFloat } from '../../lib/base/dtype.ts';
import type { AnyOp } from '../../lib/core/op.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { Variable } from '../../lib/core/variable.ts';
import { allOps } from '../../lib/ops/index.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { refute, requireClose, requireSame } from '../../lib/testing/compare.ts';
import { outputsOf, pullBack, resultsOf } from '../../lib/testing/problem.ts';
import { law, lawsOf } from '../support/law.ts';
import type { Application } from '../../lib/testing/observe.ts';
import { seeded } from '../../lib/testing/observe.ts';
import { randomNumbers } from '../../lib/testing/randomNumbers.ts';
import { asFloat, settingOf, tensorOf } from '../../lib/testing/setting.ts';
import { applicationsOf } from '../../lib/testing/evaluationLaws.ts';
import { evaluationLaws } from '../../lib/testing/laws.ts';
import { unlessBroken } from './samples/backward.ts';
import { publicSamples, rows, samples } from './samples/index.ts';
import type { Call, Sample } from './samples/sample.ts';
import { isDifferentiable } from './samples/sample.ts';

type Tensors = readonly Tensor[];

/** What the files of `lib/ops` and `lib/functions` export, with the file. */
const exported = ['ops', 'functions'].flatMap((folder) =>
  readdirSync(join(__dirname, '../../lib', folder))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .flatMap((file) => {
      const path = join(__dirname, '../../lib', folder, file);
      const module = jest.requireActual<Record<string, unknown>>(path);
      return Object.entries(module).map(([name, value]) => ({
        file: `lib/${folder}/${file}`,
        name,
        value,
      }));
    }),
);

/** Exported functions that are no functions of tensors, and those that change something. */
const notOps = new Set([
  ...['isNormalizable', 'normalize', 'isShiftable', 'shiftAndScale', 'remember', 'refresh'],
  ...['linearMap', 'slopeAtInput', 'slopeAtOutput', 'defineUnary', 'defineBinary'],
  ...[
    'batchBroadcasting',
    'inEachExample',
    'asList',
    'unary',
    'binary',
    'keepDType',
    'toNumber',
    'toFloat',
    'toBool',
  ],
  ...[
    'reproducible',
    'useWebAssembly',
    'convolve',
    'asMatrix',
    'asMatrixPair',
    'asSquare',
    'gapsOf',
    'quotientUnless',
    'sumOfShares',
  ],
  ...['symmetricPart', 'tieTolerance', 'raggedRange'],
  ...['unique', 'uniqueWithCounts', 'setdiff1d', 'setdiff1dAsync', 'inTopKAsync'],
  ...['parseEquation', 'isUnnamed', 'matched', 'weighting', 'combine'],
  ...['pickingRules', 'asIndices', 'defineReduction', 'reduce', 'spread'],
  ...[
    'requireElement',
    'setSeed',
    'redraw',
    'newDraw',
    'drawnDType',
    'requireParameter',
    'rounded',
    'sgdUpdate',
    'momentumUpdate',
    'adamUpdate',
  ],
  ...['assignAdd', 'assignSub', 'eye', 'fill', 'getDefaultFloat', 'linspace', 'ones', 'range'],
  ...[
    'broadcastArgs',
    'confusionMatrix',
    'enclosingPowerOfTwo',
    'ensureShape',
    'nextFrame',
    'print',
    'rand',
  ],
  ...['adagradUpdate', 'adadeltaUpdate', 'adamaxUpdate', 'rmsPropUpdate'],
  ...['buffer', 'dispose', 'disposeVariables', 'keep', 'memory', 'tidy', 'TensorBuffer'],
  ...['tensor1d', 'tensor2d', 'tensor3d', 'tensor4d', 'tensor5d', 'tensor6d'],
  ...['defineConvolution', 'convolutionOperands', 'requireFilter', 'picked', 'putBack'],
  ...['perAxis', 'windowOver', 'channelsLast', 'spatialOf', 'isChannelsFirst'],
  ...['takeAt', 'pick', 'placesOf', 'rangeOf', 'single', 'sequenceMask', 'nonzero', 'whereAsync'],
  ...['booleanMaskAsync', 'sparseReshape', 'sparseFillEmptyRows'],
  // They read their inputs, since the size of the result depends on the values.
  ...['nonMaxSuppression', 'nonMaxSuppressionPadded', 'nonMaxSuppressionWithScore'],
  ...['nonMaxSuppressionAsync', 'nonMaxSuppressionPaddedAsync'],
  ...['nonMaxSuppressionWithScoreAsync', 'asImages', 'requireSize'],
  ...['scalar', 'setDefaultFloat', 'setMaxElements', 'tensor', 'variable', 'wrap', 'zeros'],
  ...[
    'asReal',
    'asSpectrum',
    'halfOf',
    'hermitianFourier',
    'realFourier',
    'requireAxesFor',
    'transformed',
    'inverseStftWindowFn',
    'hannWindow',
  ],
  ...['cosineWindow', 'hammingWindow', 'kaiserBesselDerivedWindow', 'kaiserWindow', 'vorbisWindow'],
]);

// With SAMPLES set, a part of the table stands for the whole, and what is missing is no fault.
const isWhole = process.env['SAMPLES'] === undefined;

function isOp(value: unknown): value is AnyOp {
  return typeof value === 'object' && value !== null && 'infer' in value && 'kernel' in value;
}

describe('the registry', () => {
  it('holds every op that the families export, once', () => {
    const missing = exported.filter(({ value }) => isOp(value) && !allOps.includes(value));
    expect(missing.map(({ file, name }) => `${name} of ${file}`)).toEqual([]);
    expect(new Set(allOps.map(({ name }) => name)).size).toBe(allOps.length);
  });

  it('has a sample of every op', () => {
    const reached = new Set(samples.flatMap((sample) => seenIn(sample)).map(({ op }) => op));
    const missing = allOps.filter((op) => !reached.has(op));
    const names = missing.map(({ name }) => `${name}: add a line to spec/ops/samples`);
    expect(isWhole ? names : []).toEqual([]);
  });

  it('has a sample of every public function', () => {
    const functions = new Set(rows.map((row) => row.function as unknown));
    const missing = exported.filter(
      ({ name, value }) =>
        typeof value === 'function' && !functions.has(value) && !notOps.has(name),
    );
    const names = missing.map(
      ({ file, name }) => `${name} of ${file}: add a line to spec/ops/samples`,
    );
    expect(isWhole ? names : []).toEqual([]);
  });

  it('holds every op that the samples apply', () => {
    const known = new Set(allOps);
    const applied = new Set(samples.flatMap((sample) => seenIn(sample)).map(({ op }) => op));
    expect([...applied].filter((op) => !known.has(op)).map(({ name }) => name)).toEqual([]);
  });

  it.each([...new Set(rows.map(({ name }) => name))])('is reached by %s', (name) => {
    const own = publicSamples.filter((sample) => sample.name === name);
    const reached = own.flatMap((sample) => seenIn(sample));
    expect(reached.length).toBeGreaterThan(0);
  });
});

function seenIn(sample: Sample): readonly Application[] {
  return unlessBroken(() => applicationsOf(sample, sample.draw('float64')));
}

lawsOf(evaluationLaws, samples);

law('has the dtype that its table promises', samples, (sample) => {
  for (const dtype of ['float32', 'float64'] as const) {
    const wanted = resultDType(sample, dtype);
    for (const y of outputsOf(sample, sample.draw(dtype))) {
      const isRight = wanted === null || y.dtype === wanted;
      refute('the result', isRight ? null : `must be ${wanted} for ${dtype}; got ${y.dtype}`);
    }
  }
});

function resultDType({ row: { result, inputs } }: Sample, dtype: FloatDType): DType | null {
  if (result === 'real') return dtype;
  if (result === 'complex') return complexDType(dtype);
  if (result !== undefined) return result;
  if (inputs.some(({ kind }) => kind === 'complex')) return complexDType(dtype);
  return inputs.some(({ kind }) => kind === 'float') ? dtype : null;
}

const callable = publicSamples.filter(({ row }) => row.isInternal !== true);

law('takes plain numbers, arrays and variables for tensors', callable, (sample) => {
  const inputs = sample.draw('float32');
  if (inputs.length === 0 || inputs.some(({ size }) => size === 0)) return;
  const call = sample.call as unknown as (...args: unknown[]) => ReturnType<Call>;
  const arrays = inputs.map((x) => (x.dtype === 'bool' || isComplex(x.dtype) ? x : x.arraySync()));
  requireSame(
    'the result for arrays',
    resultsOf(() => call(...arrays), []),
    resultsOf(sample.call, inputs),
  );
  const variables = inputs.map((x) => new Variable(x));
  requireSame(
    'the result for variables',
    resultsOf(() => call(...variables), []),
    resultsOf(sample.call, inputs),
  );
  if (!isDifferentiable(sample)) return;
  const { cotangents } = settingOf(sample, 'float32');
  const tape = new GradientTape();
  const outputs = tape.run(() =>
    outputsOf({ ...sample, call: () => seeded(() => call(...variables)) }, []),
  );
  const gradient = tape.gradient(
    outputs,
    sample.sources.map((i) => variables[i]),
    { outputGradients: cotangents },
  );
  requireSame('the gradient for variables', gradient, pullBack(sample, inputs, cotangents));
});

const ofFloats = callable.filter(
  ({ row }) => row.integers !== false && row.inputs.some(({ kind }) => kind === 'float'),
);

law('computes with int32 and bool as with the same floats', ofFloats, (sample) => {
  for (const dtype of ['int32', 'bool'] as const) {
    const exact = asIntegers(sample, dtype);
    const expected = resultsOf(sample.call, asFloat('float64', exact.floats));
    const actual = resultsOf(sample.call, exact.integers);
    const both = [actual, expected].map((list) =>
      list.map((y) => tensorOf(y.values, [y.values.length], 'float64')),
    );
    requireClose(`the result for ${dtype}`, both[0], both[1], 1e-6);
    const isWide = actual.some((y) => y.dtype === 'float64') && sample.row.result === undefined;
    refute('the result', isWide ? `must be of the default float for ${dtype}; got float64` : null);
  }
});

/** Small integers in place of the float inputs, as `dtype` and as float64. */
function asIntegers(
  sample: Sample,
  dtype: DType,
): { readonly integers: Tensors; readonly floats: Tensors } {
  const random = randomNumbers(5);
  const inputs = sample.draw('float64');
  const values = inputs.map((x, i) =>
    Array.from(x.values, (value) => {
      if (!isFloat(x.dtype)) return value;
      // Divisors are never 0: there integers and floats differ.
      if (dtype === 'bool') return i > 0 ? 1 : random.below(2);
      return 1 + random.below(4);
    }),
  );
  const make = (wanted: DType): Tensors =>
    inputs.map((x, i) => tensorOf(values[i], x.shape, isFloat(x.dtype) ? wanted : x.dtype));
  return { integers: make(dtype), floats: make('float64') };
}
