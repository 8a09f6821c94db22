/** COCO run-length encoding: runs down the columns, first a run of zeros. Identical to pycocotools. */
import { fillBits, lowestBit, transpose32 } from './bits.js';
import type { Rect } from '../geometry/rect.js';
import { Mask, requireMask } from './mask.js';
import { countRuns, parseRle, type Rle, type RleCounts } from './rleCounts.js';
import { packCounts } from './rleString.js';

/** Writes one-runs in ascending order as COCO counts; runs that touch are joined. */
class CountWriter {
  readonly counts: number[] = [];
  #end = 0;

  /** Adds the run of ones at the column-major positions `from` to `to` (exclusive). */
  add(from: number, to: number): void {
    if (from === this.#end && this.counts.length > 0) this.counts[this.counts.length - 1] += to - from;
    else this.counts.push(from - this.#end, to - from);
    this.#end = to;
  }

  /** The counts of a grid of `total` pixels. */
  finish(total: number): number[] {
    if (this.#end < total || this.counts.length === 0) this.counts.push(total - this.#end);
    return this.counts;
  }
}

/** Transposes one column of 32-bit words into 32 columns of `blocks` words; returns whether any bit is set. */
function transposeColumn(mask: Mask, w: number, blocks: number, block: Int32Array, columns: Int32Array): boolean {
  const { words, rowWords, height } = mask;
  let anywhere = 0;
  for (let b = 0; b < blocks; b++) {
    const rows = Math.min(32, height - 32 * b);
    let any = 0;
    let all = rows < 32 ? 0 : -1;
    for (let r = 0, p = 32 * b * rowWords + w; r < rows; r++, p += rowWords) {
      const word = (block[r] = words[p]);
      any |= word;
      all &= word;
    }
    block.fill(0, rows);
    // Blocks of one value are their own transpose.
    if (any !== 0 && all !== -1) transpose32(block);
    for (let c = 0, p = b; c < 32; c++, p += blocks) columns[p] = block[c];
    anywhere |= any;
  }
  return anywhere !== 0;
}

/** Adds the runs of one column, given as `blocks` words from `columns[at]`, whose first bit is position `start`. */
function addColumn(
  writer: CountWriter,
  columns: Int32Array,
  at: number,
  blocks: number,
  start: number,
  height: number,
): void {
  let inside = 0;
  let from = 0;
  for (let b = 0; b < blocks; b++) {
    const word = columns[at + b];
    if (word === -inside) continue;
    // A bit is set in `edges` where a pixel differs from the one above it.
    for (let edges = word ^ ((word << 1) | inside); edges !== 0; edges &= edges - 1) {
      const position = start + 32 * b + lowestBit(edges);
      if (inside) writer.add(from, position);
      else from = position;
      inside ^= 1;
    }
  }
  if (inside) writer.add(from, start + height);
}

/**
 * The mask as COCO run lengths (uncompressed form), over the whole grid. Works on 32 x 32 blocks of bits; empty
 * word columns cost one pass over their words.
 */
export function encodeCounts(mask: Mask): RleCounts {
  const { gridHeight, gridWidth, height, width } = mask;
  const blocks = (height + 31) >>> 5;
  const block = new Int32Array(32);
  const columns = new Int32Array(32 * blocks);
  const writer = new CountWriter();
  for (let w = 0; w < mask.rowWords && blocks > 0; w++) {
    if (!transposeColumn(mask, w, blocks, block, columns)) continue;
    const count = Math.min(32, width - 32 * w);
    for (let c = 0; c < count; c++) {
      const start = (mask.x + 32 * w + c) * gridHeight + mask.y;
      addColumn(writer, columns, c * blocks, blocks, start, height);
    }
  }
  return { size: [gridHeight, gridWidth], counts: writer.finish(gridHeight * gridWidth) };
}

/** The mask as COCO RLE with compressed counts, byte-identical to `pycocotools.mask.encode`. */
export function encodeRle(mask: Mask): Rle {
  requireMask(mask);
  const { size, counts } = encodeCounts(mask);
  return { size, counts: packCounts(counts) };
}

/** Sets the bits of all runs in a plane of `box.width` columns of `blocks` words. */
function fillColumns(counts: readonly number[], gridHeight: number, window: Rect, blocks: number): Uint32Array {
  const plane = new Uint32Array(window.width * blocks);
  let position = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = position + counts[i];
    if ((i & 1) === 1) {
      for (let from = position; from < end;) {
        const x = Math.floor(from / gridHeight);
        const to = Math.min(end, (x + 1) * gridHeight);
        const top = x * gridHeight + window.y;
        fillBits(plane, (x - window.x) * blocks, from - top, to - top);
        from = to;
      }
    }
    position = end;
  }
  return plane;
}

/**
 * COCO RLE, compressed or not, as a mask in the smallest window.
 * @throws FastSAMError `INVALID_ARGUMENT` if the counts are broken or do not add up to the size.
 */
export function decodeRle(rle: Rle | RleCounts): Mask {
  const { size, counts } = parseRle(rle);
  const [gridHeight, gridWidth] = size;
  const [x, y, width, height] = boxOfCounts(counts, gridHeight);
  if (width === 0) return Mask.empty(gridWidth, gridHeight);
  const blocks = (height + 31) >>> 5;
  const plane = fillColumns(counts, gridHeight, { x, y, width, height }, blocks);
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const block = new Int32Array(32);
  for (let w = 0; w < rowWords; w++) {
    const columns = Math.min(32, width - 32 * w);
    for (let b = 0; b < blocks; b++) {
      let any = 0;
      for (let c = 0, p = 32 * w * blocks + b; c < columns; c++, p += blocks) any |= block[c] = plane[p];
      if (any === 0) continue;
      block.fill(0, columns);
      transpose32(block);
      const rows = Math.min(32, height - 32 * b);
      for (let r = 0, p = 32 * b * rowWords + w; r < rows; r++, p += rowWords) words[p] = block[r];
    }
  }
  return new Mask(gridWidth, gridHeight, x, y, width, height, words);
}

/** Bounding box of runs, `[x, y, width, height]`. */
function boxOfCounts(counts: readonly number[], gridHeight: number): [number, number, number, number] {
  let left = Infinity;
  let right = -1;
  let top = Infinity;
  let bottom = -1;
  let position = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = position + counts[i];
    if ((i & 1) === 1 && end > position) {
      const firstColumn = Math.floor(position / gridHeight);
      const lastColumn = Math.floor((end - 1) / gridHeight);
      const manyColumns = lastColumn > firstColumn;
      left = Math.min(left, firstColumn);
      right = lastColumn;
      top = Math.min(top, manyColumns ? 0 : position - firstColumn * gridHeight);
      bottom = Math.max(bottom, manyColumns ? gridHeight - 1 : end - 1 - lastColumn * gridHeight);
    }
    position = end;
  }
  return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * Bounding box `[x, y, width, height]` in pixels, COCO's order, without decoding; all 0 for an empty mask.
 * @throws FastSAMError `INVALID_ARGUMENT` if the counts are broken.
 */
export function rleBox(rle: Rle | RleCounts): [number, number, number, number] {
  const { size, counts } = parseRle(rle);
  return boxOfCounts(counts, size[0]);
}

/**
 * Number of pixels, without decoding.
 * @throws FastSAMError `INVALID_ARGUMENT` if the counts are broken.
 */
export function rleArea(rle: Rle | RleCounts): number {
  return countRuns(parseRle(rle).counts);
}
