import type { DType, FloatDType } from '../../../lib/base/dtype.ts';
import { complexDType } from '../../../lib/base/dtype.ts';
import type { Shape } from '../../../lib/base/shape.ts';
import type { Tensor } from '../../../lib/core/tensor.ts';
import type { LawSample, Limits } from '../../../lib/testing/problem.ts';
import { randomNumbers, seedOf } from '../../../lib/testing/randomNumbers.ts';
import { tensorOf } from '../../../lib/testing/setting.ts';
import type { Input } from './domains.ts';

/** A function of tensors alone: what every law is about. */
export type Call = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

// Public functions take axes, shapes and flags beside their tensors: no one type fits them all.
type PublicFunction = (...args: never[]) => unknown;

interface Options extends Limits {
  /** What errors call the function, where it is not its own name: a method's. */
  readonly name?: string;
  /** Ways of calling the function on these inputs, or the first of them; by default on them alone. */
  readonly calls?: readonly Call[];
  /** The call with a given axis: tried with every axis, from both ends, and with wrong ones. */
  readonly axis?: (axis: number) => Call;
  /** As `axis` for functions that also take several axes and `keepDims`. */
  readonly axes?: (axis: number | readonly number[], keepDims: boolean) => Call;
  /** Rank that axes count in, where it is not that of the first input. */
  readonly axisRank?: number;
  /** Names that an error may give an argument besides those of parameters: options, say. */
  readonly argumentNames?: readonly string[];
  /** Why a tolerance is wider than the default, or a law does not hold. */
  readonly reason?: string;
  /** Piecewise constant: cuts the path of a gradient; a composite names the ops that do. */
  readonly isCut?: true | readonly string[];
  /** Has no derivative, and says so when asked for one. */
  readonly isRefused?: true;
  /** Only first derivatives exist; asked for second ones, it says why there are none. */
  readonly orders?: 1;
  /** False where integers rightly give something else than the same numbers as floats. */
  readonly integers?: false;
  /** Dtype of float results where it is not that of the inputs: a dtype, or that of their parts or pairs. */
  readonly result?: DType | 'real' | 'complex';
  /** For rules alone: takes tensors that nobody checked. */
  readonly isInternal?: true;
  /** Shapes of the inputs that must be refused as not fitting each other. */
  readonly misfits?: readonly (readonly Shape[])[];
  /** Calls with other arguments that must be refused. */
  readonly rejects?: readonly Call[];
  /** Shapes of the inputs with a size of 0 somewhere. */
  readonly empty?: readonly (readonly Shape[])[];
}

/** One line of the table: a public function, inputs, and how it is called on them. */
export interface Row extends Options {
  readonly name: string;
  readonly function: PublicFunction;
  readonly inputs: readonly Input[];
}

export function row(of: PublicFunction, inputs: readonly Input[], options: Options = {}): Row {
  return { name: of.name, function: of, inputs, ...options };
}

/** One call of a row. */
export interface Sample extends LawSample {
  /** Name of the op or function. */
  readonly name: string;
  readonly row: Row;
}

/** Whether derivatives exist for the sample: it has sources, and lets gradients pass. */
export function isDifferentiable({ sources, row }: Pick<Sample, 'sources' | 'row'>): boolean {
  return sources.length > 0 && row.isCut === undefined && row.isRefused !== true;
}

/** The calls of a row, written out. */
export function samplesOf(row: Row): Sample[] {
  return callsOf(row).map(([text, call, count]) => {
    const inputs = row.inputs.slice(0, count);
    const shapes = inputs.map(({ shape }) => shape);
    const sources = inputs.flatMap((input, i) => (input.isDifferentiable ? [i] : []));
    return {
      label: [text, ...shapes.map((shape) => `[${shape.join()}]`)].join(' '),
      name: row.name,
      row,
      limits: row,
      orders: isDifferentiable({ sources, row }) ? (row.orders ?? 2) : 0,
      call,
      sources,
      draw: (dtype, seed = 0) => drawInputs(row, shapes, dtype, seed),
    };
  });
}

/** A label, the call, and how many of the inputs it takes. */
type Labelled = readonly [label: string, call: Call, count: number];

function callsOf(row: Row): Labelled[] {
  const calls = (row.calls ?? []).map((call) => labelled(labelOf(call), call));
  const rank = row.axisRank ?? row.inputs[0]?.shape.length ?? 0;
  for (let axis = -rank; axis < rank; axis++) {
    if (row.axis) calls.push(labelled(`${row.name} axis ${axis}`, row.axis(axis)));
    for (const keepDims of row.axes ? [false, true] : []) {
      calls.push(withAxes(row, axis, keepDims));
      // Each axis together with the one after it, in both spellings and orders.
      if (axis + 1 < rank && axis !== -1) calls.push(withAxes(row, [axis + 1, axis], keepDims));
    }
  }
  if (row.axes) calls.push(withAxes(row, [], false));
  // The table promises that such a function takes its inputs, in order, as first arguments.
  if (calls.length === 0)
    calls.push([row.name, row.function as unknown as Call, row.inputs.length]);
  return calls;
}

function labelled(label: string, call: Call): Labelled {
  return [label, call, call.length];
}

function withAxes(
  { name, axes }: Row,
  axis: number | readonly number[],
  keepDims: boolean,
): Labelled {
  if (axes === undefined) throw new Error(`${name}: a row without axes`);
  const label = `${name} axis ${JSON.stringify(axis)}${keepDims ? ' keepDims' : ''}`;
  return labelled(label, axes(axis, keepDims));
}

/** The text of an arrow function is its best name; the compiler writes `(0, module_1.sum)(x)` in it. */
export function labelOf(call: Call): string {
  return call
    .toString()
    .replace(/\(0, \w+\.(\w+)\)/g, '$1')
    .replace(/^\(.*?\) => /, '')
    .replace(/\s+/g, ' ');
}

/** Inputs of a row in other shapes than its own. */
export function drawInputs(
  row: Row,
  shapes: readonly Shape[],
  dtype: FloatDType,
  seed = 0,
): readonly Tensor[] {
  const random = randomNumbers(seedOf(row.name) + seed * 7919);
  return shapes.map((shape, i) => {
    const { kind, values } = row.inputs[i];
    return tensorOf(values(random, shape, i), shape, dtypeOf(kind, dtype));
  });
}

function dtypeOf(kind: Input['kind'], dtype: FloatDType): DType {
  if (kind === 'complex') return complexDType(dtype);
  return kind === 'float' ? dtype : kind;
}
