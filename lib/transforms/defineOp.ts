import { ArgumentError, misuse, UnsupportedError } from '../base/errors.ts';
import { formatValue } from '../base/format.ts';
import { isPlainObject, readOptions } from '../base/options.ts';
import type { Spec } from '../base/shape.ts';
import { sameShape, specOf } from '../base/shape.ts';
import { apply } from '../core/apply.ts';
import type { NamedOp, NamedRules, Names, OpDefinition } from '../core/namedOp.ts';
import type { BatchRule, Derivative, Differentiability, Op, Point, Reads } from '../core/op.ts';
import { defineOp as complete } from '../core/op.ts';
import { filledTensor, isTensor, Tensor } from '../core/tensor.ts';
import { inEachExample } from '../ops/batchRules.ts';
import { stack, unstack } from '../ops/joining.ts';
import type { Part } from './ruleResults.ts';
import { Counts } from './ruleResults.ts';
import { requireFunction } from './sync.ts';

/** A definition whose types were checked when it was written. */
type AnyDefinition = OpDefinition<unknown, Names, Names>;

const known = {
  ...({ name: true, inputs: true, outputs: true, infer: true, check: true } as const),
  ...({ kernel: true, derivative: true, batch: true, traits: true } as const),
  ...({ reads: true, kinks: true } as const),
};

/**
 * An op of your own, for `apply`: what it computes, and its derivative. It works in every transformation,
 * to any order, as the ops of the library do.
 *
 * What the definition says, and what its rules return, is checked; `checkOp` of `gradtape/testing` also
 * holds it to the laws that ops must keep.
 *
 * @param definition - with names for `inputs` and `outputs`, the rules take and return tuples
 * @throws ArgumentError when a part is missing or of the wrong kind
 * @example
 * const cube = defineOp({
 *   name: 'cube',
 *   inputs: ['x'],
 *   outputs: ['y'],
 *   infer: ([x]) => [x],
 *   kernel: ([x], [y]) => x.values.forEach((value, i) => (y.values[i] = value ** 3)),
 *   derivative: { vjp: ({ inputs: [x] }, [g]) => [mul(g, mul(3, square(x)))] },
 * });
 * grad((x) => apply(cube, [x])[0])(2) // 12
 */
export function defineOp<
  Params = undefined,
  const I extends Names = Names,
  const O extends Names = Names,
>(definition: OpDefinition<Params, I, O>): NamedOp<Params, I, O>;
export function defineOp(definition: AnyDefinition): Op<unknown> {
  const given = requireDefinition(definition);
  const { name } = given;
  const counted = new Counts(name, given.inputs, given.outputs);
  const infer = (inputs: readonly Spec[], params: unknown): readonly Spec[] => {
    counted.requireInputs(inputs);
    return counted.specs(given.infer(inputs, params));
  };
  const op: Op<unknown> = complete<unknown>({
    name,
    infer,
    kernel: given.kernel,
    derivative: checkedDerivative(counted, given.derivative),
    batch: (inputs, batched, params, size, level) => {
      const rule = given.batch ?? ((...args) => defaultBatch(op, ...args));
      const outputs = rule(inputs, batched, params, size, level);
      const examples = inputs.map((x, i) =>
        batched[i] ? specOf(x.shape.slice(1), x.dtype) : x.spec,
      );
      const specs = op.infer(examples, params);
      return counted.batches(outputs, specs, size);
    },
    ...(given.check !== undefined && { check: given.check }),
    traits: { ...given.traits, foreign: true },
    ...(given.reads !== undefined && { reads: given.reads }),
    ...(given.kinks !== undefined && { kinks: given.kinks }),
  });
  return op;
}

function requireDefinition(definition: unknown): AnyDefinition {
  const made = 'defineOp';
  const given = readOptions<AnyDefinition>(
    made,
    definition as AnyDefinition,
    known,
    'definition',
  ) as AnyDefinition;
  const { name } = given;
  if (typeof name !== 'string' || name === '') {
    throw misuse(ArgumentError, made, 'name', 'be a text that is not empty', formatValue(name));
  }
  for (const part of ['infer', 'kernel'] as const) requireFunction(name, part, given[part]);
  for (const part of ['check', 'batch'] as const) {
    if (given[part] !== undefined) requireFunction(name, part, given[part]);
  }
  for (const part of ['inputs', 'outputs'] as const) requireNames(name, part, given[part]);
  requireDerivative(name, given.derivative);
  requireReads(name, given);
  return given;
}

function requireNames(op: string, part: string, names: unknown): void {
  if (names === undefined) return;
  const isRight = Array.isArray(names) && names.every((one) => typeof one === 'string');
  if (isRight && new Set(names).size === names.length) return;
  const condition = 'be an array of different names';
  throw misuse(ArgumentError, op, part, condition, formatValue(names));
}

