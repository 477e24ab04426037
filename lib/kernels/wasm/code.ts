/*
 * WebAssembly instructions as typed expressions. An instruction is a function of the code of its
 * operands and returns code: nested lists of bytes, which `assemble` writes out. Operand types are
 * checked by TypeScript, so that a wrong order shows while one writes.
 *
 * Opcodes: WebAssembly Core Specification 2.0, section 5.4, and the relaxed-SIMD proposal.
 */

/** The types of values. */
export type Type = 'i32' | 'f32' | 'f64' | 'v128';

type Bytes = readonly (number | Bytes)[];

declare const result: unique symbol;

/** Code that leaves one value of type `T`, or nothing for `void`. */
export type Code<T extends Type | 'void'> = Bytes & { readonly [result]?: T };

export type I32 = Code<'i32'>;
export type F32 = Code<'f32'>;
export type F64 = Code<'f64'>;
export type V128 = Code<'v128'>;
/** Code that leaves nothing: an assignment, a store, a loop. */
export type Effect = Code<'void'>;

/** An unsigned number in LEB128. */
export function unsigned(n: number): number[] {
  const bytes = [];
  do {
    const low = n & 0x7f;
    n >>>= 7;
    bytes.push(n === 0 ? low : low | 0x80);
  } while (n !== 0);
  return bytes;
}

function signed(n: number): number[] {
  const bytes = [];
  for (;;) {
    const low = n & 0x7f;
    n >>= 7;
    const isDone = (n === 0 && (low & 0x40) === 0) || (n === -1 && (low & 0x40) !== 0);
    bytes.push(isDone ? low : low | 0x80);
    if (isDone) return bytes;
  }
}

/** Calls function number `index` of the module. */
export function call(index: number, args: readonly Code<Type>[]): Effect {
  return [args, 0x10, unsigned(index)];
}

function bytesOf(x: Float32Array | Float64Array): number[] {
  return [...new Uint8Array(x.buffer)];
}

const unary =
  <T extends Type>(opcode: number) =>
  (a: Code<T>): Code<T> => [a, opcode];
const binary =
  <T extends Type>(opcode: number) =>
  (a: Code<T>, b: Code<T>): Code<T> => [a, b, opcode];

/** How an address is aligned is a hint only; numbers here lie on multiples of their size at most. */
function access(opcode: Bytes, offset: number): Bytes {
  return [opcode, 0, unsigned(offset)];
}

export const i32 = {
  const: (n: number): I32 => [0x41, signed(n | 0)],
  add: binary<'i32'>(0x6a),
  sub: binary<'i32'>(0x6b),
  mul: binary<'i32'>(0x6c),
  divU: binary<'i32'>(0x6e),
  and: binary<'i32'>(0x71),
  or: binary<'i32'>(0x72),
  shl: binary<'i32'>(0x74),
  shrU: binary<'i32'>(0x76),
  eq: binary<'i32'>(0x46),
  ltS: binary<'i32'>(0x48),
  ltU: binary<'i32'>(0x49),
  gtS: binary<'i32'>(0x4a),
  geS: binary<'i32'>(0x4e),
  load: (at: I32, offset = 0): I32 => [at, access([0x28], offset)],
  load8U: (at: I32, offset = 0): I32 => [at, access([0x2d], offset)],
  store: (at: I32, value: I32, offset = 0): Effect => [at, value, access([0x36], offset)],
  store8: (at: I32, value: I32, offset = 0): Effect => [at, value, access([0x3a], offset)],
} as const;

/** Scalars of one float type. */
export interface ScalarFloat<T extends 'f32' | 'f64'> {
  readonly const: (n: number) => Code<T>;
  readonly load: (at: I32, offset?: number) => Code<T>;
  readonly store: (at: I32, value: Code<T>, offset?: number) => Effect;
  readonly add: (a: Code<T>, b: Code<T>) => Code<T>;
  readonly sub: (a: Code<T>, b: Code<T>) => Code<T>;
  readonly mul: (a: Code<T>, b: Code<T>) => Code<T>;
  readonly div: (a: Code<T>, b: Code<T>) => Code<T>;
  readonly max: (a: Code<T>, b: Code<T>) => Code<T>;
  readonly sqrt: (a: Code<T>) => Code<T>;
}

