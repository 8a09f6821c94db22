/** One-channel images for measuring motion: brightness, at a fraction of the frame's size. */
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
  if (downscale === 1) return greyOf(frame);
  if (width * 2 === frame.width && height * 2 === frame.height) return halfGrey(frame);
  return resized(frame, width, height);
}

/** Bilinear; by way of three equal channels, which is what the one resize of the package takes. */
function resized(frame: RgbImage, width: number, height: number): GreyPlane {
  const triple = new Uint8Array(frame.data.length);
  for (let i = 0; i < triple.length; i += 3) {
    triple[i] = triple[i + 1] = triple[i + 2] = luma(frame.data[i], frame.data[i + 1], frame.data[i + 2]);
  }
  const small = new Uint8Array(width * height * 3);
  resizeInto({ ...frame, data: triple }, width, height, { data: small, offset: 0, stride: width * 3 });
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = small[3 * i];
  return { data, width, height };
}

function luma(red: number, green: number, blue: number): number {
  return (Math.imul(RED, red) + Math.imul(GREEN, green) + Math.imul(BLUE, blue) + HALF) >> LUMA_BITS;
}

function greyOf({ data, width, height }: RgbImage): GreyPlane {
  const grey = new Uint8Array(width * height);
  for (let i = 0, from = 0; i < grey.length; i++, from += 3) {
    grey[i] = luma(data[from], data[from + 1], data[from + 2]);
  }
  return { data: grey, width, height };
}

/** Each pixel the rounded mean of four pixels' brightness: what bilinear resizing to exactly half the size is. */
function halfGrey(frame: RgbImage): GreyPlane {
  const width = frame.width / 2;
  const height = frame.height / 2;
  const rgb = frame.data;
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    let i = 6 * y * frame.width;
    let j = i + 3 * frame.width;
    for (const end = to + width; to < end; to++, i += 6, j += 6) {
      const upper = luma(rgb[i], rgb[i + 1], rgb[i + 2]) + luma(rgb[i + 3], rgb[i + 4], rgb[i + 5]);
      const lower = luma(rgb[j], rgb[j + 1], rgb[j + 2]) + luma(rgb[j + 3], rgb[j + 4], rgb[j + 5]);
      data[to] = (upper + lower + 2) >> 2;
    }
  }
  return { data, width, height };
}
