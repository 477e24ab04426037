/* eslint-disable @typescript-eslint/naming-convention -- the names are those of the library */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Arrays of arrays of numbers, which are what its tensors hold. */
export type Nested = number[] | Nested[];

/** The parts of js-pytorch that the works use; it is no dependency, so its own types are not at hand. */
export interface JsTensor {
  readonly data: Nested;
  readonly grad: Nested;
  zero_grad(): void;
  backward(): void;
  sum(): JsTensor;
}

interface Linear {
  W: JsTensor;
  b: JsTensor;
  forward(x: JsTensor): JsTensor;
}

interface Loss {
  forward(logits: JsTensor, classes: JsTensor): JsTensor;
}

interface Adam {
  step(): void;
  zero_grad(): void;
}

export interface JsPytorch {
  tensor(values: Nested, requiresGradient?: boolean): JsTensor;
  add(a: JsTensor, b: JsTensor): JsTensor;
  mul(a: JsTensor, b: JsTensor): JsTensor;
  exp(x: JsTensor): JsTensor;
  matmul(a: JsTensor, b: JsTensor): JsTensor;
  masked_fill(
    x: JsTensor,
    mask: JsTensor,
    condition: (value: number) => boolean,
    value: number,
  ): JsTensor;
  readonly nn: {
    readonly Linear: new (inputs: number, outputs: number) => Linear;
    readonly CrossEntropyLoss: new () => Loss;
  };
  readonly optim: {
    readonly Adam: new (parameters: JsTensor[], rate: number, decay: number) => Adam;
  };
}

export async function loadJsPytorch(
  folder: string,
): Promise<{ readonly torch: JsPytorch; readonly version: string }> {
  const peersRequire = createRequire(`${folder}/`);
  const file = peersRequire.resolve('js-pytorch').replace(/\.(cjs|js)$/, '.mjs');
  const { torch } = (await import(pathToFileURL(file).href)) as { readonly torch: JsPytorch };
  const manifest = file.replace(/dist[\\/].*$/, 'package.json');
  return { torch, version: (peersRequire(manifest) as { readonly version: string }).version };
}

/** Numbers in arrays of this shape. */
export function nested(values: ArrayLike<number>, shape: readonly number[]): Nested {
  const flat = Array.from(values);
  return shape.slice(1).reduceRight<Nested>((parts, size) => {
    const count = parts.length / size;
    return Array.from({ length: count }, (_, i) => parts.slice(i * size, (i + 1) * size));
  }, flat);
}
