/** Where BSDS500 may lie, and bitmaps by the indices of their pixels. */
import { existsSync } from 'node:fs';
import { shared } from '../support/paths.js';

/** Folder of the images and human maps, undefined where they are absent. */
export const BSDS = [shared('data/bsds500/')].find((folder) => existsSync(folder));

/** A bitmap with these pixels set. */
export function bitmapOf(indices: readonly number[], size: number): Uint8Array {
  const bitmap = new Uint8Array(size);
  for (const index of indices) bitmap[index] = 1;
  return bitmap;
}

/** Indices of the pixels that are set. */
export function indicesOf(bitmap: ArrayLike<number>): number[] {
  return Array.from(bitmap).flatMap((value, index) => (value ? [index] : []));
}
