/** Random numbers that are the same everywhere for the same seed. */

/**
 * A generator of numbers in [0, 1) with 32 random bits (Steele, Lea and Flood's SplitMix with 32-bit words, the
 * constants of the `triple32` finaliser of C. Wellons' hash prospector).
 */
export function randomSource(seed: number): () => number {
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
