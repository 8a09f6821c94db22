/** Object colours over an image. */
import type { Canvas } from './canvas.js';
import type { Rgb } from './palette.js';

/**
 * Lays each object's colour over its pixels; every pixel is blended once, so order and overlaps do not darken it.
 * @param labels `height * width`, 0 or 1 + index into `colours` (see `paintLabels`).
 * @param alpha opacity of the colour, 0 … 1.
 * @param dim how much pixels without an object are darkened, 0 (not at all) … 1 (black).
 */
export function drawOverlay(
  canvas: Canvas,
  labels: Uint16Array,
  colours: readonly Rgb[],
  alpha: number,
  dim: number,
): void {
  const { data } = canvas;
  const a = Math.round(alpha * 256);
  const keep = 256 - a;
  const lit = Math.round((1 - dim) * 256);
  const added = new Int32Array((colours.length + 1) * 3);
  colours.forEach((colour, i) => {
    for (let c = 0; c < 3; c++) added[(i + 1) * 3 + c] = colour[c] * a + 128;
  });
  for (let i = 0, p = 0; i < labels.length; i++, p += 3) {
    const label = labels[i];
    if (label !== 0) {
      const q = label * 3;
      data[p] = (data[p] * keep + added[q]) >> 8;
      data[p + 1] = (data[p + 1] * keep + added[q + 1]) >> 8;
      data[p + 2] = (data[p + 2] * keep + added[q + 2]) >> 8;
    } else if (lit !== 256) {
      data[p] = (data[p] * lit) >> 8;
      data[p + 1] = (data[p + 1] * lit) >> 8;
      data[p + 2] = (data[p + 2] * lit) >> 8;
    }
  }
}
