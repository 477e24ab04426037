/** The document docs/reference/ops.md, from the public names and the samples of the catalogue. */
import * as main from '../../lib/index.ts';
import type { Sample } from '../ops/samples/sample.ts';
import { tensorflowEquivalent, tfjsEquivalent } from './equivalents.ts';
import { composedKinks, makers, otherFunctions, readers } from './functionLists.ts';
import type { OpFacts } from './opFacts.ts';
import { factsOf } from './opFacts.ts';

type AnyFunction = Sample['row']['function'];

const namespaces = ['fused', 'image', 'linalg', 'losses', 'math', 'signal', 'sparse', 'spectral'];

/** The names of each public function that is no class, those at the root first. */
export function publicFunctions(): ReadonlyMap<AnyFunction, readonly string[]> {
  const names = new Map<AnyFunction, string[]>();
  const add = (name: string, value: unknown): void => {
    if (typeof value !== 'function' || /^[A-Z]/.test(name)) return;
    names.set(value as AnyFunction, [...(names.get(value as AnyFunction) ?? []), name]);
  };
  const root = main as Record<string, unknown>;
  for (const [name, value] of Object.entries(root)) add(name, value);
  for (const space of namespaces) {
    const members = Object.entries((root[space] ?? {}) as Record<string, unknown>);
    for (const [name, value] of members) add(`${space}.${name}`, value);
  }
  for (const own of names.values()) own.sort(bySpaceAndLength);
  return names;
}

/** The name at the root and the short one first, as modules list their names in different orders. */
function bySpaceAndLength(a: string, b: string): number {
  const spaces = Number(a.includes('.')) - Number(b.includes('.'));
  return spaces || a.length - b.length || order(a, b);
}

/** Public functions that have no samples and stand in no list. */
export function unlistedFunctions(samples: readonly Sample[]): readonly string[] {
  const sampled = new Set(samples.map(({ row }) => row.function));
  const listed = new Set([...makers, ...readers, ...otherFunctions]);
  return [...publicFunctions()]
    .filter(([f, names]) => !sampled.has(f) && !names.some((name) => listed.has(name)))
    .map(([, names]) => names[0]);
}

const titles = [
  'function',
  'dtypes',
  'derivative',
  'where it is not smooth',
  'reverse',
  'forward',
  'batch',
  'orders',
  'kernels (reference)',
  'TensorFlow.js',
  'TensorFlow',
];

const introduction = `# The functions and their derivatives

<!-- Written by \`npm run tables\`; a spec fails while it is out of date. -->

Each line was found by calling the function on the samples of the catalogue, not written by hand.

- **dtypes**: those it takes; int32 and bool count as floats where the result is one.
- **derivative**: _smooth_; _piecewise_, smooth but for the places of the next column; _zero_, a gradient
  of zeros; _cut_, no gradient passes: it is piecewise constant, or its result holds no floats; _none_,
  an error that says why; a dash where no argument has a derivative.
- **where it is not smooth**: the slope there, or what happens.
- **reverse**, **forward**, **batch**: on a tape, under a \`ForwardAccumulator\`, in \`vmap\`.
- **orders**: _any_, or _limited_ where some argument has a first derivative only; the documentation of
  the function tells which, and a higher one throws.
- **kernels**: the ops that the function applies, each with one reference kernel in plain JavaScript.
`;

/** The whole document. */
export function opTable(samples: readonly Sample[]): string {
  const rows = [...publicFunctions()]
    .map(([f, names]) => [names, samples.filter(({ row }) => row.function === f)] as const)
    .filter(([, own]) => own.length > 0)
    .sort(([[a]], [[b]]) => order(a, b))
    .map(([names, own]) => cellsOf(names, factsOf(names[0].replace(/^.*\./, ''), own)));
  const known = new Set([...publicFunctions().values()].flat());
  const list = (names: readonly string[]): string =>
    names
      .filter((name) => known.has(name))
      .map((name) => `\`${name}\``)
      .join(', ');
  const lines = [titles, titles.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [
    introduction,
    lines.join('\n'),
    `\nMade from numbers, without tensors to differentiate by: ${list(makers)}.`,
    `\nThey read their arguments, since the size of the result or the work depends on their values; gradients pass through the values that \`booleanMaskAsync\`, \`raggedGather\`, \`raggedRange\`, \`raggedTensorToTensor\` and \`sparse.sparseFillEmptyRows\` hand on: ${list(readers)}.\n`,
  ].join('\n');
}

function order(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x < y ? -1 : Number(x > y);
}

function cellsOf(names: readonly string[], facts: OpFacts): string[] {
  const [name] = names;
  const own = composedKinks[name] as string | undefined;
  const kinks = own ?? facts.differentiability.kinks.join('; ');
  const { kind } = facts.differentiability;
  const isShaped = kind === 'smooth' || kind === 'piecewise';
  return [
    names.map((one) => `\`${one}\``).join(', '),
    dtypesText(facts),
    isShaped ? (kinks === '' ? 'smooth' : 'piecewise') : kind === 'constant' ? '–' : kind,
    isShaped ? kinks : '',
    mark(facts.reverse),
    mark(facts.forward),
    mark(facts.batch),
    facts.reverse === true ? (facts.isLimited ? 'limited' : 'any') : '–',
    kernelsText(facts.kernels),
    code(tfjsEquivalent(name)),
    code(tensorflowEquivalent(name)),
  ];
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

const mark = (is: boolean | null): string => (is === null ? '–' : is ? 'yes' : 'no');

function dtypesText({ dtypes }: OpFacts): string {
  const pairs = [
    ['float', ['float32', 'float64']],
    ['complex', ['complex64', 'complex128']],
  ] as const;
  let text = dtypes.join(', ');
  for (const [both, members] of pairs) text = text.replace(members.join(', '), both);
  return text === '' ? '–' : text;
}

/** A long list would hide that the function is made of others. */
function kernelsText(kernels: readonly string[]): string {
  const shown = kernels.slice(0, 4).join(', ');
  return kernels.length > 4 ? `${shown} and ${kernels.length - 4} more` : shown;
}
