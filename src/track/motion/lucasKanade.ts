/**
 * Sparse optical flow: J.-Y. Bouguet, "Pyramidal Implementation of the Lucas Kanade Feature Tracker" (Intel, 2000).
 * Each point is looked for first in the smallest level, then more and more finely; in every level Newton steps shift the
 * window in the second image until it looks like the one around the point in the first. Brightness is interpolated in
 * fixed point with OpenCV's numbers of bits, so that the steps end where OpenCV's end.
 */
import { ScalarWindows } from './scalarWindows.js';
import type { Pyramid, PyramidLevel } from './pyramid.js';
import { SimdWindows } from './simdWindows.js';
import { positionAround, WINDOW, type Moments, type Windows } from './window.js';

const AREA = WINDOW * WINDOW;
const MAX_STEPS = 30;
/** Steps smaller than this many pixels end the search. */
const STEP_END = 0.01;
/** Windows whose gradients' smaller eigenvalue is below this show nothing to follow. */
const MIN_EIGENVALUE = 1e-4;
const MIN_DETERMINANT = 2 ** -23;
/** From sums over windows to OpenCV's unit, in which the two limits above are given. */
const SCALE = 2 ** -20;

/** Where points went. */
export interface Flow {
  /** float32 `x, y` pairs in pixels of the second image. */
  readonly points: Float32Array;
  /** 1 for each point that was found again, 0 where its place says nothing. */
  readonly found: Uint8Array;
}

/**
 * Follows points from one image to the next.
 * @param from, to pyramids of images of the same size.
 * @param points `x, y` pairs in pixels of the first image.
 * @param windows how both images are compared; the same comes out of all.
 */
export function opticalFlow(
  from: Pyramid,
  to: Pyramid,
  points: Float32Array,
  windows: Windows = SimdWindows.make(from, to) ?? new ScalarWindows(from, to),
): Flow {
  const flow: Flow = { points: new Float32Array(points.length), found: new Uint8Array(points.length / 2) };
  const top = from.length - 1;
  for (let i = 0; i < flow.found.length; i++) {
    const guess: Point = { x: points[2 * i] / 2 ** (top + 1), y: points[2 * i + 1] / 2 ** (top + 1) };
    let found = false;
    for (let level = top; level >= 0; level--) {
      guess.x *= 2;
      guess.y *= 2;
      const place = positionAround(from[level], points[2 * i] / 2 ** level, points[2 * i + 1] / 2 ** level);
      const moments = place && scaled(windows.take(level, place));
      found = moments !== undefined && worthFollowing(moments) && follow(windows, level, to[level], moments, guess);
    }
    flow.points[2 * i] = guess.x;
    flow.points[2 * i + 1] = guess.y;
    flow.found[i] = found ? 1 : 0;
  }
  return flow;
}

interface Point {
  x: number;
  y: number;
}

const scaled = ({ xx, xy, yy }: Moments): Moments => ({ xx: xx * SCALE, xy: xy * SCALE, yy: yy * SCALE });

const determinant = ({ xx, xy, yy }: Moments) => xx * yy - xy * xy;

/** Whether the window shows something that can be found again. */
function worthFollowing(moments: Moments): boolean {
  const { xx, xy, yy } = moments;
  const smaller = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / (2 * AREA);
  return smaller >= MIN_EIGENVALUE && determinant(moments) >= MIN_DETERMINANT;
}

/**
 * Shifts the guess until the window around it looks like the one that was taken.
 * @returns false when the window leaves the image.
 */
function follow(windows: Windows, index: number, level: PyramidLevel, moments: Moments, guess: Point): boolean {
  const scale = SCALE / determinant(moments);
  let [lastX, lastY] = [NaN, NaN];
  for (let step = 0; step < MAX_STEPS; step++) {
    const place = positionAround(level, guess.x, guess.y);
    if (!place) return false;
    const mismatch = windows.compare(index, place);
    const stepX = (moments.xy * mismatch.y - moments.yy * mismatch.x) * scale;
    const stepY = (moments.xy * mismatch.x - moments.xx * mismatch.y) * scale;
    guess.x += stepX;
    guess.y += stepY;
    if (stepX * stepX + stepY * stepY <= STEP_END * STEP_END) break;
    if (Math.abs(stepX + lastX) < STEP_END && Math.abs(stepY + lastY) < STEP_END) {
      // The steps go to and fro: the middle is as near as they come.
      guess.x -= stepX / 2;
      guess.y -= stepY / 2;
      break;
    }
    [lastX, lastY] = [stepX, stepY];
  }
  return positionAround(level, guess.x, guess.y) !== undefined;
}
