/** A grid of screen pixels over the picture: what overlays are sampled on. */
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
