import type { Spec } from '../base/shape.ts';
import { formatShape } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import type { Cut, Entry, Recording } from './recording.ts';
import { untracked } from './recording.ts';
import type { InspectableRecording, WatchedLeaf } from './inspectableRecording.ts';

/** A line of a listing: what was computed from what, its shape, and where. */
export type Row = readonly [assignment: string, spec: string, place: string];

/** `float32 [2,3]`. */
export function describeSpec({ dtype, shape }: Spec): string {
  return `${dtype} ${formatShape(shape)}`;
}

/** The spec of what an entry holds: a tensor, or its spec alone. */
export function specIn(held: Tensor): Spec {
  return held.spec ?? held;
}

/** `path:line:column` of the user's call, where it is known. */
export function locationOf(recording: Recording, made: Entry | Cut): string | null {
  return recording.sites?.get(made)?.location ?? null;
}

/** `%2 = mul(%0, %1)`, with shape and line. */
export function recordRow(recording: Recording, entry: Entry): Row {
  const { op, firstInput, firstOutput, inputs, outputs, params } = entry;
  const results = outputs.map((_, j) => `%${String(firstOutput + j)}`).join(', ');
  const operands = inputs.map((x, k) =>
    operandText(recording, recording.inputSlots[firstInput + k], x),
  );
  const specs = outputs.map((y) => describeSpec(specIn(y))).join(', ');
  const call = `${op.name}(${[...operands, ...paramTexts(params)].join(', ')})`;
  return [`${results} = ${call}`, specs, placeText(recording, entry)];
}

/** `%0 = watched`, or the name of a variable. */
export function leafRow({ x, slot, variable }: WatchedLeaf): Row {
  const name = variable === null ? 'watched tensor' : `variable '${variable.name}'`;
  return [`%${String(slot)} = ${name}`, x.describe(), ''];
}

/** What an input is called: its slot, its value if it is one number that is no variable, or its spec. */
export function operandText(recording: Recording, slot: number, held: Tensor): string {
  if (slot >= 0) return `%${String(slot)}`;
  if (slot < untracked) return `${recording.cutOf(slot).op.name}(...)`;
  const spec = specIn(held);
  const isNumber = isTensor(held) && held.storage !== null && spec.shape.length === 0;
  return isNumber ? String(held.values[0]) : describeSpec(spec);
}

/** Parameters of an op that say something in few characters: `axes: [0]`, `transposeB`. */
export function paramTexts(params: unknown): string[] {
  if (!isPlainObject(params)) return [];
  return Object.entries(params).flatMap(([key, value]) => {
    if (value === true) return [key];
    if (typeof value === 'number' || typeof value === 'string') return [`${key}: ${String(value)}`];
    const isShort = Array.isArray(value) && value.length > 0 && value.length <= 4;
    return isShort && value.every((one) => typeof one === 'number')
      ? [`${key}: ${formatShape(value)}`]
      : [];
  });
}

function placeText(recording: Recording, entry: Entry): string {
  const location = locationOf(recording, entry);
  // The folder would make lines long; errors name it.
  return location === null ? '' : location.replace(/^.*[/\\]/, '');
}

/** Sources and records as text, `most` lines of each at the most. */
export function listing(recording: InspectableRecording, heading: string, most: number): string {
  const { entries } = recording;
  const leaves = recording.leaves();
  const rows = [
    ...headAndTail(leaves.length, most, 'sources', (i) => leafRow(leaves[i])),
    ...headAndTail(entries.length, most, 'ops', (i) => recordRow(recording, entries[i])),
  ];
  return [heading, ...aligned(rows)].join('\n');
}

/** The first and the last of `count` rows, and how many are left out between them. */
export function headAndTail(
  count: number,
  most: number,
  noun: string,
  row: (i: number) => Row,
): Row[] {
  const head = count <= most ? count : Math.ceil(most / 2);
  const tail = count <= most ? count : count - Math.floor(most / 2);
  const rows: Row[] = [];
  for (let i = 0; i < head; i++) rows.push(row(i));
  if (tail > head)
    rows.push([`... ${(tail - head).toLocaleString('en')} more ${noun} ...`, '', '']);
  for (let i = tail; i < count; i++) rows.push(row(i));
  return rows;
}

const widestAssignment = 60;

/** Rows as indented lines with columns. */
export function aligned(rows: readonly Row[]): string[] {
  const widths = [0, 1].map((column) =>
    Math.min(widestAssignment, Math.max(...rows.map((row) => row[column].length), 0)),
  );
  return rows.map(([assignment, spec, place]) =>
    `  ${assignment.padEnd(widths[0])}  ${spec.padEnd(widths[1])}  ${place}`.trimEnd(),
  );
}
