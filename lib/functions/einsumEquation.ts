import { ArgumentError, misuse, ShapeError } from '../base/errors.ts';
import { formatShape, formatValue } from '../base/format.ts';
import type { Shape } from '../base/shape.ts';

/**
 * A subscript: a letter, or for an axis that an ellipsis stands for a number that counts from the
 * last of them.
 */
export type Label = string;

/** An equation written out for operands of known shapes. */
export interface Equation {
  /** The labels of each operand's axes. */
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
  /** The size of each label; 1 for an axis of an ellipsis only if it is 1 in every operand. */
  readonly sizes: ReadonlyMap<Label, number>;
}

const ellipsis = '...';
const withoutArrow =
  "Equations without an arrow '->' sum over each letter that occurs more than once";

function refuse(condition: string, equation: unknown, hint?: string): Error {
  return misuse(ArgumentError, 'einsum', 'equation', condition, formatValue(equation), hint);
}

/** Reads an equation against the shapes of the operands; throws when it does not fit them. */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  if (typeof equation !== 'string') throw refuse('be text such as "ij,jk->ik"', equation);
  const [left, right, ...others] = equation.replace(/\s/g, '').split('->');
  if (others.length > 0) throw refuse('hold exactly one arrow, or none', equation);
  const terms = left.split(',');
  for (const term of [...terms, right ?? '']) requireTerm(term, equation);
  if (terms.length !== shapes.length) {
    const count = `${String(terms.length)} operand${terms.length === 1 ? '' : 's'}`;
    const got = `${String(shapes.length)} for ${formatValue(equation)}`;
    const counts = `Expected ${String(terms.length)} input tensors, received ${String(shapes.length)}`;
    const hint = right === undefined ? `${counts}. ${withoutArrow}` : counts;
    const condition = `be ${count}, as the equation says`;
    throw misuse(ArgumentError, 'einsum', 'tensors', condition, got, hint);
  }
  const inputs = terms.map((term, i) => labelsOf(term, shapes[i], i));
  const sizes = sizesOf(inputs, shapes);
  const axes = Math.max(0, ...inputs.map((labels) => labels.filter(isUnnamed).length));
  const output =
    right === undefined
      ? [...unnamed(axes), ...lettersOnce(left)]
      : lettersOf(right).flatMap((one) => (one === ellipsis ? unnamed(axes) : [one]));
  requireOutput(output, sizes, equation);
  return { inputs, output, sizes };
}

function requireTerm(term: string, equation: string): void {
  if (!/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term)) {
    const condition = `hold letters and at most one ellipsis in each term`;
    const hint = `'${term}' does not`;
    throw refuse(condition, equation, equation.includes('->') ? hint : `${hint}. ${withoutArrow}`);
  }
}

/** Letters and the ellipsis of a term. */
function lettersOf(term: string): readonly string[] {
  return term.match(/\.\.\.|[a-zA-Z]/g) ?? [];
}

/** What an ellipsis of that many axes stands for. */
function unnamed(axes: number): Label[] {
  return Array.from({ length: axes }, (_, i) => String(axes - 1 - i));
}

export function isUnnamed(label: Label): boolean {
  return /^\d/.test(label);
}

/** Without an arrow the result has the letters that occur once, in the order of the alphabet. */
function lettersOnce(left: string): readonly Label[] {
  const letters: readonly string[] = left.match(/[a-zA-Z]/g) ?? [];
  return letters
    .filter((one) => letters.indexOf(one) === letters.lastIndexOf(one))
    .sort((a, b) => (a < b ? -1 : 1));
}

function labelsOf(term: string, shape: Shape, operand: number): readonly Label[] {
  const letters = lettersOf(term);
  const named = letters.filter((one) => one !== ellipsis).length;
  const hasEllipsis = named < letters.length;
  if (hasEllipsis ? shape.length < named : shape.length !== named) {
    const condition = `have ${hasEllipsis ? 'at least ' : ''}${String(named)} axes, as '${term}' says`;
    const argument = `tensors[${String(operand)}]`;
    throw misuse(ShapeError, 'einsum', argument, condition, `shape ${formatShape(shape)}`);
  }
  return letters.flatMap((one) => (one === ellipsis ? unnamed(shape.length - named) : [one]));
}

function sizesOf(
  inputs: readonly (readonly Label[])[],
  shapes: readonly Shape[],
): ReadonlyMap<Label, number> {
  const sizes = new Map<Label, number>();
  inputs.forEach((labels, operand) => {
    labels.forEach((label, axis) => {
      const size = shapes[operand][axis];
      const known = sizes.get(label);
      if (known === undefined || (isUnnamed(label) && known === 1)) sizes.set(label, size);
      else if (size !== known && !(isUnnamed(label) && size === 1)) {
        throw sizeMisfit(label, known, axis, shapes[operand]);
      }
    });
  });
  return sizes;
}

function sizeMisfit(label: Label, known: number, axis: number, shape: Shape): Error {
  const argument = isUnnamed(label)
    ? 'the axes of an ellipsis'
    : `the axes of subscript '${label}'`;
  const place = `expected dimension ${String(known)} at axis ${String(axis)} of the input shaped ${formatShape(shape)}`;
  const got = `${String(known)} and ${String(shape[axis])}`;
  return misuse(ShapeError, 'einsum', argument, 'have one size', got, place);
}

function requireOutput(
  output: readonly Label[],
  sizes: ReadonlyMap<Label, number>,
  equation: string,
): void {
  output.forEach((label, i) => {
    if (output.includes(label, i + 1)) {
      const what = isUnnamed(label) ? 'ellipsis' : `subscript '${label}'`;
      throw refuse(`name each output subscript once`, equation, `the ${what} comes twice`);
    }
    if (!sizes.has(label)) {
      const hint = `the output subscript '${label}' is in no input`;
      throw refuse('take output subscripts from its inputs', equation, hint);
    }
  });
}
