import { formatTensor } from './print.ts';
import { formatVerbose } from './verbose.ts';

interface Printer {
  readonly formatTensor: typeof formatTensor;
  readonly formatVerbose: typeof formatVerbose;
}

/**
 * What writes the values of tensors as text. Null until `installPrinter` was called, as importing the
 * methods of tensors does; until then a tensor is written as its dtype and shape.
 */
export const printing: { printer: Printer | null } = { printer: null };

export function installPrinter(): void {
  printing.printer ??= { formatTensor, formatVerbose };
}
