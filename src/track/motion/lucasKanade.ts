/**
 * Sparse optical flow: J.-Y. Bouguet, "Pyramidal Implementation of the Lucas Kanade Feature Tracker" (Intel, 2000).
 * Each point is looked for first in the smallest level, then more and more finely; in every level Newton steps shift the
 * window in the second picture until it looks like the one around the point in the first. Brightness is interpolated in
 * fixed point with OpenCV's numbers of bits, so that the steps end where OpenCV's end.
 */

import { BORDER, type Pyramid, type PyramidLevel } from './pyramid.js';

/** Side of the window that is compared around each point. */
const WINDOW = 21;
const HALF_WINDOW = (WINDOW - 1) / 2;
const AREA = WINDOW * WINDOW;
const MAX_STEPS = 30;
/** Steps smaller than this many pixels end the search. */
const STEP_END = 0.01;
/** Windows whose gradients' smaller eigenvalue is below this show nothing to follow. */
const MIN_EIGENVALUE = 1e-4;
const MIN_DETERMINANT = 2 ** -23;
/** Fraction bits of the four weights of interpolation. */
const WEIGHT_BITS = 14;
/** Fraction bits that are kept of interpolated brightness, so that it has the gradients' unit: 32 to a grey level. */
const KEPT_BITS = 5;
const GREY_SHIFT = WEIGHT_BITS - KEPT_BITS;
const GREY_HALF = 1 << (GREY_SHIFT - 1);
const SLOPE_HALF = 1 << (WEIGHT_BITS - 1);
/** From sums of products of such values to OpenCV's unit, in which the two limits above are given. */
const SCALE = 2 ** -20;

/** Products of 32-bit whole numbers: the engine need not provide for fractions or overflow. */
const mul = Math.imul;

/** Where points went. */
export interface Flow {
  /** float32 `x, y` pairs in pixels of the second picture. */
  readonly points: Float32Array;
  /** 1 for each point that was found again, 0 where its place says nothing. */
  readonly found: Uint8Array;
}

/** The window around a point of the first picture: brightness, gradients, and the gradients' second moments. */
interface Patch {
  readonly grey: Int32Array;
  readonly dx: Int32Array;
  readonly dy: Int32Array;
  xx: number;
  xy: number;
  yy: number;
}

/**
 * Follows points from one picture to the next.
 * @param from, to pyramids of pictures of the same size.
 * @param points `x, y` pairs in pixels of the first picture.
 */
