/**
 * Bilinear resize of 8-bit images, bit for bit what OpenCV's `resize` with INTER_LINEAR gives: fixed-point arithmetic,
 * half-pixel centres, no antialiasing when shrinking. Networks were trained on images resized this way.
 */
import { roundHalfEven } from '../geometry/rounding.js';

/** Fraction bits of an axis' weights. */
const WEIGHT_BITS = 11;
const ONE = 1 << WEIGHT_BITS;
/** From so many source rows a row of the result on, keeping resized source rows costs more than it saves. */
const SHARING_SCALE = 1.5;

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

/** Where a resized image is put: `stride` bytes a row, its first byte at `offset`. */
export interface ResizeTarget {
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
}

/**
 * Resizes RGB pixels into a place of a larger image.
 * @param source `width * height * 3` bytes.
 */
export function resizeInto(source: Pixels, width: number, height: number, target: ResizeTarget): void {
  const columns = byteOffsets(tapsOf(source.width, width, true));
  const rows = tapsOf(source.height, height, false);
  // Rows of the result that lie close together share source rows, which are then worth keeping; far apart they do not.
  if (source.height > SHARING_SCALE * height) resizeRowByRow(source, columns, rows, target);
  else resizeSharingRows(source, columns, rows, target);
}

/** Pixel places of RGB rows as byte places. */
function byteOffsets({ first, second, ...weights }: Taps): Taps {
  return { first: first.map((x) => 3 * x), second: second.map((x) => 3 * x), ...weights };
}

/** Each byte of the result from its four source bytes. */
function resizeRowByRow({ data, width }: Pixels, columns: Taps, rows: Taps, target: ResizeTarget): void {
  for (let y = 0; y < rows.first.length; y++) {
    const upper = data.subarray(rows.first[y] * width * 3, (rows.first[y] + 1) * width * 3);
    const lower = data.subarray(rows.second[y] * width * 3, (rows.second[y] + 1) * width * 3);
    const from = target.offset + y * target.stride;
    const out = target.data.subarray(from, from + columns.first.length * 3);
    blendPixels(upper, lower, columns, rows.firstWeight[y], rows.secondWeight[y], out);
  }
}

/** One row of the result from two source rows. */
function blendPixels(upper: Uint8Array, lower: Uint8Array, taps: Taps, wu: number, wl: number, out: Uint8Array): void {
  const { first, second, firstWeight, secondWeight } = taps;
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    const a = first[x];
    const b = second[x];
    const wa = firstWeight[x];
    const wb = secondWeight[x];
    out[o] = blend(wa * upper[a] + wb * upper[b], wa * lower[a] + wb * lower[b], wu, wl);
    out[o + 1] = blend(wa * upper[a + 1] + wb * upper[b + 1], wa * lower[a + 1] + wb * lower[b + 1], wu, wl);
    out[o + 2] = blend(wa * upper[a + 2] + wb * upper[b + 2], wa * lower[a + 2] + wb * lower[b + 2], wu, wl);
  }
}

/** From two values times 2048 to a byte; OpenCV drops four bits of each, then sixteen of each product, then rounds. */
function blend(upper: number, lower: number, wu: number, wl: number): number {
  return (((wu * (upper >> 4)) >> 16) + ((wl * (lower >> 4)) >> 16) + 2) >> 2;
}

/** As `resizeRowByRow`, with source rows resized along x kept for the next row of the result. */
function resizeSharingRows(source: Pixels, columns: Taps, rows: Taps, target: ResizeTarget): void {
  const bytes = columns.first.length * 3;
  let upper = new Int32Array(bytes);
  let lower = new Int32Array(bytes);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < rows.first.length; y++) {
    const first = rows.first[y];
    const second = rows.second[y];
    if (first === lowerRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (first !== upperRow) resizeRow(source, first, columns, upper);
    if (second === first) lower.set(upper);
    else if (second !== lowerRow) resizeRow(source, second, columns, lower);
    upperRow = first;
    lowerRow = second;
    const from = target.offset + y * target.stride;
    blendRows(upper, lower, rows.firstWeight[y], rows.secondWeight[y], target.data.subarray(from, from + bytes));
  }
}

/** One source row resized along x: values times 2048. */
function resizeRow({ data, width }: Pixels, row: number, taps: Taps, out: Int32Array): void {
  const source = data.subarray(row * width * 3, (row + 1) * width * 3);
  const { first, second, firstWeight, secondWeight } = taps;
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    const a = first[x];
    const b = second[x];
    const wa = firstWeight[x];
    const wb = secondWeight[x];
    out[o] = wa * source[a] + wb * source[b];
    out[o + 1] = wa * source[a + 1] + wb * source[b + 1];
    out[o + 2] = wa * source[a + 2] + wb * source[b + 2];
  }
}

function blendRows(upper: Int32Array, lower: Int32Array, wu: number, wl: number, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) out[i] = blend(upper[i], lower[i], wu, wl);
}
