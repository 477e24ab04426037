import { formatShape, formatValue } from '../../lib/base/format.ts';
import { ArgumentError, AxisError, GradtapeError, ShapeError } from '../../lib/base/errors.ts';
import type { Shape } from '../../lib/base/shape.ts';
import type { Tensor } from '../../lib/core/tensor.ts';
import { GradientTape } from '../../lib/transforms/tape.ts';
import { refute, requireSame } from '../../lib/testing/compare.ts';
import { outputsOf, pullBack, resultsOf, sourcesOf } from '../../lib/testing/problem.ts';
import { describeEach, law } from '../support/law.ts';
import { layersKept, untouched } from '../../lib/testing/observe.ts';
import { settingOf } from '../../lib/testing/setting.ts';
import { isBroadcasting, publicSamples, rows } from './samples/index.ts';
import type { Call, Row, Sample } from './samples/sample.ts';
import { drawInputs, isDifferentiable, labelOf } from './samples/sample.ts';

type ErrorClass = abstract new (...args: never[]) => GradtapeError;

const messageForm = /^[\w.]+: .+ must .+; got .+/s;
const notTensorForm = /^Argument '(.+)' passed to '(.+)' must be a Tensor or TensorLike; got .+/s;

/** What an op throws instead of computing, having left no trace. */
function refusal(what: string, inputs: readonly Tensor[], f: () => unknown): GradtapeError {
  let error: unknown = null;
  layersKept(what, () =>
    untouched(what, inputs, () => {
      try {
        f();
      } catch (thrown) {
        error = thrown;
      }
    }),
  );
  if (error === null) throw new Error(`${what} must be refused; got a result`);
  if (!(error instanceof GradtapeError)) {
    const got = error instanceof Error ? error.stack : formatValue(error);
    throw new Error(`${what} must throw an error of the library; got ${got ?? ''}`);
  }
  if (!messageForm.test(error.message) && !notTensorForm.test(error.message)) {
    throw new Error(`${what} must be refused in the form of all messages; got '${error.message}'`);
  }
  return error;
}

function requireRefusal(
  what: string,
  Class: ErrorClass,
  inputs: readonly Tensor[],
  f: () => unknown,
): GradtapeError {
  const error = refusal(what, inputs, f);
  if (error instanceof Class) return error;
  throw new Error(`${what} must throw ${Class.name}; got ${String(error)}`);
}

const publicCalls = publicSamples.filter(({ row }) => row.isInternal !== true);
const callsOfTensors = publicCalls.filter(({ row }) => row.inputs.length > 0);

const notTensors: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a string', '3'],
  ['a function', (): number => 3],
  ['a symbol', Symbol('three')],
  ['a plain object', { three: 3 }],
  ['a bigint', 3n],
  ['a Map', new Map()],
];

/** The names of a public function's parameters, read from its text. */
function parametersOf(row: Row): readonly string[] {
  const text = Function.prototype.toString.call(row.function);
  const [, list = ''] = /^[^(]*\(([^)]*)\)/.exec(text) ?? [];
  const names = list.split(',').map((one) => one.split('=')[0].replace('...', '').trim());
  return [...names, ...(row.argumentNames ?? [])];
}

law('refuses what is no tensor, by the name of the argument', callsOfTensors, (sample) => {
  // Arguments of any kind: the very thing that the types forbid.
  const call = sample.call as unknown as (...args: unknown[]) => ReturnType<Call>;
  const inputs = sample.draw('float64');
  const parameters = parametersOf(sample.row);
  inputs.forEach((_, position) => {
    const { isOptional = false } = sample.row.inputs[position];
    // The first two stand for an argument that is left out.
    for (const [name, value] of isOptional ? notTensors.slice(2) : notTensors) {
      const what = `${name} for input ${position}`;
      const given = inputs.map((x, i) => (i === position ? value : x));
      const error = requireRefusal(what, ArgumentError, inputs, () => call(...given));
      const [, argument, op] = notTensorForm.exec(error.message) ?? ['', '', ''];
      const isNamed = op === sample.name && error.op === op && error.argument === argument;
      const isParameter = parameters.includes(argument.replace(/\[\d+\]$/, ''));
      if (isNamed && isParameter) continue;
      const wanted = `an argument of ${sample.name}(${parameters.join(', ')})`;
      throw new Error(`${what} must be refused as ${wanted}; got '${error.message}'`);
    }
  });
});