export function opticalFlow(from: Pyramid, to: Pyramid, points: Float32Array): Flow {
  const flow: Flow = { points: new Float32Array(points.length), found: new Uint8Array(points.length / 2) };
  const patch: Patch = {
    grey: new Int32Array(AREA),
    dx: new Int32Array(AREA),
    dy: new Int32Array(AREA),
    xx: 0,
    xy: 0,
    yy: 0,
  };
  const top = from.length - 1;
  for (let i = 0; i < flow.found.length; i++) {
    const guess: Point = { x: points[2 * i] / 2 ** (top + 1), y: points[2 * i + 1] / 2 ** (top + 1) };
    let found = false;
    for (let level = top; level >= 0; level--) {
      guess.x *= 2;
      guess.y *= 2;
      const origin = { x: points[2 * i] / 2 ** level, y: points[2 * i + 1] / 2 ** level };
      found = fillPatch(from[level], origin, patch) && follow(to[level], patch, guess);
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

/** Whether a window whose upper left pixel is this one touches the picture; all its pixels are then within the border. */
function touches(level: PyramidLevel, left: number, top: number): boolean {
  return left >= -WINDOW && left < level.width && top >= -WINDOW && top < level.height;
}

/** @returns false where the point lies too far outside or its window shows nothing that could be followed. */
function fillPatch(level: PyramidLevel, { x, y }: Point, patch: Patch): boolean {
  const left = Math.floor(x - HALF_WINDOW);
  const top = Math.floor(y - HALF_WINDOW);
  if (!touches(level, left, top)) return false;
  const { stride, pixels, dx, dy } = level;
  const { w00, w01, w10, w11 } = weightsAt(x - HALF_WINDOW - left, y - HALF_WINDOW - top);
  let [xx, xy, yy] = [0, 0, 0];
  for (let row = 0, k = 0; row < WINDOW; row++) {
    let i = (top + row + BORDER) * stride + left + BORDER;
    let j = i + stride;
    // A row's sums fit 32 bits, the window's do not.
    let [rowXX, rowXY, rowYY] = [0, 0, 0];
    for (const end = k + WINDOW; k < end; k++, i++, j++) {
      const g = mul(w00, pixels[i]) + mul(w01, pixels[i + 1]) + mul(w10, pixels[j]) + mul(w11, pixels[j + 1]);
      const u = mul(w00, dx[i]) + mul(w01, dx[i + 1]) + mul(w10, dx[j]) + mul(w11, dx[j + 1]);
      const v = mul(w00, dy[i]) + mul(w01, dy[i + 1]) + mul(w10, dy[j]) + mul(w11, dy[j + 1]);
      const gx = ((u + SLOPE_HALF) | 0) >> WEIGHT_BITS;
      const gy = ((v + SLOPE_HALF) | 0) >> WEIGHT_BITS;
      patch.grey[k] = ((g + GREY_HALF) | 0) >> GREY_SHIFT;
      patch.dx[k] = gx;
      patch.dy[k] = gy;
      rowXX = (rowXX + mul(gx, gx)) | 0;
      rowXY = (rowXY + mul(gx, gy)) | 0;
      rowYY = (rowYY + mul(gy, gy)) | 0;
    }
    xx += rowXX;
    xy += rowXY;
    yy += rowYY;
  }
  patch.xx = xx * SCALE;
  patch.xy = xy * SCALE;
  patch.yy = yy * SCALE;
  const smaller = (patch.xx + patch.yy - Math.hypot(patch.xx - patch.yy, 2 * patch.xy)) / (2 * AREA);
  return smaller >= MIN_EIGENVALUE && determinant(patch) >= MIN_DETERMINANT;
}

const determinant = ({ xx, xy, yy }: Patch) => xx * yy - xy * xy;

/**
 * Shifts the guess until the window around it looks like the patch.
 * @returns false when the window leaves the picture.
 */
function follow(level: PyramidLevel, patch: Patch, guess: Point): boolean {
  const scale = 1 / determinant(patch);
  let [lastX, lastY] = [NaN, NaN];
  for (let step = 0; step < MAX_STEPS; step++) {
    const left = Math.floor(guess.x - HALF_WINDOW);
    const top = Math.floor(guess.y - HALF_WINDOW);
    if (!touches(level, left, top)) return false;
    const mismatch = compare(level, patch, guess, left, top);
    const stepX = (patch.xy * mismatch.y - patch.yy * mismatch.x) * scale;
    const stepY = (patch.xy * mismatch.x - patch.xx * mismatch.y) * scale;
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
  return touches(level, Math.floor(guess.x - HALF_WINDOW), Math.floor(guess.y - HALF_WINDOW));
}

/** The difference of brightness between the window here and the patch, times the patch's gradients, summed. */
function compare(level: PyramidLevel, patch: Patch, guess: Point, left: number, top: number): Point {
  const { stride, pixels } = level;
  const { grey, dx, dy } = patch;
  const { w00, w01, w10, w11 } = weightsAt(guess.x - HALF_WINDOW - left, guess.y - HALF_WINDOW - top);
  let [x, y] = [0, 0];
  for (let row = 0, k = 0; row < WINDOW; row++) {
    let i = (top + row + BORDER) * stride + left + BORDER;
    let j = i + stride;
    let upper = pixels[i];
    let lower = pixels[j];
    // A row's sums fit 32 bits, the window's do not.
    let [rowX, rowY] = [0, 0];
    for (const end = k + WINDOW; k < end; k++) {
      const nextUpper = pixels[++i];
      const nextLower = pixels[++j];
      const sum = mul(w00, upper) + mul(w01, nextUpper) + mul(w10, lower) + mul(w11, nextLower);
      const difference = (((sum + GREY_HALF) | 0) >> GREY_SHIFT) - grey[k];
      rowX = (rowX + mul(difference, dx[k])) | 0;
      rowY = (rowY + mul(difference, dy[k])) | 0;
      upper = nextUpper;
      lower = nextLower;
    }
    x += rowX;
    y += rowY;
  }
  return { x: x * SCALE, y: y * SCALE };
}

/** Weights of the pixels at (0, 0), (1, 0), (0, 1) and (1, 1) for a place between them; they sum to `2 ** WEIGHT_BITS`. */
interface Weights {
  readonly w00: number;
  readonly w01: number;
  readonly w10: number;
  readonly w11: number;
}

function weightsAt(fx: number, fy: number): Weights {
  const one = 1 << WEIGHT_BITS;
  const w00 = Math.round((1 - fx) * (1 - fy) * one) | 0;
  const w01 = Math.round(fx * (1 - fy) * one) | 0;
  const w10 = Math.round((1 - fx) * fy * one) | 0;
  return { w00, w01, w10, w11: (one - w00 - w01 - w10) | 0 };
}
