/**
 * Polygons of COCO annotations to runs of pixels, pixel for pixel as pycocotools rasterises them. The outline is walked
 * on a grid five times as fine. Where it steps to the next fine column at the centre of a column of pixels, the pixels
 * below it in that column change sides.
 */

import { invalidArgument } from '../../errors.js';

/** Fine steps a pixel. */
const SCALE = 5;

/** Where pycocotools' 32-bit numbers end; corners farther off are moved there. */
const FARTHEST = 2 ** 31 - 1;
/** A polygon that crosses more columns of pixels, counting each time, is refused. */
const MOST_CROSSINGS = 2 ** 24;

/**
 * The runs of a polygon's pixels down the columns: `[start, end, start, end …]`, ends exclusive. Pixel (x, y) is `x *
 * height + y`. Runs are ascending and no two touch. Time goes with the corners and the columns of the image that the
 * edges cross, not with the edges' lengths.
 * @param ring `[x0, y0, x1, y1, …]`, pixels of the image; closed by itself.
 * @throws FastSAMError `INVALID_ARGUMENT` for a polygon that goes to and fro without end.
 */
export function runsOfPolygon(ring: readonly number[], width: number, height: number): Int32Array {
  const corners = fineCorners(ring);
  const crossings: number[] = [];
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    crossEdge(corners[i], corners[i + 1], corners[next], corners[next + 1], width, (x, v) => {
      const y = Math.min(Math.max((v + 0.5) / SCALE - 0.5, 0), height);
      if (crossings.push(x * height + Math.ceil(y)) > MOST_CROSSINGS) {
        throw invalidArgument(`polygon: got one that crosses more than ${MOST_CROSSINGS} columns of pixels`);
      }
    });
  }
  return runsOfCrossings(Int32Array.from(crossings).sort(), width * height);
}

function fineCorners(ring: readonly number[]): number[] {
  const fine = (value: number) => Math.min(Math.max(Math.trunc(SCALE * value + 0.5), -FARTHEST), FARTHEST);
  const corners: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) corners.push(fine(ring[i]), fine(ring[i + 1]));
  return corners;
}

/**
 * Visits the columns x of pixels whose centre an edge crosses: where its fine points step between columns 5 x + 2 and
 * 5 x + 3. `v` is the upper of the two points' fine rows. An edge has a point a step on its longer axis; its rounding
 * depends on the direction, so it is always computed from its lower end.
 */
function crossEdge(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  width: number,
  visit: (x: number, v: number) => void,
): void {
  const dx = Math.abs(x1 - x0);
  const dy = Math.abs(y1 - y0);
  const flat = dx >= dy;
  const flip = flat ? x0 > x1 : y0 > y1;
  const [xs, ys, xe, ye] = flip ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const length = flat ? dx : dy;
  const slope = length === 0 ? 0 : (flat ? ye - ys : xe - xs) / length;
  const across = (step: number) => Math.trunc((flat ? ys : xs) + slope * step + 0.5);
  const first = Math.max(0, Math.ceil((Math.min(xs, xe) - 2) / SCALE));
  const last = Math.min(width - 1, Math.floor((Math.max(xs, xe) - 3) / SCALE));
  for (let x = first; x <= last; x++) {
    const left = SCALE * x + 2;
    if (flat) visit(x, Math.min(across(left - xs), across(left + 1 - xs)));
    else visit(x, ys + firstStep(length, (step) => (slope > 0 ? across(step) > left : across(step) <= left)) - 1);
  }
}

/** The first step from 1 to `length` from which on something holds. */
function firstStep(length: number, holds: (step: number) => boolean): number {
  let low = 1;
  let high = length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Sorted pixels at which the side changes; two changes at one pixel undo each other. */
function runsOfCrossings(crossings: Int32Array, pixels: number): Int32Array {
  const runs: number[] = [];
  for (const pixel of crossings) {
    if (runs.at(-1) === pixel) runs.pop();
    else runs.push(pixel);
  }
  if (runs.length % 2 === 1) runs.push(pixels);
  if (runs.length >= 2 && runs.at(-1) === runs.at(-2)) runs.length -= 2;
  return Int32Array.from(runs);
}
