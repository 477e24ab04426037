import { GradtapeError } from '../base/errors.ts';
import { formatShape } from '../base/format.ts';
import { inspectCustom } from '../core/tensor.ts';

/** An element of a tensor; of a complex one the part. */
export interface Place {
  /** What the tensor is called: `inputs[0].w`, `result`. */
  readonly name: string;
  readonly index: readonly number[];
  readonly part?: 'real' | 'imag';
}

/** The element at which a derivative is furthest from what differences show. */
export interface WorstElement {
  /** The element of the input; null where the derivative was taken along a random direction. */
  readonly input: Place | null;
  /** The element of the result; null where all were combined with random weights. */
  readonly output: Place | null;
  readonly analytic: number;
  readonly numeric: number;
  /** The difference of the two as a part of the larger one. */
  readonly error: number;
}

/** The check of one derivative with respect to one input. */
export interface GradientCheck {
  /** `reverse`, `forward`, or for higher orders `forward over reverse` and the like. */
  readonly mode: string;
  readonly input: string;
  /** How the numbers to compare with were made. */
  readonly method: 'differences' | 'complex step';
  /** Null where there is no element to compare. */
  readonly worst: WorstElement | null;
  /**
   * The order in which `f(x + εt) - f(x) - ε Df(x) t` vanishes: 2 where the derivative is right, 1
   * where it is wrong, Infinity where nothing is left beyond rounding.
   */
  readonly slope: number;
  readonly ok: boolean;
}

/**
 * What `checkGradient` found, as a table when it is printed.
 *
 * @example checkGradient((x) => square(x), [[1, 2]]).checks.length // 2
 */
export class GradientReport {
  readonly checks: readonly GradientCheck[];
  /** The largest error that counts as right. */
  readonly tolerance: number;

  constructor(checks: readonly GradientCheck[], tolerance: number) {
    this.checks = checks;
    this.tolerance = tolerance;
  }

  /** Whether all derivatives are right. */
  get ok(): boolean {
    return this.checks.every(({ ok }) => ok);
  }

  /** The check with the largest error, one that failed if any did. */
  get worst(): GradientCheck | null {
    const failed = this.checks.filter(({ ok }) => !ok);
    const from = failed.length > 0 ? failed : this.checks;
    return from.reduce<GradientCheck | null>(
      (most, one) => (most === null || errorOf(one) > errorOf(most) ? one : most),
      null,
    );
  }

  /** A line for each check, with its worst element. */
  toString(): string {
    const count = this.checks.length;
    const wrong = this.checks.filter(({ ok }) => !ok).length;
    const outcome = wrong === 0 ? 'all right' : `${String(wrong)} wrong`;
    const head = `${String(count)} derivatives checked, ${outcome} (tolerance ${short(this.tolerance)})`;
    return [head, ...tableOf([titles, ...this.checks.map(cellsOf)])].join('\n');
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

/** A derivative that differs from what differences show; the message holds the table. */
export class GradientCheckError extends GradtapeError {
  override readonly name: string = 'GradientCheckError';
  override readonly code: string = 'GRADIENT_CHECK';
  readonly report: GradientReport;

  constructor(report: GradientReport) {
    const worst = report.worst?.worst;
    const got =
      worst === undefined || worst === null
        ? 'a remainder that vanishes too slowly'
        : `${exact(worst.analytic)} where differences show ${exact(worst.numeric)}`;
    const message = `checkGradient: derivatives of f must be those that differences show; got ${got}`;
    super('checkGradient', 'f', `${message}\n${report.toString()}`);
    this.report = report;
  }
}

function errorOf({ worst }: GradientCheck): number {
  return worst?.error ?? 0;
}

const titles = ['', 'derivative', 'at', 'of', 'analytic', 'numeric', 'error', 'slope', ''];

function cellsOf({ ok, mode, input, worst, slope, method }: GradientCheck): string[] {
  const mark = ok ? '' : 'WRONG';
  const note = method === 'differences' ? '' : method;
  if (worst === null) return [mark, mode, input, '', '', '', 'no elements', '', note];
  return [
    mark,
    mode,
    worst.input === null ? `${input} along a direction` : textOf(worst.input),
    worst.output === null ? 'all results weighted' : textOf(worst.output),
    exact(worst.analytic),
    exact(worst.numeric),
    short(worst.error),
    Number.isFinite(slope) ? slope.toFixed(2) : 'exact',
    note,
  ];
}

function textOf({ name, index, part }: Place): string {
  const at = index.length === 0 ? '' : ` ${formatShape(index)}`;
  return `${name}${at}${part === undefined ? '' : ` ${part}`}`;
}

function exact(value: number): string {
  return String(Number(value.toPrecision(10)));
}

function short(value: number): string {
  return Number.isFinite(value)
    ? value.toExponential(1).replace('.0e', 'e').replace('e+0', '')
    : String(value);
}

/** Lines of cells in columns. */
export function tableOf(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0].map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''));
  const used = columns.filter((i) => rows.slice(1).some((row) => row[i] !== ''));
  const widths = used.map((i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    used
      .map((i, k) => row[i].padEnd(widths[k]))
      .join('  ')
      .trimEnd(),
  );
}
