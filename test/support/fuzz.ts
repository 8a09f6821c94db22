/** Short runs of the fuzzers. */
import { expect } from 'vitest';
import type { FuzzFormat } from '../../tools/fuzz/format.js';
import { runCases } from '../../tools/fuzz/run.js';

/** How often a format's cases were read and refused. */
interface Counts {
  readonly name: string;
  readonly read: number;
  readonly refused: number;
}

/** Runs as many cases of each format, none of which may be a fault. Memory is that of the whole test run: not limited. */
export async function expectNoFaults(
  formats: readonly FuzzFormat[],
  range: { readonly first: number; readonly count: number },
): Promise<Counts[]> {
  const counts: Counts[] = [];
  for (const format of formats) {
    const endings = { read: 0, refused: 0 };
    for await (const { seed, kind, ending, fault } of runCases(format, {
      ...range,
      limits: { ms: 30_000, memory: Infinity },
    })) {
      endings[ending]++;
      expect(fault, `${format.name}, seed ${seed} (${kind})`).toBeUndefined();
    }
    counts.push({ name: format.name, ...endings });
  }
  return counts;
}
