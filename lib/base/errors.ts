/**
 * Every error gradtape throws. The message form is
 * `<op>: <argument> must <condition>; got <value>[; <hint>]`.
 */

/** Base of all library errors: names the op and the argument at fault. */
export class GradtapeError extends Error {
  // Literals, because a minifier shortens the names of classes.
  override readonly name: string = 'GradtapeError';
  /** Stable identifier of the kind of error, for programs. */
  readonly code: string = 'GRADTAPE';
  readonly op: string;
  readonly argument: string;

  constructor(op: string, argument: string, message: string) {
    super(message);
    this.op = op;
    this.argument = argument;
  }
}

/** A shape, size or length that does not fit. */
export class ShapeError extends GradtapeError {
  override readonly name: string = 'ShapeError';
  override readonly code: string = 'SHAPE';
}

/** A dtype that the operation cannot take. */
export class DTypeError extends GradtapeError {
  override readonly name: string = 'DTypeError';
  override readonly code: string = 'DTYPE';
}

/** An axis outside the rank, or named twice. */
export class AxisError extends GradtapeError {
  override readonly name: string = 'AxisError';
  override readonly code: string = 'AXIS';
}

/** An index outside the tensor. */
export class IndexError extends GradtapeError {
  override readonly name: string = 'IndexError';
  override readonly code: string = 'INDEX';
}

/** A wrong argument: not a tensor, an unknown option, a wrong count. */
export class ArgumentError extends GradtapeError {
  override readonly name: string = 'ArgumentError';
  override readonly code: string = 'ARGUMENT';
}

/** More elements than the settable limit allows. */
export class AllocationError extends GradtapeError {
  override readonly name: string = 'AllocationError';
  override readonly code: string = 'ALLOCATION';
}

/** Misuse of a tape, an accumulator or another recording. */
export class TapeError extends GradtapeError {
  override readonly name: string = 'TapeError';
  override readonly code: string = 'TAPE';
}

/** Why the target of a gradient does not depend on a source. */
export type UnconnectedCause =
  | 'never watched'
  | 'watched after use'
  | 'computed after recording stopped'
  | 'cut'
  | 'assigned'
  | 'another tape'
  | 'read back'
  | 'not derived';

/** The target does not depend on the source as far as the recording knows. */
export class UnconnectedGradientError extends TapeError {
  override readonly name: string = 'UnconnectedGradientError';
  override readonly code: string = 'UNCONNECTED';
  override readonly cause: UnconnectedCause;

  constructor(op: string, argument: string, cause: UnconnectedCause, message: string) {
    super(op, argument, message);
    this.cause = cause;
  }
}

/** An iteration that did not come near enough to its solution. */
export class ConvergenceError extends GradtapeError {
  override readonly name: string = 'ConvergenceError';
  override readonly code: string = 'CONVERGENCE';
  /** How far it is from the solution, as the operation measures it. */
  readonly residual: number;
  readonly iterations: number;

  constructor(op: string, argument: string, message: string, residual: number, iterations: number) {
    super(op, argument, message);
    this.residual = residual;
    this.iterations = iterations;
  }
}

/** Something that exists but not for this op, dtype or platform. */
export class UnsupportedError extends GradtapeError {
  override readonly name: string = 'UnsupportedError';
  override readonly code: string = 'UNSUPPORTED';
}

/** Where a value that is not finite came up. */
export interface NonFinitePlace {
  readonly phase: 'forward' | 'backward';
  /** 0 going forward, 1 in a gradient, 2 in the gradient of a gradient. */
  readonly order: number;
  /** `path:line:column` of the call in the user's program, or null where it is not known. */
  readonly location: string | null;
}

/** In debug mode: an op made the first infinity or NaN. */
export class NonFiniteError extends GradtapeError {
  override readonly name: string = 'NonFiniteError';
  override readonly code: string = 'NON_FINITE';
  readonly phase: 'forward' | 'backward';
  readonly order: number;
  readonly location: string | null;

  constructor(op: string, argument: string, message: string, place: NonFinitePlace) {
    super(op, argument, message);
    this.phase = place.phase;
    this.order = place.order;
    this.location = place.location;
  }
}

type ErrorClass = new (op: string, argument: string, message: string) => GradtapeError;

/** Builds an error in the library's one message form. */
export function misuse(
  Class: ErrorClass,
  op: string,
  argument: string,
  condition: string,
  got: string,
  hint?: string,
): GradtapeError {
  const tail = hint === undefined ? '' : `; ${hint}`;
  return new Class(op, argument, `${op}: ${argument} must ${condition}; got ${got}${tail}`);
}
