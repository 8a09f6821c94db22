/** Set operations on masks of one grid, and counts by whole words. */
import { invalidArgument } from '../errors.js';
import { requireNumbers, requireObject, requireWhole } from '../options/requireKind.js';
import { lowBits, lowestBit, readBits } from './bits.js';
import type { Rect } from '../geometry/rect.js';
import { Mask, popcount, requireGrid, requireMask } from './mask.js';

/** The size of a mask's grid in pixels. */
export type Grid = Pick<Mask, 'gridWidth' | 'gridHeight'>;

/** Throws unless both masks lie on grids of the same size. */
function requireSameGrid(a: Mask, b: Mask): void {
  requireMask(a);
  requireMask(b);
  if (a.gridWidth !== b.gridWidth || a.gridHeight !== b.gridHeight) {
    throw invalidArgument(
      `masks: got grids of ${a.gridWidth} x ${a.gridHeight} and ${b.gridWidth} x ${b.gridHeight} pixels, ` +
        'expected one size, resize one of them first',
    );
  }
}

/** The 32 pixels of grid row `y` that begin at column `x`, as a word; outside the mask's window 0. */
function wordAt(mask: Mask, x: number, y: number): number {
  const r = y - mask.y;
  if (r < 0 || r >= mask.height) return 0;
  return readBits(mask.words, r * mask.rowWords, mask.rowWords, x - mask.x);
}

/** What two windows share; width and height 0 where nothing. */
function intersectWindows(a: Rect, b: Rect): Rect {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x);
  const height = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y);
  return { x, y, width, height };
}

/** The smallest window around two; an empty one adds nothing. */
function uniteWindows(a: Rect, b: Rect): Rect {
  if (a.width === 0 || a.height === 0) return b;
  if (b.width === 0 || b.height === 0) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const width = Math.max(a.x + a.width, b.x + b.width) - x;
  const height = Math.max(a.y + a.height, b.y + b.height) - y;
  return { x, y, width, height };
}

/** Builds a mask word by word; `wordOf` gets the column of a word's first pixel and its row. */
function build(grid: Grid, window: Rect, wordOf: (x: number, y: number) => number): Mask {
  const { x, y, width, height } = window;
  if (width <= 0 || height <= 0) return Mask.empty(grid.gridWidth, grid.gridHeight);
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const tail = lowBits(width - 32 * (rowWords - 1));
  for (let r = 0, p = 0; r < height; r++, p += rowWords) {
    for (let w = 0; w < rowWords; w++) words[p + w] = wordOf(x + 32 * w, y + r);
    words[p + rowWords - 1] &= tail;
  }
  return new Mask(grid.gridWidth, grid.gridHeight, x, y, width, height, words);
}

/**
 * Pixels of either mask.
 * @throws FastSAMError `INVALID_ARGUMENT` if the grids differ.
 */
export function union(a: Mask, b: Mask): Mask {
  requireSameGrid(a, b);
  return build(a, uniteWindows(a, b), (x, y) => wordAt(a, x, y) | wordAt(b, x, y));
}

/**
 * Pixels of both masks.
 * @throws FastSAMError `INVALID_ARGUMENT` if the grids differ.
 */
export function intersection(a: Mask, b: Mask): Mask {
  requireSameGrid(a, b);
  return build(a, intersectWindows(a, b), (x, y) => wordAt(a, x, y) & wordAt(b, x, y));
}

/**
 * Pixels of `a` that are not in `b`.
 * @throws FastSAMError `INVALID_ARGUMENT` if the grids differ.
 */
export function difference(a: Mask, b: Mask): Mask {
  requireSameGrid(a, b);
  return build(a, a, (x, y) => wordAt(a, x, y) & ~wordAt(b, x, y));
}

/**
 * The mask moved by whole pixels, `dx` to the right and `dy` down; what leaves the grid is lost.
 * @param grid another grid to lie on, such as the image's for a mask of a crop: `dx`, `dy` are then the crop's corner.
 *   Default: the mask's own.
 * @throws FastSAMError `INVALID_ARGUMENT` for a step that is no whole number and a grid without whole sides.
 */
export function shift(mask: Mask, dx: number, dy: number, grid: Grid = mask): Mask {
  requireMask(mask);
  requireObject('shift grid', grid);
  const { gridWidth, gridHeight } = grid;
  requireWhole('shift dx', dx);
  requireWhole('shift dy', dy);
  requireGrid(gridWidth, gridHeight, 'shift grid');
  const { width, height } = mask;
  const moved = { x: mask.x + dx, y: mask.y + dy, width, height };
  const window = intersectWindows(moved, { x: 0, y: 0, width: gridWidth, height: gridHeight });
  return build({ gridWidth, gridHeight }, window, (x, y) => wordAt(mask, x - dx, y - dy));
}

/** Pixels of the window that are not in the mask; the window is clipped to the grid. */
export function complement(mask: Mask, window: Rect): Mask {
  const grid = { x: 0, y: 0, width: mask.gridWidth, height: mask.gridHeight };
  return build(mask, intersectWindows(window, grid), (x, y) => ~wordAt(mask, x, y));
}

/**
 * Number of pixels that two masks share.
 * @throws FastSAMError `INVALID_ARGUMENT` if the grids differ.
 */