export const f32: ScalarFloat<'f32'> = {
  const: (n) => [0x43, bytesOf(new Float32Array([n]))],
  load: (at, offset = 0) => [at, access([0x2a], offset)],
  store: (at, value, offset = 0) => [at, value, access([0x38], offset)],
  add: binary<'f32'>(0x92),
  sub: binary<'f32'>(0x93),
  mul: binary<'f32'>(0x94),
  div: binary<'f32'>(0x95),
  max: binary<'f32'>(0x97),
  sqrt: unary<'f32'>(0x91),
};

export const f64: ScalarFloat<'f64'> = {
  const: (n) => [0x44, bytesOf(new Float64Array([n]))],
  load: (at, offset = 0) => [at, access([0x2b], offset)],
  store: (at, value, offset = 0) => [at, value, access([0x39], offset)],
  add: binary<'f64'>(0xa0),
  sub: binary<'f64'>(0xa1),
  mul: binary<'f64'>(0xa2),
  div: binary<'f64'>(0xa3),
  max: binary<'f64'>(0xa5),
  sqrt: unary<'f64'>(0x9f),
};

const vector = (opcode: number): Bytes => [0xfd, unsigned(opcode)];

const unaryVector =
  (opcode: number) =>
  (a: V128): V128 => [a, vector(opcode)];
const binaryVector =
  (opcode: number) =>
  (a: V128, b: V128): V128 => [a, b, vector(opcode)];
const ternaryVector =
  (opcode: number) =>
  (a: V128, b: V128, c: V128): V128 => [a, b, c, vector(opcode)];
const shiftedVector =
  (opcode: number) =>
  (a: V128, count: number): V128 => [a, i32.const(count), vector(opcode)];

const laneStore =
  (opcode: number) =>
  (at: I32, value: V128, lane: number, offset = 0): Effect => [
    at,
    value,
    access(vector(opcode), offset),
    lane,
  ];

/** What does not depend on how the 128 bits are divided. */
export const v128 = {
  load: (at: I32, offset = 0): V128 => [at, access(vector(0x00), offset)],
  store: (at: I32, value: V128, offset = 0): Effect => [at, value, access(vector(0x0b), offset)],
  load32Splat: (at: I32, offset = 0): V128 => [at, access(vector(0x09), offset)],
  load64Splat: (at: I32, offset = 0): V128 => [at, access(vector(0x0a), offset)],
  load8Splat: (at: I32, offset = 0): V128 => [at, access(vector(0x07), offset)],
  load16Splat: (at: I32, offset = 0): V128 => [at, access(vector(0x08), offset)],
  load32Zero: (at: I32, offset = 0): V128 => [at, access(vector(0x5c), offset)],
  /** Two doubles from the two float32 at `at`. */
  load64Zero: (at: I32, offset = 0): V128 => [at, access(vector(0x5d), offset)],
  storeLane16: laneStore(0x59),
  storeLane32: laneStore(0x5a),
  storeLane64: laneStore(0x5b),
  not: unaryVector(0x4d),
  and: binaryVector(0x4e),
  /** The bits of `a` that are not in `b`. */
  andNot: binaryVector(0x4f),
  or: binaryVector(0x50),
  xor: binaryVector(0x51),
  /** Bits of `a` where `mask` has ones, of `b` elsewhere. */
  select: (a: V128, b: V128, mask: V128): V128 => [a, b, mask, vector(0x52)],
  anyTrue: (a: V128): I32 => [a, vector(0x53)],
  /** Bytes of `a` (0 to 15) and `b` (16 to 31) by number. */
  shuffle: (a: V128, b: V128, lanes: readonly number[]): V128 => [a, b, vector(0x0d), lanes],
  zero: [vector(0x0c), new Array<number>(16).fill(0)] as V128,
  /** Ones in the lower half. */
  lowerHalf: [vector(0x0c), Array.from({ length: 16 }, (_, i) => (i < 8 ? 0xff : 0))] as V128,
} as const;

