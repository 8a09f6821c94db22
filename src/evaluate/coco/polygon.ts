/**
 * Polygons of COCO annotations to runs of pixels, pixel for pixel as pycocotools rasterises them: the outline is walked
 * on a grid five times as fine, and each time it steps to the next fine column at the centre of a column of pixels, the
 * pixels of that column below it change sides.
 */

/** Fine steps a pixel. */
const SCALE = 5;

/**
 * Where the pixels of a polygon begin and end, down the columns: `[start, end, start, end …]`, ends exclusive, pixel
 * `x * height + y`. Ascending, no two touch.
 * @param ring `[x0, y0, x1, y1, …]`, pixels of the image; closed by itself.
 */
export function runsOfPolygon(ring: readonly number[], width: number, height: number): Int32Array {
  const crossings = new Int32Array(countSteps(ring) + 1);
  let n = 0;
  let lastU = NaN;
  let lastV = NaN;
  walkOutline(ring, (u, v) => {
    if (u !== lastU && !Number.isNaN(lastU)) {
      const x = (Math.min(u, lastU) + 0.5) / SCALE - 0.5;
      if (Number.isInteger(x) && x >= 0 && x <= width - 1) {
        const y = Math.min(Math.max((Math.min(v, lastV) + 0.5) / SCALE - 0.5, 0), height);
        crossings[n++] = x * height + Math.ceil(y);
      }
    }
    lastU = u;
    lastV = v;
  });
  return runsOfCrossings(crossings.subarray(0, n).sort(), width * height);
}

/** An upper bound for the fine points on the outline. */
function countSteps(ring: readonly number[]): number {
  const corners = fineCorners(ring);
  let n = 0;
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    n += Math.max(Math.abs(corners[next] - corners[i]), Math.abs(corners[next + 1] - corners[i + 1])) + 1;
  }
  return n;
}

function fineCorners(ring: readonly number[]): number[] {
  const corners: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    corners.push(Math.trunc(SCALE * ring[i] + 0.5), Math.trunc(SCALE * ring[i + 1] + 0.5));
  }
  return corners;
}

/** Visits the fine points along the outline, corner to corner, one step at a time on the longer axis. */
function walkOutline(ring: readonly number[], visit: (u: number, v: number) => void): void {
  const corners = fineCorners(ring);
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    walkEdge(corners[i], corners[i + 1], corners[next], corners[next + 1], visit);
  }
}

/** The rounding depends on the direction, so an edge is always computed from its lower end. */
function walkEdge(x0: number, y0: number, x1: number, y1: number, visit: (u: number, v: number) => void): void {
  const dx = Math.abs(x1 - x0);
  const dy = Math.abs(y1 - y0);
  const flat = dx >= dy;
  const flip = flat ? x0 > x1 : y0 > y1;
  const [xs, ys, xe, ye] = flip ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const length = flat ? dx : dy;
  const slope = length === 0 ? 0 : (flat ? ye - ys : xe - xs) / length;
  for (let d = 0; d <= length; d++) {
    const t = flip ? length - d : d;
    if (flat) visit(xs + t, Math.trunc(ys + slope * t + 0.5));
    else visit(Math.trunc(xs + slope * t + 0.5), ys + t);
  }
}

/** Sorted places at which pixels change sides; two changes at one place undo each other. */
function runsOfCrossings(crossings: Int32Array, pixels: number): Int32Array {
  const runs: number[] = [];
  for (const place of crossings) {
    if (runs.at(-1) === place) runs.pop();
    else runs.push(place);
  }
  if (runs.length % 2 === 1) runs.push(pixels);
  if (runs.length >= 2 && runs.at(-1) === runs.at(-2)) runs.length -= 2;
  return Int32Array.from(runs);
}
