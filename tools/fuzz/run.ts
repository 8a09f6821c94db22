/** Runs cases of a format in this process and takes down what happens. */
import type { FuzzFormat } from './format.js';
import { Random } from './random.js';
import { faultIn, watchPrints } from './watch.js';

/** How a case ended. */
export interface CaseEnd {
  readonly seed: number;
  readonly kind: string;
  readonly ending: 'read' | 'refused';
  readonly ms: number;
  /** Bytes: the most that the process held in memory during the case, as far as the system tells. */
  readonly memory: number;
  /** What must not happen, if it did. */
  readonly fault?: string;
}

/** What is no longer fine. */
export interface Limits {
  /** Milliseconds of a case. */
  readonly ms: number;
  /** Bytes of the process. */
  readonly memory: number;
}

/** 10 s; 1.5 GB. */
export const LIMITS: Limits = { ms: 10_000, memory: 1.5e9 };

/**
 * Runs cases `first`, `first + 1`, …: each seed decides on its case.
 * @param onBegin called before each case, so that one that ends the process is known.
 */
export async function* runCases(
  format: FuzzFormat,
  { first, count, limits = LIMITS }: { readonly first: number; readonly count: number; readonly limits?: Limits },
  onBegin: (seed: number) => void = () => undefined,
): AsyncGenerator<CaseEnd> {
  for (let seed = first; seed < first + count; seed++) {
    onBegin(seed);
    const { kind, read } = format.make(new Random(seed));
    const before = peak();
    const start = performance.now();
    const prints = watchPrints();
    let ending: CaseEnd['ending'] = 'read';
    let fault: string | undefined;
    try {
      await read();
    } catch (error) {
      ending = 'refused';
      fault = faultIn(error);
    } finally {
      prints.end();
    }
    const ms = performance.now() - start;
    const after = peak();
    const printed = prints.take();
    if (printed !== '') fault ??= `printed ${printed}`;
    if (ms > limits.ms) fault ??= `took ${Math.round(ms)} ms`;
    if (after > limits.memory && before <= limits.memory) fault ??= `needed ${Math.round(after / 1e6)} MB`;
    const memory = after > before ? after : process.memoryUsage.rss();
    yield { seed, kind, ending, ms, memory, ...(fault !== undefined && { fault }) };
  }
}

/** Largest resident set of the process so far, bytes. */
function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}