/** Four or two integers a vector: for the bits of floats. */
export const i32x4 = {
  splat: (n: number): V128 => [i32.const(n), vector(0x11)],
  add: binaryVector(0xae),
  sub: binaryVector(0xb1),
  eq: binaryVector(0x37),
  gtS: binaryVector(0x3b),
  shl: shiftedVector(0xab),
  shrS: shiftedVector(0xac),
  shrU: shiftedVector(0xad),
  ofFloat: unaryVector(0xf8),
  toFloat: unaryVector(0xfa),
  /** The two lower integers as doubles. */
  lowToDouble: unaryVector(0xfe),
  ofDoubleZero: unaryVector(0xfc),
} as const;

export const i64x2 = {
  splat: (n: number): V128 => [[0x42, signed64(n)], vector(0x12)],
  add: binaryVector(0xce),
  sub: binaryVector(0xd1),
  shl: shiftedVector(0xcb),
  shrS: shiftedVector(0xcc),
  shrU: shiftedVector(0xcd),
} as const;

function signed64(n: number): number[] {
  const bytes = [];
  for (let rest = BigInt(n); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    const isDone = (rest >> 7n === 0n && low < 0x40) || (rest >> 7n === -1n && low >= 0x40);
    bytes.push(isDone ? low : low | 0x80);
    if (isDone) return bytes;
  }
}

/** Vectors of numbers of one type: what a kernel for floats and integers is written in. */
export interface VectorNumber {
  readonly type: 'f32' | 'f64' | 'i32';
  /** Numbers in a vector. */
  readonly lanes: number;
  /** Bytes of a number. */
  readonly bytes: number;
  readonly splat: (n: number) => V128;
  readonly abs: (a: V128) => V128;
  readonly neg: (a: V128) => V128;
  readonly add: (a: V128, b: V128) => V128;
  readonly sub: (a: V128, b: V128) => V128;
  readonly mul: (a: V128, b: V128) => V128;
  /** NaN if either is, and -0 counts as below 0: as `Math.min`. */
  readonly min: (a: V128, b: V128) => V128;
  readonly max: (a: V128, b: V128) => V128;
  readonly eq: (a: V128, b: V128) => V128;
  readonly ne: (a: V128, b: V128) => V128;
  readonly lt: (a: V128, b: V128) => V128;
  readonly gt: (a: V128, b: V128) => V128;
  readonly le: (a: V128, b: V128) => V128;
  readonly ge: (a: V128, b: V128) => V128;
}

/** Vectors of one float type. */
export interface VectorFloat extends VectorNumber {
  readonly type: 'f32' | 'f64';
  /** Whether multiply-add is one instruction, rounded once. */
  readonly fused: boolean;
  readonly loadSplat: (at: I32, offset?: number) => V128;
  /** One number, with zeros above. */
  readonly loadFirst: (at: I32, offset?: number) => V128;
  readonly storeLane: (at: I32, value: V128, lane: number, offset?: number) => Effect;
  readonly sqrt: (a: V128) => V128;
  readonly ceil: (a: V128) => V128;
  readonly floor: (a: V128) => V128;
  readonly trunc: (a: V128) => V128;
  /** To the nearest whole number, halves to the even one. */
  readonly nearest: (a: V128) => V128;
  readonly div: (a: V128, b: V128) => V128;
  /** `b < a ? b : a`: one instruction, and a NaN in `b` gives `a`. */
  readonly pmin: (a: V128, b: V128) => V128;
  readonly pmax: (a: V128, b: V128) => V128;
  /** `a * b + c`, rounded once where the engine can, else after each step. */
  readonly multiplyAdd: (a: V128, b: V128, c: V128) => V128;
  /** `c - a * b`, in the same way. */
  readonly subtractProduct: (a: V128, b: V128, c: V128) => V128;
}

