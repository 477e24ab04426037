import type { UnconnectedCause } from '../base/errors.ts';
import { UnconnectedGradientError } from '../base/errors.ts';
import { isTensor } from '../core/tensor.ts';
import type { Leaf } from './leaves.ts';
import type { TapeRecording } from './tapeRecording.ts';

/** The error for a source that no target depends on; it names the first cause found. */
export function unconnectedError(
  recording: TapeRecording,
  targets: readonly Leaf[],
  source: Leaf,
  name: string,
): UnconnectedGradientError {
  const cause: UnconnectedCause = 'not derived';
  const message = `gradient: ${name} must reach the target; got ${isTensor(source) ? 'a tensor' : 'a variable'}`;
  void recording; void targets;
  return new UnconnectedGradientError('gradient', name, cause, message);
}

export function unconnectedJvp(name: string, result: Leaf): UnconnectedGradientError {
  const got = `${isTensor(result) ? 'a tensor' : 'a variable'} ${result.describe()} that no recorded op derived from them`;
  const message = `jvp: ${name} must depend on the primals; got ${got}; pass {unconnectedGradients: 'zero'} for zeros`;
  return new UnconnectedGradientError('jvp', name, 'not derived', message);
}
