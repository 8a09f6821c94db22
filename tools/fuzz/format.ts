/** What is fuzzed: a format of files, how its cases are made and what reads them. */
import type { Random } from './random.js';

/** One damaged or hostile file. */
export interface FuzzCase {
  /** What was done to it, in words. */
  readonly kind: string;
  /** Ends, or throws a FastSAMError that refuses the file. */
  readonly read: () => unknown;
}

/** A format. */
export interface FuzzFormat {
  readonly name: string;
  /** The random numbers alone decide on the case. */
  readonly make: (random: Random) => FuzzCase;
}
