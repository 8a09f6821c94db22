/**
 * Polygons with whole-pixel corners to pixels, as OpenCV's `fillPoly` paints them: the inside by the even-odd rule, and
 * every pixel of the outline.
 */

/** Fraction bits of the x of an edge. */
const SHIFT = 16;
const ONE = 2 ** SHIFT;

/** A bitmap that is painted on: a byte a pixel, row by row. */
export interface Bitmap {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** An edge between rows y0 (inclusive) and y1 (exclusive); x at row y0 and its change a row, in fractions of pixels. */
interface Edge {
  readonly y0: number;
  readonly y1: number;
  readonly x: number;
  readonly dx: number;
}

/**
 * Sets the pixels of a polygon to 1.
 * @param ring `[x0, y0, x1, y1, …]`, whole numbers; closed by itself.
 */
export function fillPolygon(bitmap: Bitmap, ring: ArrayLike<number>): void {
  const edges: Edge[] = [];
  const n = ring.length / 2;
  for (let i = 0; i < n; i++) {
    const j = (i + n - 1) % n;
    const [x0, y0, x1, y1] = [ring[2 * j], ring[2 * j + 1], ring[2 * i], ring[2 * i + 1]];
    drawLine(bitmap, x0, y0, x1, y1);
    if (y0 === y1) continue;
    const dx = Math.trunc(((x1 - x0) * ONE) / (y1 - y0));
    const [x, top, bottom] = y0 < y1 ? [x0, y0, y1] : [x1, y1, y0];
    edges.push({ y0: top, y1: bottom, x: x * ONE + ONE / 2, dx });
  }
  fillBetween(bitmap, edges);
}

/** Paints each row between its first and second, third and fourth … edge. */
function fillBetween({ data, width, height }: Bitmap, edges: readonly Edge[]): void {
  const starting = [...edges].sort((a, b) => a.y0 - b.y0);
  let active: Edge[] = [];
  let next = 0;
  const first = starting.length > 0 ? starting[0].y0 : height;
  for (let y = first; y < height && (next < starting.length || active.length > 0); y++) {
    active = active.filter((edge) => edge.y1 > y);
    while (next < starting.length && starting[next].y0 <= y) active.push(starting[next++]);
    if (y < 0) continue;
    const xs = active.map((edge) => edge.x + (y - edge.y0) * edge.dx).sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(Math.ceil(xs[i] / ONE), 0);
      const to = Math.min(Math.floor(xs[i + 1] / ONE), width - 1);
      if (to >= from) data.fill(1, y * width + from, y * width + to + 1);
    }
  }
}

/** Bresenham's line, from its left end; both ends included, pixels outside left out. */
function drawLine({ data, width, height }: Bitmap, xa: number, ya: number, xb: number, yb: number): void {
  const [x0, y0, x1, y1] = xb < xa ? [xb, yb, xa, ya] : [xa, ya, xb, yb];
  const dx = x1 - x0;
  const dy = Math.abs(y1 - y0);
  const stepY = y1 < y0 ? -1 : 1;
  const steep = dy > dx;
  const [long, short] = steep ? [dy, dx] : [dx, dy];
  let error = long - 2 * short;
  let x = x0;
  let y = y0;
  for (let i = 0; i <= long; i++) {
    if (x >= 0 && y >= 0 && x < width && y < height) data[y * width + x] = 1;
    const aside = error < 0;
    error += aside ? 2 * long - 2 * short : -2 * short;
    if (steep || aside) y += stepY;
    if (!steep || aside) x += 1;
  }
}
