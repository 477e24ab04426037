/** The element types a tensor can have. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';

/** The element types that derivatives exist for. */
export type FloatDType = 'float32' | 'float64';

/** Any array a tensor of some dtype can be stored in. */
export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The typed array that stores each dtype. */
export interface ValuesOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

interface DTypeFacts {
  /** Bytes of one number. */
  readonly bytes: number;
  /** Numbers per element: 1 for real dtypes; complex ones would store interleaved pairs. */
  readonly lanes: number;
  readonly isFloat: boolean;
  /** Position in the order of promotion: the higher of two dtypes wins. */
  readonly rank: number;
}

export const dtypeFacts: Readonly<Record<DType, DTypeFacts>> = {
  bool: { bytes: 1, lanes: 1, isFloat: false, rank: 0 },
  int32: { bytes: 4, lanes: 1, isFloat: false, rank: 1 },
  float32: { bytes: 4, lanes: 1, isFloat: true, rank: 2 },
  float64: { bytes: 8, lanes: 1, isFloat: true, rank: 3 },
};

/** All dtypes, from the narrowest to the widest. */
export const dtypes: readonly DType[] = ['bool', 'int32', 'float32', 'float64'];

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypeFacts, value);
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64';
}

/** The dtype of a result that mixes `a` and `b`. */
export function promoteDTypes(a: DType, b: DType): DType {
  return a === b || dtypeFacts[a].rank > dtypeFacts[b].rank ? a : b;
}

/** A fresh array for `size` elements of `dtype`; all zeros. A dtype of two lanes would double it. */
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
  }
}
