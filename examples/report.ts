import { writeFileSync } from 'node:fs';
import { plot } from 'asciichart';
import { Presets, SingleBar } from 'cli-progress';

/** Shows how training goes: a bar in a terminal, a line now and then elsewhere. */
export class Progress {
  private readonly bar: SingleBar;

  constructor(steps: number) {
    const format =
      '{bar} {value}/{total} steps | loss {loss} | {rate} characters/s | {eta_formatted} left';
    const options = {
      format,
      noTTYOutput: true,
      notTTYSchedule: 5000,
      hideCursor: true,
      etaBuffer: 50,
    };
    this.bar = new SingleBar(options, Presets.shades_classic);
    this.bar.start(steps, 0, { loss: '-', rate: '-' });
  }

  update(step: number, loss: number, rate: number): void {
    this.bar.update(step, { loss: loss.toFixed(3), rate: Math.round(rate) });
  }

  stop(): void {
    this.bar.stop();
  }
}

/** A loss curve for the terminal: at most 72 columns, each the mean of its steps. */
export function terminalCurve(losses: readonly number[]): string {
  return plot([...meansOf(losses, 72)], { height: 12 });
}

/** Means over `count` equal stretches, or the values themselves if there are fewer. */
export function meansOf(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / count),
      Math.floor(((i + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** Writes the loss curve as an SVG picture. */
export async function writeCurve(file: string, losses: readonly number[]): Promise<void> {
  const { document } = await import('linkedom').then(({ parseHTML }) =>
    parseHTML('<!doctype html><body></body>'),
  );
  const { line, plot: draw, ruleY } = await import('@observablehq/plot');
  const smooth = meansOf(losses, Math.min(losses.length, 200));
  const picture = draw({
    document,
    width: 720,
    height: 360,
    style: { background: 'white' },
    x: { label: 'step' },
    y: { label: 'loss (nats per character)', grid: true },
    marks: [
      ruleY([0]),
      line(
        smooth.map((loss, i) => [((i + 0.5) * losses.length) / smooth.length, loss]),
        { stroke: 'steelblue' },
      ),
    ],
  });
  // Needed by a file of its own, where no HTML page names the language around it.
  picture.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  writeFileSync(file, picture.outerHTML);
}
