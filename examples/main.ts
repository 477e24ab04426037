/**
 * The main job: the two ways of differentiating, then a character-level LSTM that learns a text.
 *
 *   npm start -- [--text FILE] [--steps N] [--hidden N] [--seed N] [--curve FILE]
 */
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CharLstm } from './charLstm.ts';
import type { Corpus } from './corpus.ts';
import { defaultText, readCorpus, UsageError, Windows } from './corpus.ts';
import { Progress, terminalCurve, writeCurve } from './report.ts';
import { twoWays } from './twoWays.ts';

const batch = 16;
const length = 32;
const learningRate = 0.004;
const sampleLength = 400;
const temperature = 0.7;
const heldOutBatch = 64;

interface Settings {
  readonly text: string;
  readonly steps: number;
  readonly hidden: number;
  readonly seed: number;
  readonly curve: string;
}

function readSettings(args: readonly string[]): Settings {
  const text = { type: 'string' } as const;
  const options = { text, steps: text, hidden: text, seed: text, curve: text };
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options, allowPositionals: false }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  return {
    text: values.text ?? path.join(__dirname, '..', defaultText),
    steps: readCount('--steps', values.steps, 600, 1),
    hidden: readCount('--hidden', values.hidden, 128, 1),
    seed: readCount('--seed', values.seed, 1, 0),
    curve: values.curve ?? 'loss.svg',
  };
}

function readCount(
  name: string,
  text: string | undefined,
  fallback: number,
  least: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${name} must be an integer of at least ${String(least)}; got '${text}'`);
}

function showTwoWays(): void {
  const { session, tape } = twoWays();
  console.log('y = a * b + c at a = 3, b = 2, c = 1: the derivatives by a, b and c');
  console.log(`  gradients in a Session: [${session.join(', ')}]`);
  console.log(`  GradientTape:           [${tape.join(', ')}]`);
  console.log();
}

/** Trains and returns the loss of each step. */
async function trainOn(model: CharLstm, corpus: Corpus, steps: number): Promise<number[]> {
  const windows = new Windows(corpus.train, batch, length);
  const progress = new Progress(steps);
  const losses: number[] = [];
  const start = performance.now();
  let state = model.startState(batch);
  try {
    for (let step = 1; step <= steps; step++) {
      const { inputs, targets, isFirst } = windows.next();
      if (isFirst) state = model.startState(batch);
      const result = model.trainStep(inputs, targets, state);
      state = result.state;
      losses.push(result.loss);
      const seconds = (performance.now() - start) / 1000;
      progress.update(step, result.loss, (step * batch * length) / seconds);
      // The bar draws from a timer, which a loop without a pause would never let run.
      await setImmediate();
    }
  } finally {
    progress.stop();
  }
  return losses;
}

/** Mean loss over the held-out text, in nats per character. */
function heldOutLoss(model: CharLstm, corpus: Corpus): number {
  const rows = Math.max(
    1,
    Math.min(heldOutBatch, Math.floor(corpus.heldOut.length / (4 * length))),
  );
  const windows = new Windows(corpus.heldOut, rows, length);
  let state = model.startState(rows);
  let total = 0;
  for (let i = 0; i < windows.count; i++) {
    const { inputs, targets } = windows.next();
    const result = model.loss(inputs, targets, state);
    state = result.state;
    total += result.loss.item();
  }
  return total / windows.count;
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  const corpus = readCorpus(settings.text, 20 * batch * length);
  showTwoWays();
  const characters = corpus.train.length + corpus.heldOut.length;
  console.log(`LSTM of ${String(settings.hidden)} units on ${path.basename(settings.text)}:`);
  console.log(
    `  ${String(characters)} characters, ${String(corpus.alphabet.length)} different ones, the last tenth held out`,
  );
  const model = new CharLstm(corpus.alphabet.length, settings.hidden, learningRate, settings.seed);
  const losses = await trainOn(model, corpus, settings.steps);
  console.log(
    `\nloss in nats per character, over ${String(settings.steps)} steps:\n${terminalCurve(losses)}`,
  );
  await writeCurve(settings.curve, losses);
  console.log(`\nthe curve as a picture: ${settings.curve}`);
  const codes = model.sample(corpus.train[0], sampleLength, temperature);
  console.log(`\na sample:\n${codes.map((code) => corpus.alphabet[code]).join('')}\n`);
  console.log(`loss ${heldOutLoss(model, corpus).toFixed(4)}`);
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
});
