/** Random choices that are the same everywhere for the same seed. */
import { randomSource } from '../../geometry/random.js';

/** `count` different indices out of 0 … n - 1, drawn at random, in ascending order; all when there are fewer. */
export function sampleIndices(n: number, count: number, seed: number): number[] {
  const random = randomSource(seed);
  const indices = Array.from({ length: n }, (_, i) => i);
  const drawn = Math.min(n, count);
  for (let i = 0; i < drawn; i++) {
    const j = i + Math.floor(random() * (n - i));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
  return indices.slice(0, drawn).sort((a, b) => a - b);
}
