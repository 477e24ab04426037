import { importsOf, layers, type Sources } from './architecture.ts';

export const diagramBegin = '<!-- diagram:begin -->';
export const diagramEnd = '<!-- diagram:end -->';

const nodeOf = (path: string): string => (path.split('/')[1] ?? '').replace(/\.ts$/, '');

/** Which folders each folder of lib imports. */
function folderImports(sources: Sources): ReadonlyMap<string, ReadonlySet<string>> {
  const imports = new Map<string, Set<string>>();
  for (const [path, text] of sources) {
    if (!path.startsWith('lib/')) continue;
    const from = nodeOf(path);
    const targets = imports.get(from) ?? new Set<string>();
    for (const to of importsOf(path, text)) {
      if (to.startsWith('lib/') && nodeOf(to) !== from) targets.add(nodeOf(to));
    }
    imports.set(from, targets);
  }
  return imports;
}

/**
 * The layers of lib as a Mermaid flowchart, drawn from the imports themselves. An arrow that
 * follows from two others is left out: nearly every folder imports base.
 */
export function layerDiagram(sources: Sources): string {
  const imports = folderImports(sources);
  const reaches = (from: string, to: string): boolean =>
    [...(imports.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  const lines: string[] = [];
  for (const [level, folders] of [...layers.entries()].reverse()) {
    for (const folder of folders.map((name) => name.replace(/\.ts$/, ''))) {
      const targets = [...(imports.get(folder) ?? [])];
      if (!imports.has(folder)) continue;
      lines.push(`  ${folder}["${String(level)} · ${folder}"]`);
      for (const to of targets.sort()) {
        const implied = targets.some((other) => other !== to && reaches(other, to));
        if (!implied) lines.push(`  ${folder} --> ${to}`);
      }
    }
  }
  return ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n');
}

/** The document with the text between the two markers replaced. */
export function withDiagram(document: string, diagram: string): string {
  const begin = document.indexOf(diagramBegin);
  const end = document.indexOf(diagramEnd);
  if (begin < 0 || end < begin) {
    throw new Error(`the document lacks the lines ${diagramBegin} and ${diagramEnd}`);
  }
  const before = document.slice(0, begin + diagramBegin.length);
  return `${before}\n\n${diagram}\n\n${document.slice(end)}`;
}
