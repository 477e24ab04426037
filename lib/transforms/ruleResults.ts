import { isDifferentiable, isDType } from '../base/dtype.ts';
import { ArgumentError, misuse } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { requireShape, specOf } from '../base/shape.ts';
import type { Names } from '../core/namedOp.ts';
import type { Tensor } from '../core/tensor.ts';
import { isTensor } from '../core/tensor.ts';
import { describeValue } from '../core/isVariable.ts';
import { misfitOf } from './leaves.ts';

export type Part = 'input' | 'output';

/** Checks how many tensors there are of what shape, in the words of the definition. */
export class Counts {
  readonly op: string;
  private readonly names: Readonly<Record<Part, Names | undefined>>;

  constructor(op: string, inputs: Names | undefined, outputs: Names | undefined) {
    this.op = op;
    this.names = { input: inputs, output: outputs };
  }

  requireInputs(inputs: readonly unknown[]): void {
    const { input: names } = this.names;
    if (names === undefined || inputs.length === names.length) return;
    const condition = `be ${String(names.length)} tensors: ${names.join(', ')}`;
    throw misuse(ArgumentError, this.op, 'inputs', condition, String(inputs.length));
  }

  /** What `infer` returned. */
  specs(found: unknown): readonly Spec[] {
    const list = this.list('infer', 'spec', 'output', found, this.names.output?.length);
    return list.map((spec, i) => {
      if (isSpec(spec)) return spec;
      const place = `spec of ${this.place('output', i)}`;
      const { shape, dtype } = isPlainObject(spec) ? spec : {};
      if (!isDType(dtype)) {
        throw misuse(ArgumentError, this.op, place, 'be {shape, dtype}', formatValue(spec));
      }
      return specOf(requireShape(this.op, place, shape), dtype);
    });
  }

  /** What a rule returned: a share for each of `like`, of its shape and dtype. */
  shares(
    rule: string,
    noun: string,
    part: Part,
    found: unknown,
    like: readonly (Tensor | Spec)[],
  ): readonly (Tensor | null)[] {
    const list = this.list(rule, `${noun} (or null)`, part, found, like.length);
    return list.map((share, i) => {
      if (share === null || !isDifferentiable(like[i].dtype)) return null;
      return this.fitted(`${noun} of ${this.place(part, i)}`, share, like[i], `the ${part}'s`);
    });
  }

  /** What a batch rule returned: outputs with the batch axis in front. */
  batches(found: unknown, specs: readonly Spec[], size: number): readonly Tensor[] {
    const list = this.list('batch', 'batch', 'output', found, specs.length);
    return list.map((batch, i) => {
      const whole = specOf([size, ...specs[i].shape], specs[i].dtype);
      return this.fitted(`batch of ${this.place('output', i)}`, batch, whole, "all examples'");
    });
  }

  /** What an expansion returned. */
  results(found: unknown): readonly Tensor[] {
    const list = this.list('expand', 'tensor', 'output', found, this.names.output?.length);
    return list.map((y, i) => {
      if (isTensor(y)) return y;
      const name = `expansion of ${this.place('output', i)}`;
      throw misuse(ArgumentError, this.op, name, 'be a tensor', describeValue(y));
    });
  }

  /** `input 0 ('x')`. */
  place(part: Part, index: number): string {
    const name = this.names[part]?.[index];
    return `${part} ${String(index)}${name === undefined ? '' : ` ('${name}')`}`;
  }

  private fitted(name: string, found: unknown, like: Tensor | Spec, whose: string): Tensor {
    if (!isTensor(found)) {
      throw misuse(ArgumentError, this.op, name, 'be a tensor', describeValue(found));
    }
    const misfit = misfitOf(found, like, whose);
    if (misfit !== null) throw misfit(this.op, name);
    return found;
  }

  private list(
    rule: string,
    noun: string,
    part: Part,
    found: unknown,
    count: number | undefined,
  ): readonly unknown[] {
    if (Array.isArray(found) && (count === undefined || found.length === count)) return found;
    const names = this.names[part];
    const which = names === undefined ? '' : ` (${names.join(', ')})`;
    const many = count === undefined ? '' : `: ${String(count)}${which}`;
    const got = Array.isArray(found) ? String(found.length) : describeValue(found);
    throw misuse(ArgumentError, this.op, rule, `return one ${noun} per ${part}${many}`, got);
  }
}

function isSpec(value: unknown): value is Spec {
  return isPlainObject(value) && 'size' in value && 'list' in value;
}
