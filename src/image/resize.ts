/**
 * Bilinear resize of 8-bit pictures, bit for bit what OpenCV's `resize` with INTER_LINEAR gives: fixed-point arithmetic,
 * half-pixel centres, no antialiasing when shrinking. Networks were trained on pictures resized this way.
 */

import { roundHalfEven } from './rounding.js';

/** Fraction bits of an axis' weights. */
const WEIGHT_BITS = 11;
const ONE = 1 << WEIGHT_BITS;

/** Where each output sample of one axis takes its two source samples, and with which weights (summing to about 2048). */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Int32Array;
  readonly secondWeight: Int32Array;
}

/**
 * @param clampWeights whether samples beyond the ends take the end alone. OpenCV does so along rows only; along columns it
 *   clamps the index and keeps the weights, which costs a grey level on some border rows.
 */
function tapsOf(from: number, to: number, clampWeights: boolean): Taps {
  const taps: Taps = {
    first: new Int32Array(to),
    second: new Int32Array(to),
    firstWeight: new Int32Array(to),
    secondWeight: new Int32Array(to),
  };
  const clamp = (i: number) => Math.min(Math.max(i, 0), from - 1);
  for (let i = 0; i < to; i++) {
    const position = Math.fround((i + 0.5) * (from / to) - 0.5);
    const floor = Math.floor(position);
    let fraction = Math.fround(position - floor);
    if (clampWeights && (floor < 0 || floor >= from - 1)) fraction = 0;
    taps.first[i] = clamp(floor);
    taps.second[i] = clamp(floor + 1);
    taps.firstWeight[i] = roundHalfEven(Math.fround(Math.fround(1 - fraction) * ONE));
    taps.secondWeight[i] = roundHalfEven(Math.fround(fraction * ONE));
  }
  return taps;
}

/** Pixels with interleaved channels, row by row from the top. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Where a resized picture is put: `stride` bytes a row, its first byte at `offset`. */
export interface Target {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
}

/**
 * Resizes RGB pixels into a place of a larger picture.
 * @param source `width * height * 3` bytes.
 */
export function resizeInto(source: Pixels, width: number, height: number, target: Target): void {
  const columns = tapsOf(source.width, width, true);
  const rows = tapsOf(source.height, height, false);
  // The two source rows in use, resized along x; consecutive output rows mostly share them.
  let upper = new Int32Array(width * 3);
  let lower = new Int32Array(width * 3);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < height; y++) {
    const [first, second] = [rows.first[y], rows.second[y]];
    if (first !== upperRow) {
      if (first === lowerRow) {
        [upper, lower] = [lower, upper];
        lowerRow = upperRow;
      } else {
        resizeRow(source, first, columns, upper);
      }
      upperRow = first;
    }
    if (second !== lowerRow) {
      if (second === upperRow) lower.set(upper);
      else resizeRow(source, second, columns, lower);
      lowerRow = second;
    }
    blendRows(upper, lower, rows.firstWeight[y], rows.secondWeight[y], target.data, target.offset + y * target.stride);
  }
}

/** One source row resized along x: values times 2048, the last four bits dropped as OpenCV does before the next pass. */
function resizeRow({ data, width }: Pixels, row: number, taps: Taps, out: Int32Array): void {
  const start = row * width * 3;
  const { first, second, firstWeight, secondWeight } = taps;
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    const a = start + first[x] * 3;
    const b = start + second[x] * 3;
    const wa = firstWeight[x];
    const wb = secondWeight[x];
    out[o] = (wa * data[a] + wb * data[b]) >> 4;
    out[o + 1] = (wa * data[a + 1] + wb * data[b + 1]) >> 4;
    out[o + 2] = (wa * data[a + 2] + wb * data[b + 2]) >> 4;
  }
}

function blendRows(upper: Int32Array, lower: Int32Array, wu: number, wl: number, out: Uint8Array, at: number): void {
  for (let i = 0; i < upper.length; i++) {
    out[at + i] = (((wu * upper[i]) >> 16) + ((wl * lower[i]) >> 16) + 2) >> 2;
  }
}
