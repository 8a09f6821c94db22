/** Feeds mutated checkpoints to the reader and takes down what happens. */
import { FastSAMError } from '../../src/errors.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { MUTATIONS } from './checkpointMutations.js';
import { Random } from './random.js';

/** What a run found. */
export interface FuzzReport {
  cases: number;
  /** Files that were read, and files that were refused, and the time it took, by kind of mutation. */
  readonly outcomes: Map<string, { read: number; refused: number; milliseconds: number }>;
  /** Anything that is neither: the reader's faults. */
  readonly faults: { seed: number; kind: string; error: unknown }[];
  slowest: { milliseconds: number; seed: number; kind: string };
}

/** The bytes of one case; `seed` alone decides on them. */
export function makeCase(seeds: readonly Uint8Array[], seed: number): { kind: string; bytes: Uint8Array } {
  const random = new Random(seed);
  const kind = random.pick(Object.keys(MUTATIONS));
  return { kind, bytes: MUTATIONS[kind](seeds, random) };
}

/**
 * Runs cases `firstSeed`, `firstSeed + 1`, … and converts every tensor of those that can be read.
 * @param seeds sound checkpoints.
 * @param now a clock in milliseconds.
 * @param deadline time of that clock after which no further case starts.
 */
export async function fuzzCheckpoints(
  seeds: readonly Uint8Array[],
  options: { firstSeed: number; count: number; now: () => number; deadline?: number },
): Promise<FuzzReport> {
  const report: FuzzReport = {
    cases: 0,
    outcomes: new Map(),
    faults: [],
    slowest: { milliseconds: 0, seed: 0, kind: '' },
  };
  for (let i = 0; i < options.count; i++) {
    if (options.now() > (options.deadline ?? Infinity)) break;
    const seed = options.firstSeed + i;
    const { kind, bytes } = makeCase(seeds, seed);
    const outcome = report.outcomes.get(kind) ?? { read: 0, refused: 0, milliseconds: 0 };
    report.outcomes.set(kind, outcome);
    const start = options.now();
    try {
      for (const tensor of (await readCheckpoint(bytes)).tensors.values()) tensor.toFloat32();
      outcome.read++;
    } catch (error) {
      if (error instanceof FastSAMError && error.cause === undefined) outcome.refused++;
      else if (error instanceof FastSAMError && isExpectedCause(error.cause)) outcome.refused++;
      else report.faults.push({ seed, kind, error });
    }
    const milliseconds = options.now() - start;
    outcome.milliseconds += milliseconds;
    if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, seed, kind };
    report.cases++;
  }
  return report;
}

/** Errors of fflate and JSON.parse are expected underneath; a TypeError or RangeError of ours, caught late, is a fault. */
function isExpectedCause(cause: unknown): boolean {
  return cause instanceof SyntaxError || (cause instanceof Error && 'code' in cause);
}
