import { escaped, svg } from './svg.ts';

/** A ratio with its quartiles. */
export interface Point {
  readonly column: string;
  readonly middle: number;
  readonly low: number;
  readonly high: number;
  /** Whether it is one run that was not repeated. */
  readonly isSingle: boolean;
}

export interface PointRow {
  readonly name: string;
  readonly points: readonly Point[];
}

// Distinct for most who see colours differently (Okabe and Ito).
const colours = [
  '#d55e00',
  '#e69f00',
  '#0072b2',
  '#56b4e9',
  '#009e73',
  '#7fbf7b',
  '#cc79a7',
  '#777',
];
const rowHeight = 22;
const labelWidth = 330;
const chartWidth = 640;
const top = 74;

interface Scale {
  readonly at: (ratio: number) => number;
  readonly marks: readonly number[];
}

/** Whole powers of 10 around all points. */
function scaleOf(rows: readonly PointRow[]): Scale {
  const all = rows.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const first = Math.floor(Math.log10(Math.min(1, ...all)));
  const last = Math.ceil(Math.log10(Math.max(10, ...all)));
  const at = (ratio: number): number =>
    labelWidth + ((Math.log10(ratio) - first) / (last - first)) * chartWidth;
  return { at, marks: Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i)) };
}

function axis({ at, marks }: Scale, bottom: number): string[] {
  return marks.map((mark) => {
    const x = at(mark).toFixed(1);
    const look = mark === 1 ? 'stroke="#000" stroke-width="1.5"' : 'stroke="#ddd"';
    return (
      `<line x1="${x}" y1="${String(top - 6)}" x2="${x}" y2="${String(bottom)}" ${look}/>` +
      `<text x="${x}" y="${String(top - 10)}" text-anchor="middle" fill="#666">${String(mark)}</text>`
    );
  });
}

function legend(columns: readonly string[]): string[] {
  return columns.map((name, i) => {
    const x = 30 + i * 122;
    return (
      `<circle cx="${String(x)}" cy="40" r="5" fill="${colours[i]}"/>` +
      `<text x="${String(x + 9)}" y="44">${escaped(name)}</text>`
    );
  });
}

function dot(point: Point, colour: string, y: number, { at }: Scale): string {
  const x = at(point.middle).toFixed(1);
  const look = point.isSingle
    ? `fill="#fff" stroke="${colour}" stroke-width="2"`
    : `fill="${colour}"`;
  return (
    `<line x1="${at(point.low).toFixed(1)}" y1="${String(y)}" x2="${at(point.high).toFixed(1)}" y2="${String(y)}" stroke="${colour}" stroke-width="3" opacity="0.5"/>` +
    `<circle cx="${x}" cy="${String(y)}" r="4.5" ${look}/>`
  );
}

/** One row a measure, one dot a peer, on a scale of powers of 10; right of the line at 1, gradtape is faster. */
export function ratioChart(
  title: string,
  columns: readonly string[],
  rows: readonly PointRow[],
): string {
  const scale = scaleOf(rows);
  const bottom = top + rows.length * rowHeight + 4;
  const drawn = rows.map(({ name, points }, i) => {
    const y = top + i * rowHeight + 11;
    const band = i % 2 === 0 ? '#f6f6f6' : '#fff';
    const dots = points.map((p) => dot(p, colours[columns.indexOf(p.column)], y, scale));
    return {
      band: `<rect x="0" y="${String(y - 11)}" width="${String(labelWidth + chartWidth)}" height="${String(rowHeight)}" fill="${band}"/>`,
      marks: `<text x="${String(labelWidth - 12)}" y="${String(y + 4)}" text-anchor="end">${escaped(name)}</text>${dots.join('')}`,
    };
  });
  return svg(labelWidth + chartWidth + 40, bottom + 16, title, [
    ...drawn.map(({ band }) => band),
    ...axis(scale, bottom),
    ...legend(columns),
    ...drawn.map(({ marks }) => marks),
  ]);
}