export function intersectionArea(a: Mask, b: Mask): number {
  requireSameGrid(a, b);
  const { x, y, width, height } = intersectWindows(a, b);
  if (width === 0) return 0;
  const last = x + width;
  let n = 0;
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < last; column += 32) {
      const word = wordAt(a, column, row) & wordAt(b, column, row);
      // Bits beyond a window's width are 0, so no pixel beyond the shared columns can be set in both.
      if (word !== 0) n += popcount(word);
    }
  }
  return n;
}

/**
 * Intersection over union of two masks' pixels; 0 if both are empty.
 * @throws FastSAMError `INVALID_ARGUMENT` if the grids differ.
 */
export function iou(a: Mask, b: Mask): number {
  const shared = intersectionArea(a, b);
  const whole = a.area + b.area - shared;
  return whole === 0 ? 0 : shared / whole;
}

/** The whole-pixel window `[x1, x2) x [y1, y2)` of an xyxy box: pixels `c` with `x1 <= c < x2`, clipped to the grid. */
export function windowOfBox(box: ArrayLike<number>, gridWidth: number, gridHeight: number): Rect {
  const x = Math.min(gridWidth, Math.max(0, Math.ceil(box[0])));
  const y = Math.min(gridHeight, Math.max(0, Math.ceil(box[1])));
  const width = Math.min(gridWidth, Math.max(0, Math.ceil(box[2]))) - x;
  const height = Math.min(gridHeight, Math.max(0, Math.ceil(box[3]))) - y;
  return { x, y, width: width > 0 ? width : 0, height: height > 0 ? height : 0 };
}

/**
 * Pixels of the mask inside a box, `|M ∩ b|`, counted word by word.
 * @param box x1, y1, x2, y2 in the grid's pixels; a pixel belongs to it where `x1 <= column < x2`, `y1 <= row < y2`.
 */
export function areaInBox(mask: Mask, box: ArrayLike<number>): number {
  requireMask(mask);
  requireNumbers('box', box, 4);
  const { x, y, width, height } = intersectWindows(mask, windowOfBox(box, mask.gridWidth, mask.gridHeight));
  if (width === 0 || height === 0) return 0;
  const from = x - mask.x;
  const to = from + width;
  const first = from >> 5;
  const last = (to - 1) >> 5;
  const head = -1 << (from & 31);
  const tail = lowBits(((to - 1) & 31) + 1);
  let n = 0;
  for (let r = y - mask.y; r < y - mask.y + height; r++) {
    const base = r * mask.rowWords;
    if (first === last) {
      n += popcount(mask.words[base + first] & head & tail);
      continue;
    }
    n += popcount(mask.words[base + first] & head) + popcount(mask.words[base + last] & tail);
    for (let w = first + 1; w < last; w++) n += popcount(mask.words[base + w]);
  }
  return n;
}

/** The mask's pixels inside a box (same rule as `areaInBox`). */
export function cropToBox(mask: Mask, box: ArrayLike<number>): Mask {
  requireMask(mask);
  requireNumbers('box', box, 4);
  return cropToWindow(mask, windowOfBox(box, mask.gridWidth, mask.gridHeight));
}

/** The mask's pixels inside a window of the grid. */
export function cropToWindow(mask: Mask, window: Rect): Mask {
  return build(mask, intersectWindows(mask, window), (x, y) => wordAt(mask, x, y));
}

/** The smallest window that holds every pixel of the mask, `undefined` for a mask without pixels. */
export function boundingRect(mask: Mask): Rect | undefined {
  requireMask(mask);
  const { words, rowWords, height } = mask;
  const columns = new Int32Array(rowWords);
  let top = -1;
  let bottom = -1;
  for (let r = 0; r < height; r++) {
    let any = 0;
    for (let w = 0; w < rowWords; w++) {
      const word = words[r * rowWords + w] | 0;
      any |= word;
      columns[w] |= word;
    }
    if (any === 0) continue;
    if (top < 0) top = r;
    bottom = r;
  }
  if (top < 0) return undefined;
  const first = columns.findIndex((word) => word !== 0);
  const last = columns.findLastIndex((word) => word !== 0);
  const left = 32 * first + lowestBit(columns[first]);
  const right = 32 * last + 31 - Math.clz32(columns[last]);
  return { x: mask.x + left, y: mask.y + top, width: right - left + 1, height: bottom - top + 1 };
}

/** Bounding box of the mask's pixels, `[x1, y1, x2, y2]` with x2, y2 exclusive; all 0 for a mask without pixels. */
export function boundingBox(mask: Mask): [number, number, number, number] {
  const window = boundingRect(mask);
  if (!window) return [0, 0, 0, 0];
  return [window.x, window.y, window.x + window.width, window.y + window.height];
}

/** The same mask in the smallest window; the mask itself if its window is the smallest already. */
export function shrinkWindow(mask: Mask): Mask {
  requireMask(mask);
  const window = boundingRect(mask);
  if (!window) return mask.words.length === 0 ? mask : Mask.empty(mask.gridWidth, mask.gridHeight);
  return window.width === mask.width && window.height === mask.height ? mask : cropToWindow(mask, window);
}

/** Whether two masks hold the same pixels of grids of one size; their windows may differ. */
export function equals(a: Mask, b: Mask): boolean {
  requireMask(a);
  requireMask(b);
  if (a.gridWidth !== b.gridWidth || a.gridHeight !== b.gridHeight || a.area !== b.area) return false;
  return intersectionArea(a, b) === a.area;
}
