/** A parameter: its name, its shape, and the seed and scale of its first value. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** 0 stands for a parameter that starts with `scale` everywhere. */
  readonly seed: number;
  readonly scale: number;
}

export type ParameterSets = Readonly<
  Record<'perceptron' | 'convolutional' | 'recurrent' | 'transformer', readonly Parameter[]>
>;

type Row = readonly [name: string, shape: readonly number[], seed: number, scale: number];

function parameters(rows: readonly Row[]): readonly Parameter[] {
  return rows.map(([name, shape, seed, scale]) => ({ name, shape, seed, scale }));
}

const layerRows = (layer: number): readonly Row[] => {
  const seed = 50 + 20 * layer;
  const rows: readonly Row[] = [
    ['scale1', [128], 0, 1],
    ['offset1', [128], seed + 1, 0.01],
    ['qkv', [128, 384], seed + 2, 0.1],
    ['qkvBias', [384], seed + 3, 0.01],
    ['out', [128, 128], seed + 4, 0.1],
    ['outBias', [128], seed + 5, 0.01],
    ['scale2', [128], 0, 1],
    ['offset2', [128], seed + 6, 0.01],
    ['w1', [128, 512], seed + 7, 0.1],
    ['b1', [512], seed + 8, 0.01],
    ['w2', [512, 128], seed + 9, 0.05],
    ['b2', [128], seed + 10, 0.01],
  ];
  return rows.map(([name, ...rest]) => [`layer${String(layer)}.${name}`, ...rest] as const);
};

/** The parameters of workloads 5 to 8; filters of convolutions are (height, width, in, out). */
export const parameterSets: ParameterSets = {
  perceptron: parameters([
    ['w1', [784, 512], 11, 0.05],
    ['b1', [512], 12, 0.01],
    ['w2', [512, 256], 13, 0.06],
    ['b2', [256], 14, 0.01],
    ['w3', [256, 10], 15, 0.1],
    ['b3', [10], 16, 0.01],
  ]),
  convolutional: parameters([
    ['c1', [3, 3, 1, 32], 21, 0.3],
    ['cb1', [32], 22, 0.01],
    ['c2', [3, 3, 32, 64], 23, 0.08],
    ['cb2', [64], 24, 0.01],
    ['w1', [3136, 128], 25, 0.03],
    ['b1', [128], 26, 0.01],
    ['w2', [128, 10], 27, 0.1],
    ['b2', [10], 28, 0.01],
  ]),
  recurrent: parameters([
    ['wx', [64, 512], 31, 0.1],
    ['wh', [128, 512], 32, 0.08],
    ['b', [512], 33, 0.05],
  ]),
  transformer: parameters([
    ['tokens', [256, 128], 41, 0.1],
    ['positions', [64, 128], 42, 0.1],
    ...layerRows(0),
    ...layerRows(1),
    ['scale', [128], 0, 1],
    ['offset', [128], 97, 0.01],
    ['out', [128, 256], 98, 0.1],
    ['outBias', [256], 99, 0.01],
  ]),
};