law('computes right after a refusal', callsOfTensors.filter(isDifferentiable), (sample) => {
  const { inputs, cotangents } = settingOf(sample);
  const call = sample.call as unknown as (...args: unknown[]) => ReturnType<Call>;
  const sources = sourcesOf(sample, inputs);
  const tape = new GradientTape();
  const outputs = tape.run(() => {
    tape.watch(sources);
    refusal('null for every input', inputs, () => call(...inputs.map(() => null)));
    return outputsOf(sample, inputs);
  });
  const gradient = tape.gradient(outputs, sources, { outputGradients: cotangents });
  requireSame('the gradient', gradient, pullBack(sample, inputs, cotangents));
});

const withAxis = rows.filter(({ axis, axes }) => axis !== undefined || axes !== undefined);

describeEach(
  withAxis.map((row) => [row.name, row] as const),
  '%s',
  (name, row) => {
    const shapes = row.inputs.map(({ shape }) => shape);
    const inputs = drawInputs(row, shapes, 'float64');
    const rank = row.axisRank ?? shapes[0].length;
    // Axes of any kind: the very thing that the types forbid.
    const withThis = (axis: unknown): Call | undefined =>
      row.axis?.(axis as number) ?? row.axes?.(axis as number, false);

    it.each([rank, -rank - 1, 0.5, NaN, Infinity, '0', [[0]], {}])('refuses axis %p', (axis) => {
      requireRefusal(`${name} with axis ${formatValue(axis)}`, AxisError, inputs, () =>
        withThis(axis)?.(...inputs),
      );
    });

    const lists = row.axes === undefined ? [[0]] : [[0, 0], [0, -rank], [rank], [0.5]];
    it.each(lists.map((list) => [list]))('refuses axes %p', (list) => {
      requireRefusal(`${name} with axes ${formatShape(list)}`, AxisError, inputs, () =>
        withThis(list)?.(...inputs),
      );
    });
  },
);

/** Shapes that do not broadcast: other sizes, in one axis or in another, with and without more axes. */
const clashes: readonly (readonly [Shape, Shape])[] = [
  [[2], [3]],
  [[2, 3], [2]],
  [
    [2, 3],
    [3, 2],
  ],
  [
    [2, 3, 1],
    [2, 2, 1],
  ],
  [[0], [2]],
  [
    [3, 1, 2],
    [2, 3, 1, 1, 3],
  ],
];

law('refuses shapes that do not broadcast', publicCalls.filter(isBroadcasting), (sample) => {
  for (const [a, b] of clashes) {
    const shapes = [a, b, []].slice(0, sample.row.inputs.length);
    requireMisfit(sample, shapes, [a, b]);
    requireMisfit(sample, [b, a, []].slice(0, shapes.length), [a, b]);
  }
});

law(
  'refuses shapes that do not fit',
  publicCalls.filter(({ row }) => row.misfits !== undefined),
  (sample) => {
    const count = sample.draw('float64').length;
    for (const shapes of sample.row.misfits ?? []) {
      // A call on some of the inputs may well take what does not fit the others.
      if (count === sample.row.inputs.length) requireMisfit(sample, shapes, []);
    }
  },
);

function requireMisfit(sample: Sample, shapes: readonly Shape[], named: readonly Shape[]): void {
  const inputs = drawInputs(sample.row, shapes, 'float64');
  const names = shapes.map(formatShape);
  const call = (): unknown => resultsOf(sample.call, inputs);
  const error = requireRefusal(`shapes ${names.join(' and ')}`, ShapeError, inputs, call);
  const missing = named.map(formatShape).find((name) => !error.message.includes(name));
  refute(
    'the message',
    missing === undefined ? null : `must name ${missing}; got '${error.message}'`,
  );
}

const withRejects = rows.filter(({ rejects }) => rejects !== undefined);

describeEach(
  withRejects.map((row) => [row.name, row] as const),
  '%s',
  (name, row) => {
    const shapes = row.inputs.map(({ shape }) => shape);
    const inputs = drawInputs(row, shapes, 'float64');

    it.each((row.rejects ?? []).map((call) => [labelOf(call), call] as const))(
      'refuses %s',
      (label, call) => {
        const error = refusal(label, inputs, () => call(...inputs));
        expect([error.op, error.message.split(/: | passed/)[0]]).toContain(name);
      },
    );
  },
);
