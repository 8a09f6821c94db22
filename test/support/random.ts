/** Numbers that look random and are the same everywhere: the generator of the scripts in tools/golden. */
import type { RgbImage } from '../../src/image/rgbImage.js';

/** 32-bit states of the linear congruential generator, one each call. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0);
}

/** `count` float32 values from -1 to 1. */
export function uniform(seed: number, count: number): Float32Array {
  const next = lcg(seed);
  return Float32Array.from({ length: count }, () => -1 + 2 * (next() / 2 ** 32));
}

/** An image of noise: each byte is the top one of a state. */
export function noiseImage(seed: number, width: number, height: number): RgbImage {
  const next = lcg(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => next() >>> 24), width, height };
}
