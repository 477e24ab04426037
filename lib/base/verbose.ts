/** Tensors as text in the form of TensorFlow.js: a line each for dtype, rank and shape. */

import type { DType, Values } from './dtype.ts';
import { isComplex } from './dtype.ts';
import { formatShape } from './format.ts';
import type { Shape } from './shape.ts';

const digits = 7;
const most = 20;
const edge = 3;

/**
 * dtype, rank, shape and values, each on lines of its own. Axes of more than 20 entries show three
 * at either end; the columns of matrices are as wide as their longest number.
 *
 * @example formatVerbose(Int32Array.of(7), [], 'int32')
 * // 'Tensor\n  dtype: int32\n  rank: 0\n  shape: []\n  values:\n    7'
 */
export function formatVerbose(values: Values, shape: Shape, dtype: DType): string {
  const head = [
    'Tensor',
    `  dtype: ${dtype}`,
    `  rank: ${String(shape.length)}`,
    `  shape: ${formatShape(shape)}`,
    '  values:',
  ];
  const body = block(shape, (i) => elementText(values, i, dtype));
  const lines = body.split('\n').map((line) => (line === '' ? '' : `    ${line}`));
  return [...head, ...lines].join('\n');
}

function elementText(values: Values, i: number, dtype: DType): string {
  if (dtype === 'bool') return values[i] === 0 ? 'false' : 'true';
  const number = (at: number): string => String(parseFloat(values[at].toFixed(digits)));
  return isComplex(dtype) ? `${number(2 * i)} + ${number(2 * i + 1)}j` : number(i);
}

function block(shape: Shape, text: (i: number) => string): string {
  if (shape.length === 0) return text(0);
  if (shape.includes(0)) return '[]';
  const columns = shape[shape.length - 1];
  const widths = shape.length === 1 ? [] : columnWidths(shape, text);
  const nest = (axis: number, at: number): string => {
    const below = shape.length - 1 - axis;
    const part = (i: number): string =>
      below === 0
        ? text(at * columns + i).padEnd(widths[i] ?? 0)
        : nest(axis + 1, at * shape[axis] + i).replace(/\n(?=.)/g, '\n ');
    return `[${joined(shape[axis], part, below)}]`;
  };
  return nest(0, 0);
}

/** The parts of an axis; those of `below` axes stand on lines of their own, with gaps of blank lines. */
function joined(size: number, part: (i: number) => string, below: number): string {
  const separator = below === 0 ? ', ' : `,${'\n'.repeat(below)} `;
  const range = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, i) => part(from + i)).join(separator);
  if (size <= most) return range(0, size);
  return [range(0, edge), '...', range(size - edge, size)].join(separator);
}

function columnWidths(shape: Shape, text: (i: number) => string): readonly number[] {
  const columns = shape[shape.length - 1];
  const widths = new Array<number>(columns).fill(0);
  const size = shape.reduce((product, one) => product * one, 1);
  for (let i = 0; i < size; i++) {
    widths[i % columns] = Math.max(widths[i % columns], text(i).length);
  }
  return widths;
}
