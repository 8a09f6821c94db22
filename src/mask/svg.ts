/** A mask as an SVG picture: exact pixels, no encoder needed. */
import type { Rect } from '../geometry/rect.js';

/** Widest picture, in CSS pixels. */
const WIDEST = 480;

/** The parts of a mask that are drawn. */
interface Bits extends Rect {
  readonly gridWidth: number;
  readonly gridHeight: number;
  has(x: number, y: number): boolean;
}

/** White on black, one rectangle for each run of pixels in a row. */
export function maskSvg(mask: Bits): string {
  const { gridWidth: width, gridHeight: height } = mask;
  const right = mask.x + mask.width;
  let path = '';
  for (let y = mask.y; y < mask.y + mask.height; y++) {
    for (let x = mask.x; x < right; x++) {
      if (!mask.has(x, y)) continue;
      const start = x;
      while (x < right && mask.has(x, y)) x++;
      path += `M${start} ${y}h${x - start}v1h${start - x}z`;
    }
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.min(width, WIDEST)}" viewBox="0 0 ${width} ${height}" ` +
    `shape-rendering="crispEdges"><rect width="${width}" height="${height}"/><path fill="#fff" d="${path}"/></svg>`
  );
}
