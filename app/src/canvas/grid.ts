/** A grid of screen pixels over the picture: what overlays are sampled on. */
import { Mask } from 'fastsam-tfjs/mask';
import type { Size, View } from './view.js';

/** Overlays have this many pixels at most; beyond, they are drawn coarser than the screen, so that a frame stays short. */
const MOST_PIXELS = 2_500_000;

/** Which picture pixel each pixel of an overlay shows. */
export interface Grid {
  readonly view: View;
  readonly width: number;
  readonly height: number;
  /** Overlay pixels a CSS pixel. */
  readonly ratio: number;
  /** Column of the picture for each column of the overlay, `margin` more on both sides; outside the picture -1. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

/** Overlay pixels beyond each edge, so that outlines do not run along the edge of the screen. */
export const MARGIN = 4;

/** @param density pixels of the screen a CSS pixel. */
export function gridOf(view: View, viewport: Size, picture: Size, density: number): Grid {
  const pixels = viewport.width * viewport.height * density * density;
  const ratio = density * Math.min(1, Math.sqrt(MOST_PIXELS / Math.max(1, pixels)));
  const width = Math.max(1, Math.round(viewport.width * ratio));
  const height = Math.max(1, Math.round(viewport.height * ratio));
  return {
    view,
    width,
    height,
    ratio,
    columns: places(width, view.x, view.scale, ratio, picture.width),
    rows: places(height, view.y, view.scale, ratio, picture.height),
  };
}

function places(count: number, offset: number, scale: number, ratio: number, size: number): Int32Array {
  const list = new Int32Array(count + 2 * MARGIN);
  for (let i = 0; i < list.length; i++) {
    const place = Math.floor(((i - MARGIN + 0.5) / ratio - offset) / scale);
    list[i] = place >= 0 && place < size ? place : -1;
  }
  return list;
}

/** A mask as the grid shows it, its margin included; `undefined` where none of it is in sight. */
export function sampled(mask: Mask, { columns, rows }: Grid): Mask | undefined {
  const [left, right] = range(columns, mask.x, mask.x + mask.width);
  const [top, bottom] = range(rows, mask.y, mask.y + mask.height);
  const width = right - left;
  const height = bottom - top;
  if (width <= 0 || height <= 0) return undefined;
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const { words: bits, rowWords: stride, x, y } = mask;
  for (let r = 0; r < height; r++) {
    const row = rows[top + r] - y;
    if (r > 0 && row === rows[top + r - 1] - y) {
      words.copyWithin(r * rowWords, (r - 1) * rowWords, r * rowWords);
      continue;
    }
    const base = row * stride;
    for (let c = 0; c < width; c++) {
      const column = columns[left + c] - x;
      words[r * rowWords + (c >>> 5)] |= ((bits[base + (column >>> 5)] >>> (column & 31)) & 1) << (c & 31);
    }
  }
  return new Mask(columns.length, rows.length, left, top, width, height, words);
}

/** The first place from `low` on and the first from `high` on. Places rise; -1 stands on both sides of them. */
function range(places: Int32Array, low: number, high: number): [number, number] {
  let first = 0;
  while (first < places.length && places[first] < low) first++;
  let last = places.length;
  while (last > first && (places[last - 1] < 0 || places[last - 1] >= high)) last--;
  return [first, last];
}
