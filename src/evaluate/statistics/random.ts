/** Random choices that are the same everywhere for the same seed. */
import { randomSource as uncheckedSource } from '../../geometry/random.js';
import { requireWhole } from '../../options/requireKind.js';

/** Indices that are drawn from. */
const MOST_INDICES = 100_000_000;

/**
 * A generator of numbers in [0, 1) with 32 random bits, the same everywhere for the same seed.
 * @param seed a whole number; what is above 32 bits is left out.
 * @throws FastSAMError `INVALID_ARGUMENT` for another seed.
 */
export function randomSource(seed: number): () => number {
  requireWhole('seed', seed);
  return uncheckedSource(seed);
}

/**
 * `count` different indices out of 0 … n - 1, drawn at random, in ascending order; all when there are fewer.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no whole numbers from 0.
 */
export function sampleIndices(n: number, count: number, seed: number): number[] {
  requireWhole('n', n, 0, MOST_INDICES);
  if (count !== Infinity) requireWhole('count', count, 0);
  const random = randomSource(seed);
  const indices = Array.from({ length: n }, (_, i) => i);
  const drawn = Math.min(n, count);
  for (let i = 0; i < drawn; i++) {
    const j = i + Math.floor(random() * (n - i));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
  return indices.slice(0, drawn).sort((a, b) => a - b);
}
