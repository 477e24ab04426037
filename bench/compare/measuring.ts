import type { Prepared } from '../peers/protocol.ts';
import type { MeasureName } from '../workloads/measures.ts';
import { measureNames, measures, workloadOf } from '../workloads/measures.ts';
import { parameterSets } from '../workloads/parameters.ts';
import { agreementLimit, largestDifference } from './agreement.ts';
import type { Column } from './columns.ts';
import type { Options } from './options.ts';
import { Peer } from './peer.ts';
import type { Memory, Outcome, Row, WorkloadResult } from './results.ts';

/*
 * A machine is never quite the same for two seconds. So all libraries of a workload are started, and
 * then sampled in turn, round by round; a ratio is that of two samples side by side.
 */

/** Milliseconds of calls before a measure, for compilers and caches. */
const warmUp = 600;
/** A run longer than this is measured once, in the warm-up. */
const longest = 4000;
/** The fewest samples of any other, whatever they cost. */
const fewest = 3;
/** A sample of gradtape is good for a ratio for so many milliseconds and once more its own length. */
const fresh = 150;

type Settings = Pick<Options, 'rounds' | 'budget' | 'least'>;

/** A library that takes part in the rounds of a measure. */
interface Contender {
  readonly peer: Peer;
  readonly prepared: Prepared;
  readonly difference: number;
  readonly samples: number[];
  readonly ratios: number[];
  /** How many of the rounds it takes part in. */
  readonly turns: number;
}

export class Session {
  private readonly columns: readonly Column[];
  private readonly settings: Settings;
  private peers: Peer[] = [];
  private memory: Record<string, Memory> = {};
  private versions: Record<string, string> = {};
  private base: { milliseconds: number; at: number } = { milliseconds: NaN, at: -Infinity };

  constructor(columns: readonly Column[], settings: Settings) {
    this.columns = columns;
    this.settings = settings;
  }

  /** Measures one workload; `notice` hears of each row as it is done. */
  async run(workload: string, notice: (row: Row) => void): Promise<WorkloadResult> {
    this.memory = {};
    this.versions = {};
    this.peers = await Promise.all(this.columns.map((column) => this.start(column)));
    const rows: Row[] = [];
    try {
      for (const measure of measureNames.filter((name) => workloadOf(name) === workload)) {
        const row = { measure, outcomes: await this.measure(measure) };
        rows.push(row);
        notice(row);
        await this.replaceDead();
      }
    } finally {
      for (const peer of this.peers) peer.close();
    }
    return { workload, rows, memory: this.memory, versions: this.versions };
  }

  private async start(column: Column): Promise<Peer> {
    const peer = new Peer(column);
    const answer = await peer.load(parameterSets);
    if ('version' in answer) {
      const { version, peak } = answer;
      this.versions[column.name] = version;
      this.memory[column.name] ??= { loaded: peak, peak };
    }
    return peer;
  }

  /** A library that died of one measure may still do the next. */
  private async replaceDead(): Promise<void> {
    this.peers = await Promise.all(
      this.peers.map(async (peer) => (peer.isAlive ? peer : this.start(peer.column))),
    );
  }

  private async measure(measure: MeasureName): Promise<Record<string, Outcome>> {
    const outcomes: Record<string, Outcome> = {};
    const contenders: Contender[] = [];
    for (const peer of this.peers) {
      const expected = contenders.length === 0 ? null : contenders[0].prepared.check;
      const found = await this.enter(peer, measure, expected);
      if ('kind' in found) outcomes[peer.column.name] = found;
      else contenders.push(found);
      // Without gradtape there is nothing to compare with.
      if (contenders.length === 0) return outcomes;
    }
    const [base, ...others] = contenders;
    for (let round = 0; round < this.settings.rounds; round++) {
      await this.sampleBase(base);
      for (const contender of others) {
        if (!takesPart(contender.turns, round, this.settings.rounds)) continue;
        if (performance.now() - this.base.at > fresh + this.base.milliseconds)
          await this.sampleBase(base);
        await this.sample(contender);
      }
    }
    for (const contender of contenders) {
      outcomes[contender.peer.column.name] = this.outcomeOf(contender, base);
    }
    return outcomes;
  }

  /** Prepares a library for a measure and compares what it computes with what is expected. */
  private async enter(
    peer: Peer,
    measure: MeasureName,
    expected: readonly number[] | null,
  ): Promise<Contender | Outcome> {
    const prepared = await peer.prepare(measure, warmUp);
    if ('error' in prepared) return { kind: 'failed', reason: prepared.error };
    if ('refused' in prepared) return { kind: 'refused', reason: prepared.refused };
    const { check, peak } = prepared;
    this.memory[peer.column.name] = { ...this.memory[peer.column.name], peak };
    const difference = largestDifference(expected ?? check, check, measures[measure].scale);
    if (difference > agreementLimit) return { kind: 'disagrees', difference };
    const { rounds, budget, least } = this.settings;
    const affordable = Math.floor((budget * 1000) / Math.max(least, prepared.milliseconds));
    const turns =
      prepared.milliseconds > longest ? 0 : Math.min(rounds, Math.max(fewest, affordable));
    return { peer, prepared, difference, samples: [], ratios: [], turns };
  }

  private async sampleBase(base: Contender): Promise<void> {
    const milliseconds = await this.sample(base);
    this.base = { milliseconds, at: performance.now() };
  }

  private async sample({ peer, samples, ratios }: Contender): Promise<number> {
    const answer = await peer.sample(this.settings.least);
    if ('error' in answer) return NaN;
    const { milliseconds, peak } = answer;
    samples.push(milliseconds);
    ratios.push(milliseconds / this.base.milliseconds);
    this.memory[peer.column.name] = { ...this.memory[peer.column.name], peak };
    return milliseconds;
  }

  private outcomeOf(contender: Contender, base: Contender): Outcome {
    const { prepared, samples, ratios, difference, turns } = contender;
    if (turns > 0 && samples.length === 0) {
      return { kind: 'failed', reason: 'it ended while it was measured' };
    }
    if (contender === base) {
      return { kind: 'measured', samples, ratios: [], isSingle: false, difference };
    }
    if (turns === 0) {
      const { milliseconds } = prepared;
      const beside = base.samples.map((sample) => milliseconds / sample);
      return {
        kind: 'measured',
        samples: [milliseconds],
        ratios: beside,
        isSingle: true,
        difference,
      };
    }
    return { kind: 'measured', samples, ratios, isSingle: false, difference };
  }
}

/** Spreads `turns` evenly over the rounds. */
function takesPart(turns: number, round: number, rounds: number): boolean {
  return Math.floor(((round + 1) * turns) / rounds) > Math.floor((round * turns) / rounds);
}
