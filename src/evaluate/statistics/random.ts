/** Random numbers that are the same everywhere for the same seed. */
import { requireWhole } from '../../options/requireKind.js';

/** Indices that are drawn from. */
const MOST_INDICES = 100_000_000;

/**
 * A generator of numbers in [0, 1) with 32 random bits (Steele, Lea and Flood's SplitMix with 32-bit words, the
 * constants of the `triple32` finaliser of C. Wellons' hash prospector).
 * @param seed a whole number; what is above 32 bits is left out.
 * @throws FastSAMError `INVALID_ARGUMENT` for another seed.
 */
export function randomSource(seed: number): () => number {
  requireWhole('seed', seed);
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 17), 0xed5ad4bb);
    z = Math.imul(z ^ (z >>> 11), 0xac4c1b51);
    z = Math.imul(z ^ (z >>> 15), 0x31848bab);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
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
