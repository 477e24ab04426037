/** The element types a tensor can have. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool' | ComplexDType;

/** The element types of real numbers that derivatives exist for. */
export type FloatDType = 'float32' | 'float64';

/** Pairs of floats: a real and an imaginary part, side by side. */
export type ComplexDType = 'complex64' | 'complex128';

/** Any array a tensor of some dtype can be stored in. */
export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The typed array that stores each dtype. */
export interface ValuesOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly complex64: Float32Array;
  readonly complex128: Float64Array;
}

interface DTypeFacts {
  /** Bytes of one number. */
  readonly bytes: number;
  /** Numbers per element: 1 for real dtypes; complex ones store interleaved pairs. */
  readonly lanes: number;
  /** Position in the order of promotion: the higher of two dtypes wins. */
  readonly rank: number;
}

export const dtypeFacts: Readonly<Record<DType, DTypeFacts>> = {
  bool: { bytes: 1, lanes: 1, rank: 0 },
  int32: { bytes: 4, lanes: 1, rank: 1 },
  float32: { bytes: 4, lanes: 1, rank: 2 },
  float64: { bytes: 8, lanes: 1, rank: 3 },
  complex64: { bytes: 4, lanes: 2, rank: 4 },
  complex128: { bytes: 8, lanes: 2, rank: 5 },
};

/** All dtypes, from the narrowest to the widest. */
export const dtypes: readonly DType[] = [
  'bool',
  'int32',
  'float32',
  'float64',
  'complex64',
  'complex128',
];

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypeFacts, value);
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64';
}

export function isComplex(dtype: DType): dtype is ComplexDType {
  return dtype === 'complex64' || dtype === 'complex128';
}

/** Whether derivatives exist for the dtype. */
export function isDifferentiable(dtype: DType): dtype is FloatDType | ComplexDType {
  return isFloat(dtype) || isComplex(dtype);
}

/** The dtype of the parts of a complex one; of a real one, itself. */
export function realDType<D extends DType>(dtype: D): D | FloatDType {
  return dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : dtype;
}

/** The dtype of complex numbers whose parts are floats of `dtype`. */
export function complexDType(dtype: FloatDType | ComplexDType): ComplexDType {
  return dtype === 'float32' || dtype === 'complex64' ? 'complex64' : 'complex128';
}

/** The dtype of a result that mixes `a` and `b`. */
export function promoteDTypes(a: DType, b: DType): DType {
  return a === b ? a : promoteDifferent(a, b);
}

// By itself, so that the frequent case is small enough for the engine to inline.
function promoteDifferent(a: DType, b: DType): DType {
  const [low, high] = dtypeFacts[a].rank > dtypeFacts[b].rank ? [b, a] : [a, b];
  return low === 'float64' && high === 'complex64' ? 'complex128' : high;
}

/** A fresh array for `size` elements of `dtype`; all zeros. */
export function newValues(dtype: DType, size: number): Values {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size);
    case 'float64':
      return new Float64Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'bool':
      return new Uint8Array(size);
    case 'complex64':
      return new Float32Array(2 * size);
    case 'complex128':
      return new Float64Array(2 * size);
  }
}
