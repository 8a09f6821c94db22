/** Feeds mutated checkpoints to the reader and takes down what happens. */
import { FastSAMError } from '../../src/errors.js';
import { inferArchitecture } from '../../src/model/check.js';
import { settingsOf } from '../../src/model/settings.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { MUTATIONS } from './checkpointMutations.js';
import { Random } from './random.js';
import { CONTROL, watchPrints } from './watch.js';

/** What a run found. */
export interface FuzzReport {
  cases: number;
  /** Files that were read, and files that were refused, and the time it took, by kind of mutation. */
  readonly outcomes: Map<string, { read: number; refused: number; milliseconds: number }>;
  /** Anything that is neither: the reader's faults. */
  readonly faults: { seed: number; kind: string; error: unknown }[];
  slowest: { milliseconds: number; seed: number; kind: string };
}

/** How a run goes. */
export interface FuzzOptions {
  readonly firstSeed: number;
  readonly count: number;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Time of that clock after which no further case starts. */
  readonly deadline?: number;
  /** A case that takes longer is a fault. Default: none is. */
  readonly most?: number;
}

/** The bytes of one case; `seed` alone decides on them. */
export function makeCase(seeds: readonly Uint8Array[], seed: number): { kind: string; bytes: Uint8Array } {
  const random = new Random(seed);
  const kind = random.pick(Object.keys(MUTATIONS));
  return { kind, bytes: MUTATIONS[kind](seeds, random) };
}

/**
 * Runs cases `firstSeed`, `firstSeed + 1`, …: converts every tensor of those that can be read, and finds out which network
 * they are.
 * @param seeds sound checkpoints, ONNX models among them.
 */
export async function fuzzCheckpoints(seeds: readonly Uint8Array[], options: FuzzOptions): Promise<FuzzReport> {
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
    const { ending, fault } = await tryCase(bytes);
    outcome[ending]++;
    if (fault !== undefined) report.faults.push({ seed, kind, error: fault });
    const milliseconds = options.now() - start;
    outcome.milliseconds += milliseconds;
    if (milliseconds > (options.most ?? Infinity)) {
      report.faults.push({ seed, kind, error: new Error(`took ${Math.round(milliseconds)} ms`) });
    }
    if (milliseconds > report.slowest.milliseconds) report.slowest = { milliseconds, seed, kind };
    report.cases++;
  }
  return report;
}

async function tryCase(bytes: Uint8Array): Promise<{ ending: 'read' | 'refused'; fault?: unknown }> {
  const prints = watchPrints();
  let ending: 'read' | 'refused' = 'refused';
  try {
    const checkpoint = await readCheckpoint(bytes);
    for (const tensor of checkpoint.tensors.values()) tensor.toFloat32();
    ending = 'read'; // though it may be no network of ours
    settingsOf(inferArchitecture(checkpoint.tensors, checkpoint.metadata), checkpoint);
    const printed = prints.take();
    return { ending, ...(printed !== '' && { fault: new Error(`printed ${printed}`) }) };
  } catch (error) {
    return { ending, ...(faultOf(error) && { fault: error }) };
  } finally {
    prints.end();
  }
}

/** Whether an error is no clear refusal. */
function faultOf(error: unknown): boolean {
  if (!(error instanceof FastSAMError) || CONTROL.test(error.message)) return true;
  return error.cause !== undefined && !isExpectedCause(error.cause);
}

/** Errors of fflate and JSON.parse are expected underneath; a TypeError or RangeError of ours, caught late, is a fault. */
function isExpectedCause(cause: unknown): boolean {
  return cause instanceof SyntaxError || (cause instanceof Error && 'code' in cause);
}