/** Vectors of int32; what does not fit keeps its low 32 bits. */
export const integers: VectorNumber = {
  type: 'i32',
  lanes: 4,
  bytes: 4,
  splat: i32x4.splat,
  abs: unaryVector(0xa0),
  neg: unaryVector(0xa1),
  add: i32x4.add,
  sub: i32x4.sub,
  mul: binaryVector(0xb5),
  min: binaryVector(0xb6),
  max: binaryVector(0xb8),
  eq: i32x4.eq,
  ne: binaryVector(0x38),
  lt: binaryVector(0x39),
  gt: i32x4.gtS,
  le: binaryVector(0x3d),
  ge: binaryVector(0x3f),
};

/** @param fused - whether multiply-add is one relaxed instruction */
export function vectors32(fused: boolean): VectorFloat {
  const mul = binaryVector(0xe6);
  const add = binaryVector(0xe4);
  const sub = binaryVector(0xe5);
  return {
    type: 'f32',
    fused,
    lanes: 4,
    bytes: 4,
    splat: (n) => [f32.const(n), vector(0x13)],
    loadSplat: v128.load32Splat,
    loadFirst: v128.load32Zero,
    storeLane: v128.storeLane32,
    abs: unaryVector(0xe0),
    neg: unaryVector(0xe1),
    sqrt: unaryVector(0xe3),
    ceil: unaryVector(0x67),
    floor: unaryVector(0x68),
    trunc: unaryVector(0x69),
    nearest: unaryVector(0x6a),
    add,
    sub,
    mul,
    div: binaryVector(0xe7),
    min: binaryVector(0xe8),
    max: binaryVector(0xe9),
    pmin: binaryVector(0xea),
    pmax: binaryVector(0xeb),
    eq: binaryVector(0x41),
    ne: binaryVector(0x42),
    lt: binaryVector(0x43),
    gt: binaryVector(0x44),
    le: binaryVector(0x45),
    ge: binaryVector(0x46),
    multiplyAdd: fused ? ternaryVector(0x105) : (a, b, c) => add(mul(a, b), c),
    subtractProduct: fused ? ternaryVector(0x106) : (a, b, c) => sub(c, mul(a, b)),
  };
}

/** @param fused - whether multiply-add is one relaxed instruction */
export function vectors64(fused: boolean): VectorFloat {
  const mul = binaryVector(0xf2);
  const add = binaryVector(0xf0);
  const sub = binaryVector(0xf1);
  return {
    type: 'f64',
    fused,
    lanes: 2,
    bytes: 8,
    splat: (n) => [f64.const(n), vector(0x14)],
    loadSplat: v128.load64Splat,
    loadFirst: v128.load64Zero,
    storeLane: v128.storeLane64,
    abs: unaryVector(0xec),
    neg: unaryVector(0xed),
    sqrt: unaryVector(0xef),
    ceil: unaryVector(0x74),
    floor: unaryVector(0x75),
    trunc: unaryVector(0x7a),
    nearest: unaryVector(0x94),
    add,
    sub,
    mul,
    div: binaryVector(0xf3),
    min: binaryVector(0xf4),
    max: binaryVector(0xf5),
    pmin: binaryVector(0xf6),
    pmax: binaryVector(0xf7),
    eq: binaryVector(0x47),
    ne: binaryVector(0x48),
    lt: binaryVector(0x49),
    gt: binaryVector(0x4a),
    le: binaryVector(0x4b),
    ge: binaryVector(0x4c),
    multiplyAdd: fused ? ternaryVector(0x107) : (a, b, c) => add(mul(a, b), c),
    subtractProduct: fused ? ternaryVector(0x108) : (a, b, c) => sub(c, mul(a, b)),
  };
}

/** Two doubles of the two lower float32, and back with zeros above. */
export const promoteLow = unaryVector(0x5f);
export const demoteZero = unaryVector(0x5e);

/** One lane of a vector as a scalar. */
export const extract32 = (a: V128, lane: number): F32 => [a, vector(0x1f), lane];
export const extract64 = (a: V128, lane: number): F64 => [a, vector(0x21), lane];
export const promote = (a: F32): F64 => [a, 0xbb];
export const demote = (a: F64): F32 => [a, 0xb6];

/** A double in all four lanes, as float32. */
export const splatRounded = (x: F64): V128 => [demote(x), vector(0x13)];

/** A double in both lanes. */
export const splatDouble = (x: F64): V128 => [x, vector(0x14)];
