/** Masks from one grid to another. */
import { contentRect, type Letterbox } from '../image/letterbox.js';
import { requireChoice, requireObject, requireWhole } from '../options/requireKind.js';
import { bilinearTaps, reachedRange, shiftTaps, sourceRange, type RowSource } from './bilinear.js';
import type { Rect } from '../geometry/rect.js';
import { Mask, MOST_PIXELS, requireMask } from './mask.js';
import { thresholdedBits } from './thresholdedBits.js';

/** `bilinear`: pixels as 0 and 1, interpolated, set where above a half. `nearest`: the pixel below each centre. */
export type ResizeFilter = 'bilinear' | 'nearest';
const FILTERS: readonly ResizeFilter[] = ['bilinear', 'nearest'];

/** Rows of the mask as numbers 0 and 1, for the columns of `window` (in the grid's pixels; 0 outside the mask). */
function rowsAsNumbers(mask: Mask, window: Rect): RowSource {
  const values = new Float32Array(window.width);
  const first = Math.max(mask.x, window.x);
  const last = Math.min(mask.x + mask.width, window.x + window.width);
  return (row) => {
    const r = row - mask.y;
    if (r < 0 || r >= mask.height) return values.fill(0);
    for (let x = first; x < last; x++) {
      const c = x - mask.x;
      values[x - window.x] = (mask.words[r * mask.rowWords + (c >>> 5)] >>> (c & 31)) & 1;
    }
    return values;
  };
}

function resizeBilinear(mask: Mask, cut: Rect, width: number, height: number): Mask {
  // Only outputs that draw on a pixel of the mask's window can be set.
  const [left, right] = reachedRange(
    Math.max(0, mask.x - cut.x),
    Math.min(cut.width, mask.x + mask.width - cut.x),
    width,
    cut.width,
  );
  const [top, bottom] = reachedRange(
    Math.max(0, mask.y - cut.y),
    Math.min(cut.height, mask.y + mask.height - cut.y),
    height,
    cut.height,
  );
  if (right <= left || bottom <= top) return Mask.empty(width, height);
  const [from, to] = sourceRange(left, right, width, cut.width);
  const rowOf = rowsAsNumbers(mask, { x: cut.x + from, y: 0, width: to - from, height: 0 });
  const columns = shiftTaps(bilinearTaps(left, right, width, cut.width), from);
  const rows = bilinearTaps(top, bottom, height, cut.height);
  const words = thresholdedBits((row) => rowOf(row + cut.y), columns, rows, 0.5);
  return new Mask(width, height, left, top, right - left, bottom - top, words);
}

/** The source sample of each output sample, `floor(i * input / output)` in float32 (PyTorch's `nearest`). */
function nearestSamples(outputSize: number, inputSize: number): Int32Array {
  const scale = Math.fround(inputSize / outputSize);
  const samples = new Int32Array(outputSize);
  for (let i = 0; i < outputSize; i++) samples[i] = Math.min(inputSize - 1, Math.floor(Math.fround(i * scale)));
  return samples;
}

/** Outputs `[from, to)` whose samples fall into `[first, last)`. */
function hits(samples: Int32Array, first: number, last: number): [number, number] {
  const from = samples.findIndex((sample) => sample >= first && sample < last);
  const to = samples.findLastIndex((sample) => sample >= first && sample < last) + 1;
  return from < 0 ? [0, 0] : [from, to];
}

function resizeNearest(mask: Mask, cut: Rect, width: number, height: number): Mask {
  const columns = nearestSamples(width, cut.width).map((x) => x + cut.x - mask.x);
  const rows = nearestSamples(height, cut.height).map((y) => y + cut.y - mask.y);
  const [left, right] = hits(columns, 0, mask.width);
  const [top, bottom] = hits(rows, 0, mask.height);
  if (right <= left || bottom <= top) return Mask.empty(width, height);
  const rowWords = (right - left + 31) >>> 5;
  const words = new Uint32Array(rowWords * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const from = rows[y] * mask.rowWords;
    const to = (y - top) * rowWords;
    for (let x = left; x < right; x++) {
      const c = columns[x];
      const bit = (mask.words[from + (c >>> 5)] >>> (c & 31)) & 1;
      words[to + ((x - left) >>> 5)] |= bit << ((x - left) & 31);
    }
  }
  return new Mask(width, height, left, top, right - left, bottom - top, words);
}

function resample(mask: Mask, cut: Rect, width: number, height: number, filter: ResizeFilter): Mask {
  requireWhole('mask width', width, 1, MOST_PIXELS);
  requireWhole('mask height', height, 1, Math.floor(MOST_PIXELS / width));
  requireChoice('filter', filter, FILTERS);
  if (mask.width === 0 || mask.height === 0) return Mask.empty(width, height);
  return filter === 'nearest' ? resizeNearest(mask, cut, width, height) : resizeBilinear(mask, cut, width, height);
}

/**
 * The mask on a grid of another size: the whole grid is stretched to `width x height` pixels.
 * @throws FastSAMError `INVALID_ARGUMENT` for a size without whole sides from 1 on.
 */
export function resizeMask(mask: Mask, width: number, height: number, filter: ResizeFilter = 'bilinear'): Mask {
  requireMask(mask);
  const cut = { x: 0, y: 0, width: mask.gridWidth, height: mask.gridHeight };
  return resample(mask, cut, width, height, filter);
}

/**
 * A mask on the network input's grid (or any grid that the letterboxed input was scaled to) as a mask on the original
 * image's: the letterbox is cut off, the rest resampled. Ultralytics' `scale_masks`, then `> 0.5`. A mask whose grid
 * has the image's size already comes back unchanged.
 */
export function unletterboxMask(
  mask: Mask,
  letterbox: Pick<Letterbox, 'imageWidth' | 'imageHeight' | 'stretch'>,
  filter: ResizeFilter = 'bilinear',
): Mask {
  requireMask(mask);
  requireObject('letterbox', letterbox);
  const { imageWidth, imageHeight } = letterbox;
  requireWhole('letterbox imageWidth', imageWidth, 1);
  requireWhole('letterbox imageHeight', imageHeight, 1);
  requireChoice('filter', filter, FILTERS);
  if (mask.gridWidth === imageWidth && mask.gridHeight === imageHeight) return mask;
  const cut = contentRect(mask.gridWidth, mask.gridHeight, letterbox);
  return resample(mask, cut, imageWidth, imageHeight, filter);
}
