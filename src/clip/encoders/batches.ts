/** How images and texts are dealt out to runs of an encoder, and what becomes of its features. */
import { endOf } from './textEncoder.js';

/** Parts of about one size, none larger than `most`: a compiled graph runs fastest at sizes that it has seen. */
export function evenParts<T>(items: readonly T[], most: number): T[][] {
  const count = Math.ceil(items.length / most);
  const step = Math.ceil(items.length / Math.max(1, count));
  return Array.from({ length: count }, (_, i) => items.slice(i * step, (i + 1) * step));
}

/** Parts of texts with at most so many tokens together, or of one text. */
export function partsByRows(texts: readonly Int32Array[], most: number): Int32Array[][] {
  const parts: Int32Array[][] = [];
  let rows = Infinity;
  for (const text of texts) {
    const length = endOf(text) + 1;
    rows += length;
    if (rows > most) {
      parts.push([]);
      rows = length;
    }
    parts[parts.length - 1].push(text);
  }
  return parts;
}

/** Gives each row length 1. */
export function normaliseRows(rows: Float32Array, width: number): void {
  for (let start = 0; start < rows.length; start += width) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += rows[i] ** 2;
    const factor = 1 / Math.sqrt(sum);
    for (let i = start; i < start + width; i++) rows[i] *= factor;
  }
}
