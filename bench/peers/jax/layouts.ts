/** Numbers of an array of this shape in the order of permuted axes. */
function permuted(
  values: Float32Array,
  shape: readonly number[],
  perm: readonly number[],
): Float32Array {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const result = new Float32Array(values.length);
  let at = 0;
  const visit = (axis: number, from: number): void => {
    if (axis === perm.length) {
      result[at++] = values[from];
      return;
    }
    const step = strides[perm[axis]];
    for (let i = 0; i < shape[perm[axis]]; i++) visit(axis + 1, from + i * step);
  };
  visit(0, 0);
  return result;
}

const filters: Readonly<Record<string, readonly number[]>> = {
  c1: [32, 1, 3, 3],
  c2: [64, 32, 3, 3],
};

/** A gradient of the convolutional network, computed with channels first, in the defined order. */
export function channelsLast(name: string, values: Float32Array): Float32Array {
  if (name in filters) return permuted(values, filters[name], [2, 3, 1, 0]);
  return name === 'w1' ? permuted(values, [64, 7, 7, 128], [1, 2, 0, 3]) : values;
}
