/** Masks as runs of pixels down the columns: made from any COCO segmentation, compared without decoding. */
import { invalidArgument } from '../../errors.js';
import { parseRle, type Rle, type RleCounts } from '../../mask/rleCounts.js';
import { isRings } from './check.js';
import { runsOfPolygon } from './polygon.js';
import type { CocoSegmentation } from './types.js';

/** The pixels of one mask. Pixel (x, y) is number `x * height + y`. */
export interface Runs {
  /** `[start, end, start, end …]`, ends exclusive, ascending. */
  readonly boundaries: Int32Array;
  /** Number of pixels. */
  readonly area: number;
  /** Left, top, right, bottom, the latter two exclusive; all 0 without a pixel. */
  readonly box: readonly [number, number, number, number];
}

/**
 * A segmentation of an image of `width x height` pixels as runs.
 * @throws FastSAMError `INVALID_ARGUMENT` for broken counts, an RLE of another size, and polygons that are none.
 */
export function runsOf(segmentation: CocoSegmentation, width: number, height: number): Runs {
  return describe(
    isRings(segmentation)
      ? boundariesOfRings(segmentation, width, height)
      : boundariesOfRle(segmentation, width, height),
    height,
  );
}

function boundariesOfRle(rle: Rle | RleCounts, width: number, height: number): Int32Array {
  const { size, counts } = parseRle(rle);
  if (size[0] !== height || size[1] !== width) {
    throw invalidArgument(
      `RLE: got a mask of ${size[1]} x ${size[0]} pixels, expected ${width} x ${height} as its image has`,
    );
  }
  const boundaries = new Int32Array(counts.length + 1);
  let n = 0;
  let pixel = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = pixel + counts[i];
    if ((i & 1) === 1 && end > pixel) {
      if (n > 0 && boundaries[n - 1] === pixel) n--;
      else boundaries[n++] = pixel;
      boundaries[n++] = end;
    }
    pixel = end;
  }
  return boundaries.subarray(0, n);
}

function boundariesOfRings(rings: unknown, width: number, height: number): Int32Array {
  const list = rings as readonly (readonly number[])[];
  for (const ring of list) {
    if (Array.isArray(ring) && ring.length >= 4 && ring.every((value) => Number.isFinite(value))) continue;
    throw invalidArgument(
      `polygon: got ${JSON.stringify(ring).slice(0, 60)}, expected [x0, y0, x1, y1, …] of finite numbers`,
    );
  }
  // pycocotools takes a list whose first ring has four numbers for boxes.
  const boxes = list.length > 0 && list[0].length === 4;
  const each = list.map((ring) => runsOfPolygon(boxes ? ringOfBox(ring) : ring, width, height));
  return each.reduce(uniteRuns, new Int32Array(0));
}

/** The corners of a box [left, top, width, height], in the order in which pycocotools writes them. */
export function ringOfBox([x, y, w, h]: readonly number[]): number[] {
  return [x, y, x, y + h, x + w, y + h, x + w, y];
}

/** Pixels of either. */
function uniteRuns(a: Int32Array, b: Int32Array): Int32Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const fromA = j >= b.length || (i < a.length && a[i] <= b[j]);
    const start = fromA ? a[i] : b[j];
    const end = fromA ? a[i + 1] : b[j + 1];
    if (fromA) i += 2;
    else j += 2;
    if (out.length > 0 && start <= out[out.length - 1]) out[out.length - 1] = Math.max(out[out.length - 1], end);
    else out.push(start, end);
  }
  return Int32Array.from(out);
}

function describe(boundaries: Int32Array, height: number): Runs {
  if (boundaries.length === 0) return { boundaries, area: 0, box: [0, 0, 0, 0] };
  let area = 0;
  let top = height;
  let bottom = 0;
  for (let i = 0; i < boundaries.length; i += 2) {
    const start = boundaries[i];
    const last = boundaries[i + 1] - 1;
    area += last + 1 - start;
    const first = start % height;
    const left = start - first;
    if (last - left >= height) {
      top = 0;
      bottom = height;
    } else {
      if (first < top) top = first;
      if (last - left >= bottom) bottom = last - left + 1;
    }
  }
  const right = Math.floor((boundaries[boundaries.length - 1] - 1) / height) + 1;
  return { boundaries, area, box: [Math.floor(boundaries[0] / height), top, right, bottom] };
}

/** Pixels that two masks of one image share. */
export function sharedPixels(a: Runs, b: Runs): number {
  const p = a.boundaries;
  const q = b.boundaries;
  const end = Math.min(p.at(-1) ?? 0, q.at(-1) ?? 0);
  let i = firstRunAfter(p, q.length > 0 ? q[0] : 0);
  let j = firstRunAfter(q, p.length > 0 ? p[0] : 0);
  let n = 0;
  while (i < p.length && j < q.length) {
    const start = p[i] > q[j] ? p[i] : q[j];
    if (start >= end) break;
    const pEnd = p[i + 1];
    const qEnd = q[j + 1];
    const stop = pEnd < qEnd ? pEnd : qEnd;
    if (stop > start) n += stop - start;
    if (pEnd <= qEnd) i += 2;
    if (qEnd <= pEnd) j += 2;
  }
  return n;
}

/** Index of the first run that ends after a pixel. */
function firstRunAfter(boundaries: Int32Array, pixel: number): number {
  let low = 0;
  let high = boundaries.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (boundaries[2 * middle + 1] <= pixel) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
