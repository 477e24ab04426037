import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A text as numbers: one per character, in the order of first appearance in a sorted alphabet. */
export interface Corpus {
  readonly alphabet: readonly string[];
  readonly train: Int32Array;
  /** The last tenth. */
  readonly heldOut: Int32Array;
}

/** A text that every installation of the development tools contains. */
export const defaultText = path.join('node_modules', 'prettier', 'THIRD-PARTY-NOTICES.md');

/** A problem with what the user asked for: told in one line. */
export class UsageError extends Error {}

export function readCorpus(file: string, shortest: number): Corpus {
  const text = readText(file);
  const characters = Array.from(text);
  if (characters.length < shortest) {
    const got = characters.length === 0 ? 'it is empty' : `it has ${String(characters.length)}`;
    throw new UsageError(
      `the text must have at least ${String(shortest)} characters; ${got}: ${file}`,
    );
  }
  const alphabet = [...new Set(characters)].sort();
  const codes = new Map(alphabet.map((character, code) => [character, code]));
  const encoded = Int32Array.from(characters, (character) => codes.get(character) ?? 0);
  const cut = Math.floor(encoded.length * 0.9);
  return { alphabet, train: encoded.slice(0, cut), heldOut: encoded.slice(cut) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot read the text: ${reason}`);
  }
}

/** Consecutive characters from `batch` places of a text at once, and the characters that follow. */
export class Windows {
  private readonly text: Int32Array;
  private readonly batch: number;
  private readonly length: number;
  private readonly stride: number;
  private at = 0;

  constructor(text: Int32Array, batch: number, length: number) {
    this.text = text;
    this.batch = batch;
    this.length = length;
    this.stride = Math.floor((text.length - 1) / batch);
  }

  /** How many windows fit before the places are used up. */
  get count(): number {
    return Math.floor(this.stride / this.length);
  }

  /** The next window, time first; `isFirst` when reading starts anew, so that states must too. */
  next(): { inputs: Int32Array; targets: Int32Array; isFirst: boolean } {
    const { text, batch, length, stride } = this;
    if (this.at + length > stride) this.at = 0;
    const inputs = new Int32Array(batch * length);
    const targets = new Int32Array(batch * length);
    for (let t = 0; t < length; t++) {
      for (let row = 0; row < batch; row++) {
        const from = row * stride + this.at + t;
        inputs[t * batch + row] = text[from];
        targets[t * batch + row] = text[from + 1];
      }
    }
    const isFirst = this.at === 0;
    this.at += length;
    return { inputs, targets, isFirst };
  }
}
