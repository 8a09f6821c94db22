/** Run lengths of bitmaps, RLE8 and RLE4. */
import type { BmpHeader } from './bmpHeader.js';

/**
 * Indices into the palette, row by row from the top. What the runs leave out is index 0.
 * @throws Error for runs that end before the bitmap does.
 */
export function decodeRuns(bytes: Uint8Array, { width, height, bits, offset, topDown }: BmpHeader): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [x, y] = [0, 0];
  /** Writes `count` pixels; `nibble(i)` is the i-th index. What lies outside is dropped. */
  const put = (count: number, index: (i: number) => number): void => {
    const row = topDown ? y : height - 1 - y;
    for (let i = 0; i < count; i++, x++) if (x < width && y < height) indices[row * width + x] = index(i);
  };
  const half = (byte: number, i: number): number => (i % 2 === 0 ? byte >> 4 : byte & 15);
  for (let at = offset; ;) {
    if (at + 2 > bytes.length) throw new Error('the runs end early');
    const [count, value] = [bytes[at], bytes[at + 1]];
    at += 2;
    if (count > 0) put(count, (i) => (bits === 8 ? value : half(value, i)));
    else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return indices;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const start = at;
      const length = bits === 8 ? value : Math.ceil(value / 2);
      if (start + length > bytes.length) throw new Error('the runs end early');
      put(value, (i) => (bits === 8 ? bytes[start + i] : half(bytes[start + (i >> 1)], i)));
      at += length + (length % 2);
    }
    if (y >= height) return indices; // some writers leave the end out
  }
}
