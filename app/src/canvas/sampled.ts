/** Masks as the screen shows them. */
import { Mask } from 'fastsam-tfjs/mask';
import type { Grid } from './grid.js';

/** A mask as the grid shows it, its margin included; `undefined` where none of it is in sight. */
export function sampled(mask: Mask, { columns, rows }: Grid): Mask | undefined {
  const [left, right] = range(columns, mask.x, mask.x + mask.width);
  const [top, bottom] = range(rows, mask.y, mask.y + mask.height);
  const width = right - left;
  const height = bottom - top;
  if (width <= 0 || height <= 0) return undefined;
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const { words: bits, rowWords: stride, x, y } = mask;
  for (let r = 0; r < height; r++) {
    const row = rows[top + r] - y;
    if (r > 0 && row === rows[top + r - 1] - y) {
      words.copyWithin(r * rowWords, (r - 1) * rowWords, r * rowWords);
      continue;
    }
    const base = row * stride;
    for (let c = 0; c < width; c++) {
      const column = columns[left + c] - x;
      words[r * rowWords + (c >>> 5)] |= ((bits[base + (column >>> 5)] >>> (column & 31)) & 1) << (c & 31);
    }
  }
  return new Mask(columns.length, rows.length, left, top, width, height, words);
}

/** The first place from `low` on and the first from `high` on. Places rise; -1 stands on both sides of them. */
function range(places: Int32Array, low: number, high: number): [number, number] {
  let first = 0;
  while (first < places.length && places[first] < low) first++;
  let last = places.length;
  while (last > first && (places[last - 1] < 0 || places[last - 1] >= high)) last--;
  return [first, last];
}
