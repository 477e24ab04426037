import { describeSpec, locationOf, specIn } from './listing.ts';
import { producers } from './paths.ts';
import type { Entry } from './recording.ts';
import { untracked } from './recording.ts';
import type { InspectableRecording } from './inspectableRecording.ts';

type Kind = 'source' | 'op' | 'result' | 'cut' | 'gap' | 'note';

interface Node {
  readonly id: string;
  readonly kind: Kind;
  readonly lines: readonly string[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Whether no gradient passes. */
  readonly isCut: boolean;
}

/** The dataflow of a tape, from sources to results. */
interface Picture {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** More ops than these cannot be told apart in a picture; of more, the first and the last are drawn. */
const mostOps = 200;
const mostSources = 50;
const mostCuts = 50;
const longestName = 40;

/** The records as a directed graph in the DOT language of Graphviz. */
export function dotOf(recording: InspectableRecording, title: string): string {
  const { nodes, edges } = pictureOf(recording, title);
  const lines = nodes.map(
    ({ id, kind, lines: text }) => `  ${id} [label=${quoted(text.join('\n'))}, ${dotStyle[kind]}];`,
  );
  const arrows = edges.map(
    ({ from, to, isCut }) => `  ${from} -> ${to}${isCut ? ' [style=dashed]' : ''};`,
  );
  const defaults = [
    // Room for wider fonts than the one that is laid out with.
    '  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.2,0.06"];',
  ];
  return [`digraph ${quoted(title)} {`, ...defaults, ...lines, ...arrows, '}', ''].join('\n');
}

/** The records as a flowchart in the language of Mermaid. */
export function mermaidOf(recording: InspectableRecording, title: string): string {
  const { nodes, edges } = pictureOf(recording, title);
  const lines = nodes.map(({ id, kind, lines: text }) => {
    const [open, close] = mermaidShape[kind];
    return `  ${id}${open}"${text.map(mermaidText).join('<br/>')}"${close}`;
  });
  const arrows = edges.map(({ from, to, isCut }) => `  ${from} ${isCut ? '-.->' : '-->'} ${to}`);
  return ['flowchart TD', ...lines, ...arrows, ''].join('\n');
}

// Shapes differ as well as colours, for those who do not see the latter.
const dotStyle: Readonly<Record<Kind, string>> = {
  source: 'shape=ellipse, style=filled, fillcolor="#dbeafe"',
  op: 'shape=box, style=rounded',
  result: 'shape=box, style=rounded, peripheries=2',
  cut: 'shape=octagon, style=filled, fillcolor="#fee2e2"',
  gap: 'shape=plaintext',
  note: 'shape=plaintext',
};

const mermaidShape: Readonly<Record<Kind, readonly [string, string]>> = {
  source: ['([', '])'],
  op: ['[', ']'],
  result: ['[[', ']]'],
  cut: ['{{', '}}'],
  gap: ['(', ')'],
  note: ['(', ')'],
};

function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
  return `"${escaped}"`;
}

function mermaidText(text: string): string {
  return text.replace(/[^\w %=.,:()[\]'-]/gu, (one) => `#${String(one.codePointAt(0))};`);
}

function pictureOf(recording: InspectableRecording, title: string): Picture {
  const { entries } = recording;
  if (entries.length === 0) {
    return { nodes: [{ id: 'note', kind: 'note', lines: [title] }], edges: [] };
  }
  const nameOfOp = partsOf(entries.length, mostOps, 'o');
  const edges = edgesOf(recording, nameOfOp);
  const used = new Set(edges.map(({ from }) => from));
  const shown = entries.flatMap((entry, i) =>
    nameOfOp(i) === gap ? [] : [opNode(recording, entry, `o${String(i)}`, used)],
  );
  const hidden = entries.length - shown.length;
  const gapNode: Node = { id: gap, kind: 'gap', lines: [`... ${countOf(hidden)} more ops ...`] };
  return {
    nodes: [
      ...sourceNodes(recording),
      ...cutNodes(recording),
      ...shown.slice(0, mostOps / 2),
      ...(hidden > 0 ? [gapNode] : []),
      ...shown.slice(mostOps / 2),
    ],
    edges,
  };
}

const gap = 'more';

/** The node that each of `count` things is drawn as: its own, or the gap between head and tail. */
function partsOf(count: number, most: number, prefix: string): (i: number) => string {
  return (i) =>
    count <= most || i < most / 2 || i >= count - most / 2 ? `${prefix}${String(i)}` : gap;
}

function opNode(
  recording: InspectableRecording,
  entry: Entry,
  id: string,
  used: ReadonlySet<string>,
): Node {
  const { op, outputs, firstOutput } = entry;
  const slots = outputs.map((_, j) => `%${String(firstOutput + j)}`).join(', ');
  const specs = outputs.map((y) => describeSpec(specIn(y))).join(', ');
  const place = locationOf(recording, entry)?.replace(/^.*[/\\]/, '');
  const lines = [`${slots} = ${op.name}`, specs, ...(place === undefined ? [] : [clipped(place)])];
  return { id, kind: used.has(id) ? 'op' : 'result', lines };
}

function sourceNodes(recording: InspectableRecording): Node[] {
  const leaves = recording.leaves();
  const nodes = leaves.slice(0, mostSources).map(({ x, slot, variable }): Node => {
    const name = variable === null ? 'watched tensor' : `variable '${clipped(variable.name)}'`;
    return {
      id: `s${String(slot)}`,
      kind: 'source',
      lines: [name, `%${String(slot)} ${x.describe()}`],
    };
  });
  const hidden = leaves.length - nodes.length;
  if (hidden > 0) {
    nodes.push({ id: 'sources', kind: 'gap', lines: [`... ${countOf(hidden)} more sources ...`] });
  }
  return nodes;
}

function cutNodes({ cuts }: InspectableRecording): Node[] {
  return cuts.slice(0, mostCuts).map(({ op }, k) => ({
    id: `c${String(k)}`,
    kind: 'cut',
    lines: [op.name, 'no gradient passes'],
  }));
}

function edgesOf(recording: InspectableRecording, nameOfOp: (i: number) => string): Edge[] {
  const { entries, inputSlots, cuts } = recording;
  const producer = producers(recording);
  const sourceIds = new Map(
    recording
      .leaves()
      .map(({ slot }, i) => [slot, i < mostSources ? `s${String(slot)}` : 'sources']),
  );
  const origin = (slot: number): string | undefined => {
    if (slot === untracked) return undefined;
    if (slot < untracked) {
      const k = cuts.indexOf(recording.cutOf(slot));
      return k < mostCuts ? `c${String(k)}` : undefined;
    }
    return producer[slot] < 0 ? sourceIds.get(slot) : nameOfOp(producer[slot]);
  };
  // One arrow for many between parts that are drawn as one.
  const edges = new Map<string, Edge>();
  const connect = (slots: readonly number[], to: string): void => {
    for (const slot of slots) {
      const from = origin(slot);
      const isLoop = from === to && to === gap;
      if (from === undefined || isLoop) continue;
      const isCut = slot < untracked || to.startsWith('c');
      const isSingle = from === gap || to === gap || from === 'sources';
      const key = isSingle ? `${from} ${to}` : `${from} ${to} ${String(edges.size)}`;
      edges.set(key, { from, to, isCut });
    }
  };
  cuts.slice(0, mostCuts).forEach(({ inputSlots: slots }, k) => {
    connect(slots, `c${String(k)}`);
  });
  entries.forEach(({ firstInput, inputs }, i) => {
    connect(inputSlots.slice(firstInput, firstInput + inputs.length), nameOfOp(i));
  });
  return [...edges.values()];
}

function clipped(name: string): string {
  return name.length <= longestName ? name : `${name.slice(0, longestName)}...`;
}

function countOf(count: number): string {
  return count.toLocaleString('en');
}
