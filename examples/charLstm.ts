import type { Tensor, Variable } from '../lib/index.ts';
import {
  add,
  concat,
  gather,
  GradientTape,
  matMul,
  mul,
  ones,
  randomNormal,
  randomUniform,
  setSeed,
  sigmoid,
  softmax,
  sparseSoftmaxCrossEntropy,
  split,
  tanh,
  tensor,
  train,
  variable,
  zeros,
} from '../lib/index.ts';

/** What an LSTM carries from one character to the next, for a batch of texts. */
export interface LstmState {
  readonly h: Tensor;
  readonly c: Tensor;
}

interface Weights {
  /** One row per character: its share of the four gates. */
  readonly input: Variable;
  readonly recurrent: Variable;
  readonly gateBias: Variable;
  readonly output: Variable;
  readonly outputBias: Variable;
}

/** A character-level LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). */
export class CharLstm {
  private readonly hidden: number;
  private readonly weights: Weights;
  private readonly optimizer;

  constructor(vocabulary: number, hidden: number, learningRate: number, seed: number) {
    setSeed(seed);
    const scaled = (rows: number, columns: number): Variable =>
      variable(randomNormal([rows, columns], 0, 1 / Math.sqrt(rows)));
    this.hidden = hidden;
    this.weights = {
      input: scaled(vocabulary, 4 * hidden),
      recurrent: scaled(hidden, 4 * hidden),
      // A forget gate that starts open lets gradients reach far back (Jozefowicz et al. 2015).
      gateBias: variable(concat([zeros([hidden]), ones([hidden]), zeros([2 * hidden])])),
      output: scaled(hidden, vocabulary),
      outputBias: variable(zeros([vocabulary])),
    };
    this.optimizer = train.adam(learningRate);
  }

  startState(batch: number): LstmState {
    return { h: zeros([batch, this.hidden]), c: zeros([batch, this.hidden]) };
  }

  /**
   * One optimiser step on consecutive characters.
   *
   * @param inputs - `steps * batch` characters, time first
   * @param targets - the character that follows each
   * @returns the mean loss in nats per character, and the state to go on from
   */
  trainStep(
    inputs: Int32Array,
    targets: Int32Array,
    state: LstmState,
  ): { loss: number; state: LstmState } {
    const parameters = Object.values(this.weights) as Variable[];
    const tape = new GradientTape();
    const { loss, state: next } = tape.run(() => this.loss(inputs, targets, state));
    const derivatives = tape.gradient(loss, parameters);
    this.optimizer.applyGradients(parameters.map((weight, i) => [derivatives[i], weight] as const));
    return { loss: loss.item(), state: next };
  }

  /** The mean loss in nats per character, and the state after the last one. */
  loss(
    inputs: Int32Array,
    targets: Int32Array,
    state: LstmState,
  ): { loss: Tensor; state: LstmState } {
    const { logits, state: next } = this.logits(inputs, state);
    return { loss: sparseSoftmaxCrossEntropy(tensor(targets), logits), state: next };
  }

  /** Characters drawn one after another, each fed back as the next input. */
  sample(first: number, length: number, temperature: number): number[] {
    const characters = [first];
    let state = this.startState(1);
    while (characters.length < length) {
      const last = Int32Array.of(characters[characters.length - 1]);
      const { logits, state: next } = this.logits(last, state);
      state = next;
      const probabilities = softmax(mul(logits, 1 / temperature)).dataSync();
      let left = randomUniform([]).item();
      let choice = 0;
      while (choice < probabilities.length - 1 && (left -= probabilities[choice]) > 0) choice++;
      characters.push(choice);
    }
    return characters;
  }

  private logits(inputs: Int32Array, state: LstmState): { logits: Tensor; state: LstmState } {
    const { input, output, outputBias } = this.weights;
    const batch = state.h.shape[0];
    // One gather for all steps: a one-hot product, without the zeros.
    const steps = split(gather(input, tensor(inputs)), inputs.length / batch, 0);
    const hiddens: Tensor[] = [];
    let carried = state;
    for (const step of steps) {
      carried = this.cell(step, carried);
      hiddens.push(carried.h);
    }
    return { logits: add(matMul(concat(hiddens, 0), output), outputBias), state: carried };
  }

  private cell(step: Tensor, { h, c }: LstmState): LstmState {
    const { recurrent, gateBias } = this.weights;
    const gates = add(add(step, matMul(h, recurrent)), gateBias);
    const [i, f, candidate, o] = split(gates, 4, 1);
    const next = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(candidate)));
    return { h: mul(sigmoid(o), tanh(next)), c: next };
  }
}
