import type { Law } from '../../lib/testing/laws.ts';
import { appliesTo } from '../../lib/testing/laws.ts';
import type { Sample } from '../ops/samples/sample.ts';
import { show } from '../../lib/testing/compare.ts';

/**
 * Checks a law for each sample: one test per op, whose failure lists every sample that breaks it.
 *
 * @param sentence - what every op does: 'leaves its inputs alone'
 */
export function law(
  sentence: string,
  samples: readonly Sample[],
  check: (sample: Sample) => void,
): void {
  // Jest refuses a table without rows.
  if (samples.length === 0) return;
  const names = [...new Set(samples.map(({ name }) => name))];
  describe(`every op ${sentence}`, () => {
    it.each(names)('%s', (name) => {
      const own = samples.filter((sample) => sample.name === name);
      const faults = own.flatMap((sample) => faultOf(sample, check));
      if (faults.length > 0) throw new Error(faults.join('\n'));
    });
  });
}

/** Checks each of the kit's laws for the samples that it is a law for. */
export function lawsOf(laws: readonly Law[], samples: readonly Sample[]): void {
  for (const one of laws) {
    law(
      one.sentence,
      samples.filter((sample) => appliesTo(one, sample)),
      one.check,
    );
  }
}

/** `describe.each` for a table that may be empty, as when a part of the samples is chosen. */
export function describeEach<Row>(
  table: readonly (readonly [name: string, row: Row])[],
  title: string,
  body: (name: string, row: Row) => void,
): void {
  for (const [name, row] of table) describe(title.replace('%s', name), () => body(name, row));
}

function faultOf(sample: Sample, check: (sample: Sample) => void): string[] {
  try {
    check(sample);
    return [];
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const where = error instanceof TypeError ? `\n${stack ?? ''}` : '';
    return [`${sample.label}: ${message}; inputs ${show(sample.draw('float64'))}${where}`];
  }
}