function requireDerivative(op: string, derivative: unknown): void {
  if (isPlainObject(derivative) && isDerivative(derivative)) return;
  const condition =
    "be {vjp, jvp}, {kind: 'expansion', expand}, zeroGradient or notDifferentiable(...)";
  throw misuse(ArgumentError, op, 'derivative', condition, formatValue(derivative));
}

function isDerivative({
  kind,
  vjp,
  jvp,
  expand,
  reason,
}: Readonly<Record<string, unknown>>): boolean {
  switch (kind) {
    case undefined:
    case 'rules': {
      const given = [vjp, jvp].filter((rule) => rule !== undefined);
      return given.length > 0 && given.every((rule) => typeof rule === 'function');
    }
    case 'expansion':
      return typeof expand === 'function';
    case 'zero':
      return true;
    default:
      return kind === 'none' && typeof reason === 'string';
  }
}

function requireReads(op: string, { reads, inputs, outputs }: AnyDefinition): void {
  if (reads === undefined) return;
  for (const [part, names] of [
    ['inputs', inputs],
    ['outputs', outputs],
  ] as const) {
    const positions: unknown = isPlainObject(reads) ? (reads as Reads)[part] : undefined;
    const most = names?.length ?? Infinity;
    const isRight =
      positions === 'every' ||
      (Array.isArray(positions) &&
        positions.every((at) => Number.isInteger(at) && at >= 0 && at < most));
    if (isRight) continue;
    const condition = `be 'every' or positions of ${part}`;
    throw misuse(ArgumentError, op, `reads.${part}`, condition, formatValue(positions));
  }
}

function checkedDerivative(
  counts: Counts,
  derivative: AnyDefinition['derivative'],
): Differentiability<unknown> {
  if (derivative.kind === 'zero' || derivative.kind === 'none') return derivative;
  if (derivative.kind !== 'expansion') return checkedRules(counts, derivative);
  const { expand } = derivative;
  return {
    kind: 'expansion',
    expand: (inputs, params) => counts.results(expand(inputs, params)),
  };
}

function checkedRules(
  counts: Counts,
  { vjp, jvp, rows }: NamedRules<unknown, Names, Names>,
): Derivative<unknown> {
  const pullBack: Derivative<unknown>['vjp'] = (at, cotangents, needed) => {
    const found = vjp?.(readable(counts, at), cotangents, needed);
    return counts.shares('vjp', 'gradient', 'input', found, at.inputs);
  };
  const pushForward: Derivative<unknown>['jvp'] = (at, tangents) => {
    const found = jvp?.(readable(counts, at), tangents);
    return counts.shares('jvp', 'tangent', 'output', found, at.outputs);
  };
  return {
    kind: 'rules',
    ...(vjp !== undefined && { vjp: pullBack }),
    ...(jvp !== undefined && { jvp: pushForward }),
    ...(rows !== undefined && {
      rows: (at, cotangents) => rows(readable(counts, at), cotangents),
    }),
  };
}

/** Stands for a tensor that the op does not declare to read: using it says so. */
class UnreadTensor extends Tensor {
  private readonly op: string;
  private readonly place: string;

  constructor(spec: Spec, op: string, place: string) {
    super(spec, null);
    this.op = op;
    this.place = place;
  }

  protected override refuse(): never {
    const hint = 'only what reads names is kept for the rules';
    const condition = 'be declared in reads where a rule uses its values';
    throw misuse(UnsupportedError, this.op, this.place, condition, 'an undeclared one', hint);
  }
}

// A recording keeps the specs alone of what is not declared.
function readable(counts: Counts, { inputs, outputs, params }: Point<unknown>): Point<unknown> {
  const seen = (part: Part, tensors: readonly (Tensor | Spec)[]): readonly Tensor[] =>
    tensors.map((x, i) =>
      isTensor(x) ? x : new UnreadTensor(x, counts.op, counts.place(part, i)),
    );
  return { inputs: seen('input', inputs), outputs: seen('output', outputs), params };
}

type BatchArguments = Parameters<BatchRule<unknown>>;

function defaultBatch(op: Op<unknown>, ...given: BatchArguments): readonly Tensor[] {
  const [inputs, batched, params, size] = given;
  const examples = inputs.map((x, i) => (batched[i] ? x.shape.slice(1) : x.shape));
  const isEven = examples.every((shape) => sameShape(shape, examples[0]));
  if (op.traits.elementwise === true && isEven) {
    return apply(op, inEachExample(inputs, batched, size), params);
  }
  if (size === 0) {
    const specs = inputs.map((x, i) => specOf(examples[i], x.dtype));
    return op
      .infer(specs, params)
      .map(({ shape, dtype }) => filledTensor(specOf([0, ...shape], dtype), 0));
  }
  const lists = inputs.map((x, i) => (batched[i] ? unstack(x) : null));
  const results = Array.from({ length: size }, (_, k) =>
    apply(
      op,
      inputs.map((x, i) => lists[i]?.[k] ?? x),
      params,
    ),
  );
  return results[0].map((_, j) => stack(results.map((outputs) => outputs[j])));
}
