/** The windows that optical flow compares, and what it needs to know of them. */
import { BORDER, type PyramidLevel } from './pyramid.js';

/** Side of the window that is compared around each point. */
export const WINDOW = 21;
const HALF_WINDOW = (WINDOW - 1) / 2;
/** Fraction bits of the four weights of interpolation. */
const WEIGHT_BITS = 14;
const ONE = 1 << WEIGHT_BITS;
/** Fraction bits that are kept of interpolated brightness, so that it has the gradients' unit: 32 to a grey level. */
const KEPT_BITS = 5;
/** What is shifted away, after rounding, from the sum of weights and grey levels. */
export const GREY_SHIFT = WEIGHT_BITS - KEPT_BITS;
/** The same for sums of weights and gradients. */
export const SLOPE_SHIFT = WEIGHT_BITS;

/** A window of one level, between pixels. */
export interface WindowPosition {
  /** The pixel of the level at or before the window's upper left corner. */
  readonly left: number;
  readonly top: number;
  /** Weights of the pixels at (0, 0), (1, 0), (0, 1) and (1, 1) from there; 14 fraction bits, they sum to 1. */
  readonly w00: number;
  readonly w01: number;
  readonly w10: number;
  readonly w11: number;
}

/** Sums over a window of products of its gradients: xx, xy, yy. */
export interface Moments {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Sums over a window of the difference of brightness times the gradient along x and along y. */
export interface Mismatch {
  readonly x: number;
  readonly y: number;
}

/**
 * Windows of two pyramids. Brightness and gradients are interpolated in whole numbers (32 to a grey level), so that all sums
 * are whole and exact: every implementation gives the same ones.
 */
export interface Windows {
  /** Keeps a window of the first image. */
  take(level: number, place: WindowPosition): Moments;
  /** Compares a window of the second image with the one that was taken last. */
  compare(level: number, place: WindowPosition): Mismatch;
}

/** The window around a point; undefined where it does not touch the image. All pixels of others lie within the border. */
export function positionAround(level: PyramidLevel, x: number, y: number): WindowPosition | undefined {
  const left = Math.floor(x - HALF_WINDOW);
  const top = Math.floor(y - HALF_WINDOW);
  if (!(left >= -WINDOW && left < level.width && top >= -WINDOW && top < level.height)) return undefined;
  const fx = x - HALF_WINDOW - left;
  const fy = y - HALF_WINDOW - top;
  const w00 = Math.round((1 - fx) * (1 - fy) * ONE) | 0;
  const w01 = Math.round(fx * (1 - fy) * ONE) | 0;
  const w10 = Math.round((1 - fx) * fy * ONE) | 0;
  return { left, top, w00, w01, w10, w11: (ONE - w00 - w01 - w10) | 0 };
}

/** Where the window's first pixel lies among those of the level. */
export function startOf({ stride }: PyramidLevel, { left, top }: WindowPosition): number {
  return (top + BORDER) * stride + left + BORDER;
}
