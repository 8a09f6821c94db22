/** All objects at once: the labels that the screen shows, and a colour for each. */
import type { Grid } from './grid.js';
import { MARGIN } from './grid.js';

/** Colours by label, as `ImageData` has them in memory: 0 is none. */
export interface Palette {
  readonly fill: Uint32Array;
  readonly edge: Uint32Array;
}

/** Red, green, blue and alpha, 0 … 255, as one word of `ImageData` on little-endian machines. */
export function word(red: number, green: number, blue: number, alpha: number): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * The labels of the pixels in sight.
 * @param labels `height * width` of the picture.
 */
export function sampleLabels(labels: Uint16Array, width: number, grid: Grid, into: Uint16Array): void {
  const { columns, rows } = grid;
  for (let y = 0, p = 0; y < grid.height; y++, p += grid.width) {
    const row = rows[y + MARGIN];
    if (row < 0) {
      into.fill(0, p, p + grid.width);
      continue;
    }
    if (y > 0 && row === rows[y + MARGIN - 1]) {
      into.copyWithin(p, p - grid.width, p);
      continue;
    }
    const base = row * width;
    for (let x = 0; x < grid.width; x++) {
      const column = columns[x + MARGIN];
      into[p + x] = column < 0 ? 0 : labels[base + column];
    }
  }
}

/** Colours the labels; where two meet, the edge's colour. */
export function paintLabels(labels: Uint16Array, width: number, { fill, edge }: Palette, pixels: Uint32Array): void {
  const last = labels.length - width;
  for (let p = 0, x = 0; p < labels.length; p++, x = x + 1 === width ? 0 : x + 1) {
    const label = labels[p];
    if (label === 0) {
      pixels[p] = 0;
      continue;
    }
    const inside =
      (x + 1 === width || labels[p + 1] === label) &&
      (p >= last || labels[p + width] === label) &&
      (x === 0 || labels[p - 1] === label) &&
      (p < width || labels[p - width] === label);
    pixels[p] = inside ? fill[label] : edge[label];
  }
}
