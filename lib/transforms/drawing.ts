import { misuse, UnsupportedError } from '../base/errors.ts';

/** The package that lays out and draws graphs: Graphviz, compiled to WebAssembly. */
const drawer = '@viz-js/viz';

interface Drawer {
  readonly instance: () => Promise<{
    renderString(dot: string, options: { readonly format: string }): string;
  }>;
}

/** A graph in the DOT language as an SVG picture that stands by itself. */
export async function svgOf(dot: string, title: string): Promise<string> {
  const { instance } = await loadDrawer();
  const svg = (await instance()).renderString(dot, { format: 'svg' });
  // What comes before is for files of their own, and names a document that would be fetched.
  const body = svg.slice(svg.indexOf('<svg'));
  const text = escaped(title);
  return body.replace(
    /^<svg([^>]*)>/,
    `<svg role="img"$1>\n<title>${text}</title>\n<desc>Ops as boxes, sources as ellipses, arrows from inputs to results.</desc>`,
  );
}

// Only CommonJS modules have it; some test runners take no `import()` in those.
declare const require: ((name: string) => unknown) | undefined;

// The name is no literal, so that bundlers leave out what few programs need.
async function loadDrawer(): Promise<Drawer> {
  const loaded = (required() ?? (await imported())) as Drawer & { readonly default?: Drawer };
  return loaded.default ?? loaded;
}

function required(): unknown {
  try {
    return typeof require === 'function' ? require(drawer) : null;
  } catch {
    return null;
  }
}

async function imported(): Promise<unknown> {
  try {
    return (await import(drawer)) as unknown;
  } catch {
    const hint = `npm install ${drawer}; toDot() and toMermaid() need no package`;
    throw misuse(UnsupportedError, 'toSVG', drawer, 'be installed', 'no such package', hint);
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (one) => ({ '&': '&amp;', '<': '&lt;' })[one] ?? '&gt;');
}
