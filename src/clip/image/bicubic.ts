/**
 * Bicubic resize of 8-bit images, byte for byte what Pillow's `resize` with BICUBIC gives: antialiased (the filter widens
 * when shrinking), weights in fixed point, along rows first, then along columns, bytes in between.
 */

/** Half the width of the filter, in samples of the coarser grid. */
const SUPPORT = 2;
/** The `a` of Keys' cubic (1981). */
const SHARPNESS = -0.5;
/** Fraction bits of a weight: what 32-bit sums leave beside 8 bits of value and 2 for overshoot. */
const WEIGHT_BITS = 22;
const ONE = 1 << WEIGHT_BITS;
const HALF = 1 << (WEIGHT_BITS - 1);
/** Rows that one walk along the sums adds: all that the filter needs when it does not shrink. */
const ROWS_AT_ONCE = 4;

function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((SHARPNESS + 2) * t - (SHARPNESS + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * SHARPNESS;
  return 0;
}

/** Which source samples make the samples of a window of the resized axis. */
interface Taps {
  /** Of each sample of the window, the first source sample. */
  readonly first: Int32Array;
  /** How many source samples each takes. */
  readonly count: Int32Array;
  /** `stride` places each, the first `count` in use. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** @param from samples of the source axis. @param to samples of the whole resized axis. @param start of the window. */
function tapsOf(from: number, to: number, start: number, length: number): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = SUPPORT * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const taps = {
    first: new Int32Array(length),
    count: new Int32Array(length),
    weights: new Int32Array(length * stride),
    stride,
  };
  const exact = new Float64Array(stride);
  const inverse = 1 / filterScale;
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const low = Math.max(Math.trunc(centre - support + 0.5), 0);
    const count = Math.min(Math.trunc(centre + support + 0.5), from) - low;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += exact[k] = cubic((k + low - centre + 0.5) * inverse);
    // Halves away from zero, as C casts do after adding them.
    for (let k = 0; k < count; k++) {
      const weight = (exact[k] / sum) * ONE;
      taps.weights[i * stride + k] = Math.trunc(weight + (weight < 0 ? -0.5 : 0.5));
    }
    taps.first[i] = low;
    taps.count[i] = count;
  }
  return taps;
}

/** A part of a resized image: `size` x `rows` pixels from (left, top) of the image resized to width x height. */
export interface ResizedWindow {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
  /** Default `size`: a square. */
  readonly rows?: number;
}

/** RGB pixels inside a larger image. */
export interface SourcePixels {
  /** Bytes, row by row, R G B; the first pixel of row y is at `offset + y * stride`. */
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** The window of the resized image, without making the rest of it. @returns `size * rows * 3` bytes */
export function resizeWindow(source: SourcePixels, window: ResizedWindow): Uint8Array {
  const { size, rows: height = size } = window;
  const columns = tapsOf(source.width, window.width, window.left, size);
  const rows = tapsOf(source.height, window.height, window.top, height);
  const firstRow = rows.first[0];
  const lastRow = rows.first[height - 1] + rows.count[height - 1];
  // Clamped arrays cut overshoot off at 0 and 255.
  const between = new Uint8ClampedArray((lastRow - firstRow) * size * 3);
  for (let y = firstRow; y < lastRow; y++) {
    resizeRow(source, y, columns, between.subarray((y - firstRow) * size * 3, (y - firstRow + 1) * size * 3));
  }
  return resizeColumns(between, firstRow, rows, size);
}

function resizeRow({ data, offset, stride }: SourcePixels, y: number, taps: Taps, out: Uint8ClampedArray): void {
  const { first, count, weights } = taps;
  const start = offset + y * stride;
  for (let x = 0, o = 0; x < first.length; x++, o += 3) {
    let r = HALF;
    let g = HALF;
    let b = HALF;
    let p = start + first[x] * 3;
    const from = x * taps.stride;
    for (let k = from; k < from + count[x]; k++, p += 3) {
      const weight = weights[k];
      r = (r + Math.imul(weight, data[p])) | 0;
      g = (g + Math.imul(weight, data[p + 1])) | 0;
      b = (b + Math.imul(weight, data[p + 2])) | 0;
    }
    out[o] = r >> WEIGHT_BITS;
    out[o + 1] = g >> WEIGHT_BITS;
    out[o + 2] = b >> WEIGHT_BITS;
  }
}

/** @param between rows from `firstRow` of the source on, already `size` pixels wide. */
function resizeColumns(between: Uint8ClampedArray, firstRow: number, taps: Taps, size: number): Uint8Array {
  const bytes = size * 3;
  const height = taps.first.length;
  const out = new Uint8ClampedArray(height * bytes);
  const sums = new Int32Array(bytes);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    const start = (taps.first[y] - firstRow) * bytes;
    const count = taps.count[y];
    for (let k = 0; k < count; k += ROWS_AT_ONCE) {
      const rows = fourRows(taps, y, k, bytes);
      if (k + ROWS_AT_ONCE < count) addRows(sums, between, start + k * bytes, rows);
      else finishRow(sums, between, start + k * bytes, rows, out, y * bytes);
    }
  }
  return new Uint8Array(out.buffer);
}

/** Weights of four rows, and how far behind the first one the others begin. */
type FourRows = readonly [w0: number, w1: number, w2: number, w3: number, p1: number, p2: number, p3: number];

/** From tap `k` of row y on. Beyond the last tap weights are 0, and the last row is read again, none past the end. */
function fourRows(taps: Taps, y: number, k: number, bytes: number): FourRows {
  const last = Math.min(taps.count[y] - k, ROWS_AT_ONCE) - 1;
  const at = y * taps.stride + k;
  const weight = (row: number) => (row <= last ? taps.weights[at + row] : 0);
  const place = (row: number) => Math.min(row, last) * bytes;
  return [weight(0), weight(1), weight(2), weight(3), place(1), place(2), place(3)];
}

function addRows(sums: Int32Array, between: Uint8ClampedArray, start: number, rows: FourRows): void {
  const [w0, w1, w2, w3, p1, p2, p3] = rows;
  for (let i = 0, p = start; i < sums.length; i++, p++) {
    sums[i] +=
      Math.imul(w0, between[p]) +
      Math.imul(w1, between[p + p1]) +
      Math.imul(w2, between[p + p2]) +
      Math.imul(w3, between[p + p3]);
  }
}

/** As `addRows`, with the sums becoming bytes of the result. */
function finishRow(
  sums: Int32Array,
  between: Uint8ClampedArray,
  start: number,
  rows: FourRows,
  out: Uint8ClampedArray,
  target: number,
): void {
  const [w0, w1, w2, w3, p1, p2, p3] = rows;
  for (let i = 0, p = start; i < sums.length; i++, p++) {
    const sum =
      sums[i] +
      Math.imul(w0, between[p]) +
      Math.imul(w1, between[p + p1]) +
      Math.imul(w2, between[p + p2]) +
      Math.imul(w3, between[p + p3]);
    out[target + i] = sum >> WEIGHT_BITS;
  }
}
