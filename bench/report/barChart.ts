import { escaped, svg } from './svg.ts';

export interface Bar {
  readonly name: string;
  /** 1 reaches the line at which the scale ends. */
  readonly value: number;
  readonly note: string;
}

const rowHeight = 18;
const labelWidth = 300;
const chartWidth = 460;
const top = 44;

/** Horizontal bars from 0 to 1; a longer one is cut off at the right. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const height = top + bars.length * rowHeight + 20;
  const scale = chartWidth / 1.1;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const x = labelWidth + part * scale;
    return (
      `<line x1="${String(x)}" y1="${String(top - 4)}" x2="${String(x)}" y2="${String(height - 16)}" stroke="#ccc"/>` +
      `<text x="${String(x)}" y="${String(top - 8)}" text-anchor="middle" fill="#666">${String(100 * part)}%</text>`
    );
  });
  const rows = bars.map(({ name, value, note }, i) => {
    const y = top + i * rowHeight;
    const width = Math.min(value, 1.1) * scale;
    const text = `${(100 * value).toFixed(0)}% of ${note}`;
    return (
      `<text x="${String(labelWidth - 8)}" y="${String(y + 13)}" text-anchor="end">${escaped(name)}</text>` +
      `<rect x="${String(labelWidth)}" y="${String(y + 3)}" width="${width.toFixed(1)}" height="${String(rowHeight - 6)}" fill="#3b78b4"/>` +
      `<text x="${(labelWidth + width + 6).toFixed(1)}" y="${String(y + 13)}" fill="#666">${escaped(text)}</text>`
    );
  });
  return svg(labelWidth + chartWidth + 230, height, title, [...grid, ...rows]);
}
