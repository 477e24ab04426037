import { GradtapeError } from '../base/errors.ts';
import { inspectCustom } from '../core/tensor.ts';
import { tableOf } from './gradientReport.ts';

/** One law, and whether the samples keep it. */
export interface LawCheck {
  /** What every op does: 'leaves its inputs alone'. */
  readonly law: string;
  /** How many samples it was checked on: 0 where it says nothing about them. */
  readonly samples: number;
  /** What is wrong, for each sample that breaks it. */
  readonly broken: readonly string[];
}

/** What `checkOp` found, as a table when it is printed. */
export class OpReport {
  /** The name of the op or function. */
  readonly subject: string;
  readonly checks: readonly LawCheck[];

  constructor(subject: string, checks: readonly LawCheck[]) {
    this.subject = subject;
    this.checks = checks;
  }

  /** Whether every law holds. */
  get ok(): boolean {
    return this.checks.every(({ broken }) => broken.length === 0);
  }

  /** A line for each law, and what is wrong below those that are broken. */
  toString(): string {
    const wrong = this.checks.filter(({ broken }) => broken.length > 0).length;
    const outcome = wrong === 0 ? 'keeps' : `breaks ${String(wrong)} of`;
    const head = `${this.subject} ${outcome} the ${String(this.checks.length)} laws`;
    const lines = tableOf([titles, ...this.checks.map(cellsOf)]);
    const told = new Set<string>();
    const body = lines.slice(1).flatMap((line, i) => {
      // One fault often breaks many laws.
      const news = this.checks[i].broken.filter((fault) => !told.has(fault));
      for (const fault of news) told.add(fault);
      return [line, ...news.map((fault) => `        ${fault}`)];
    });
    return [head, lines[0], ...body].join('\n');
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

/** An op that breaks a law; the message holds the table. */
export class OpCheckError extends GradtapeError {
  override readonly name: string = 'OpCheckError';
  override readonly code: string = 'OP_CHECK';
  readonly report: OpReport;

  constructor(report: OpReport) {
    const first = report.checks.find(({ broken }) => broken.length > 0);
    const got = first === undefined ? 'none broken' : `one that breaks '${first.law}'`;
    const message = `checkOp: ${report.subject} must keep the laws of all ops; got ${got}`;
    super('checkOp', report.subject, `${message}\n${report.toString()}`);
    this.report = report;
  }
}

const titles = ['', 'law', 'samples'];

function cellsOf({ law, samples, broken }: LawCheck): string[] {
  return [broken.length > 0 ? 'BROKEN' : '', law, String(samples)];
}
