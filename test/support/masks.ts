/** Masks for tests: drawn as rows of text, from run lengths, rectangles, in windows, at random. */
import fc from 'fast-check';
import { Mask } from '../../src/mask/mask.js';
import { uniform } from './random.js';

/** A mask from rows of text: `#` is inside. */
export function maskOf(...rows: string[]): Mask {
  const bitmap = Array.from(rows.join(''), (cell) => (cell === '#' ? 1 : 0));
  return Mask.fromBitmap(bitmap, rows[0].length, rows.length);
}

/** The rows of text of a mask, `#` inside and `.` outside. */
export function rowsOf(mask: Mask): string[] {
  return Array.from({ length: mask.gridHeight }, (_, y) =>
    Array.from({ length: mask.gridWidth }, (_, x) => (mask.has(x, y) ? '#' : '.')).join(''),
  );
}

/** Row-major bytes from run lengths, zeros first. */
export function bitmapOfRuns(runs: readonly number[], pixels: number): Uint8Array {
  const bitmap = new Uint8Array(pixels);
  let start = 0;
  runs.forEach((length, i) => {
    bitmap.fill(i % 2, start, (start += length));
  });
  return bitmap;
}

/** A mask from row-major run lengths, zeros first. */
export function maskOfRuns(runs: readonly number[], width: number, height: number): Mask {
  return Mask.fromBitmap(bitmapOfRuns(runs, width * height), width, height);
}

/** The row-major run lengths of a mask, zeros first. */
export function runsOf(mask: Mask): number[] {
  const runs = [0];
  let inside = 0;
  for (const pixel of mask.toBitmap()) {
    if (pixel !== inside) runs.push(0);
    inside = pixel;
    runs[runs.length - 1]++;
  }
  return runs;
}

/** A mask that fills the rectangle from (x1, y1) to (x2, y2), the last column and row not included. */
export function rectMask(gridWidth: number, gridHeight: number, [x1, y1, x2, y2]: readonly number[]): Mask {
  const bitmap = new Uint8Array(gridWidth * gridHeight);
  for (let y = y1; y < y2; y++) bitmap.fill(1, y * gridWidth + x1, y * gridWidth + x2);
  return Mask.fromBitmap(bitmap, gridWidth, gridHeight);
}

/** A mask in a window of a grid, bits from a function of the grid's column and row. */
export function maskInWindow(
  grid: readonly [width: number, height: number],
  window: readonly [x: number, y: number, width: number, height: number],
  inside: (x: number, y: number) => boolean,
): Mask {
  const [x, y, width, height] = window;
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) if (inside(x + c, y + r)) words[r * rowWords + (c >>> 5)] |= 1 << (c & 31);
  }
  return new Mask(grid[0], grid[1], x, y, width, height, words);
}

/** Random masks: a window somewhere in a grid, filled with noise of some density, in blocks of 1 to 9 pixels. */
export function randomMasks(grid: readonly [width: number, height: number]): fc.Arbitrary<Mask> {
  const [gridWidth, gridHeight] = grid;
  return fc
    .record({
      x: fc.nat(gridWidth - 1),
      y: fc.nat(gridHeight - 1),
      width: fc.nat(gridWidth),
      height: fc.nat(gridHeight),
      seed: fc.nat(),
      density: fc.double({ min: 0, max: 1, noNaN: true }),
      block: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ x, y, width, height, seed, density, block }) => {
      const noise = uniform(seed, 4096);
      const window = [x, y, Math.min(width, gridWidth - x), Math.min(height, gridHeight - y)] as const;
      const cell = (v: number): number => Math.floor(v / block);
      return maskInWindow(grid, window, (c, r) => (noise[(cell(c) + 61 * cell(r)) & 4095] + 1) / 2 < density);
    });
}
