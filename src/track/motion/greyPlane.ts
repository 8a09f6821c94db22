/** One-channel pictures for measuring motion: brightness, at a fraction of the frame's size. */

import { resizeInto } from '../../image/resize.js';
import type { RgbImage } from '../../image/rgbImage.js';

/** `width * height` bytes of brightness, row by row from the top. */
export interface GreyPlane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** ITU-R BT.601 luma (0.299 R + 0.587 G + 0.114 B) in fixed point with 15 bits, as OpenCV rounds it. */
const LUMA_BITS = 15;
const [RED, GREEN, BLUE] = [9798, 19235, 3735];
const HALF = 1 << (LUMA_BITS - 1);

/** The place inside 0 … size-1 that a place outside mirrors, the end itself not repeated (… 2 1 | 0 1 2 …). */
export function mirrored(place: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const inPeriod = ((place % period) + period) % period;
  return inPeriod < size ? inPeriod : period - inPeriod;
}

/**
 * The brightness of a frame, made smaller.
 * @param downscale whole number from 1: the result has `floor(width / downscale)` by `floor(height / downscale)` pixels.
 * @returns undefined when that leaves no pixel.
 */
export function greyPlane(frame: RgbImage, downscale: number): GreyPlane | undefined {
  const width = Math.floor(frame.width / downscale);
  const height = Math.floor(frame.height / downscale);
  if (width === 0 || height === 0) return undefined;
  const grey = greyOf(frame);
  if (downscale === 1) return grey;
  if (width * 2 === frame.width && height * 2 === frame.height) return halved(grey);
  return resized(grey, width, height);
}

/** Bilinear; by way of three equal channels, which is what the one resize of the package takes. */
function resized(plane: GreyPlane, width: number, height: number): GreyPlane {
  const triple = { ...plane, data: new Uint8Array(plane.data.length * 3).map((_, i) => plane.data[Math.floor(i / 3)]) };
  const small = new Uint8Array(width * height * 3);
  resizeInto(triple, width, height, { data: small, offset: 0, stride: width * 3 });
  return { data: new Uint8Array(width * height).map((_, i) => small[i * 3]), width, height };
}

function greyOf({ data, width, height }: RgbImage): GreyPlane {
  const grey = new Uint8Array(width * height);
  for (let i = 0, from = 0; i < grey.length; i++, from += 3) {
    grey[i] = (RED * data[from] + GREEN * data[from + 1] + BLUE * data[from + 2] + HALF) >> LUMA_BITS;
  }
  return { data: grey, width, height };
}

/** Each pixel the rounded mean of four: what bilinear resizing to exactly half the size is. */
function halved(plane: GreyPlane): GreyPlane {
  const width = plane.width / 2;
  const height = plane.height / 2;
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, upper = 2 * y * plane.width; x < width; x++, to++, upper += 2) {
      const lower = upper + plane.width;
      const sum = plane.data[upper] + plane.data[upper + 1] + plane.data[lower] + plane.data[lower + 1];
      data[to] = (sum + 2) >> 2;
    }
  }
  return { data, width, height };
}
