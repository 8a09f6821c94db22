/** Shared by the tests of masks: golden files, deterministic numbers, small masks as text, random masks. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { FastSAMError } from '../../src/errors.js';
import { Mask } from '../../src/mask/mask.js';

/** A golden file of tools/golden, parsed; `T` is what its script says it writes. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function readGolden<T>(topic: string): T {
  const file = new URL(`../golden/${topic}/${topic}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as T;
}

/** The golden scripts' generator: `count` float32 values in -1…1. */
export function lcg(seed: number, count: number): Float32Array {
  let s = seed;
  return Float32Array.from({ length: count }, () => {
    s = (Math.imul(1664525, s) + 1013904223) >>> 0;
    return -1 + 2 * (s / 2 ** 32);
  });
}

/** Row-major bytes from run lengths, zeros first. */
export function bitmapOfRuns(runs: readonly number[], pixels: number): Uint8Array {
  const bitmap = new Uint8Array(pixels);
  let at = 0;
  runs.forEach((run, i) => {
    if (i % 2 === 1) bitmap.fill(1, at, at + run);
    at += run;
  });
  return bitmap;
}

/** A mask drawn with `#` for inside. */
export function draw(...rows: string[]): Mask {
  const bitmap = Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
  return Mask.fromBitmap(bitmap, rows[0].length, rows.length);
}

/** The rows of a mask as drawn by `draw`. */
export function show(mask: Mask): string[] {
  return Array.from({ length: mask.gridHeight }, (_, y) =>
    Array.from({ length: mask.gridWidth }, (_, x) => (mask.has(x, y) ? '#' : '.')).join(''),
  );
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
export function masks(grid: readonly [width: number, height: number]): fc.Arbitrary<Mask> {
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
      const noise = lcg(seed, 4096);
      const window = [x, y, Math.min(width, gridWidth - x), Math.min(height, gridHeight - y)] as const;
      const cell = (v: number): number => Math.floor(v / block);
      return maskInWindow(grid, window, (c, r) => (noise[(cell(c) + 61 * cell(r)) & 4095] + 1) / 2 < density);
    });
}

/** The code of the FastSAMError that a call throws; anything else fails. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof FastSAMError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Whether two byte arrays are the same; for large ones, where a matcher that prints differences is slow. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
