/** An image at falling sizes with borders to look beyond: what optical flow is measured on. */
import { type GreyPlane, mirrored } from './greyPlane.js';

/** Pixels around each level that may be read: a window's side, so that a window may lie just outside. */
export const BORDER = 21;

/** One size of the image. Arrays hold `stride` values a row, `BORDER` of them left of the image, and as many rows above. */
export interface PyramidLevel {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  /** Brightness, mirrored in the border. */
  readonly pixels: Uint8Array;
}

/** Levels from the full size down. */
export type Pyramid = readonly PyramidLevel[];

/**
 * Builds the levels; each has half the width and height of the one before.
 * @param levels how many at most; those no larger than a window (21 pixels) are left out, save the first.
 */
export function buildPyramid(plane: GreyPlane, levels: number): Pyramid {
  let pixels = bordered(plane);
  let { width, height } = plane;
  const pyramid = [{ width, height, stride: strideOf(width), pixels }];
  while (pyramid.length < levels) {
    const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
    if (half.width <= BORDER || half.height <= BORDER) break;
    pixels = bordered({ ...half, data: shrink(pixels, width, half.width, half.height) });
    ({ width, height } = half);
    pyramid.push({ width, height, stride: strideOf(width), pixels });
  }
  return pyramid;
}

const strideOf = (width: number) => width + 2 * BORDER;

/** The image inside a mirrored border. */
function bordered({ data, width, height }: GreyPlane): Uint8Array {
  const stride = strideOf(width);
  const out = new Uint8Array(stride * (height + 2 * BORDER));
  for (let y = 0; y < height; y++) {
    const at = (y + BORDER) * stride + BORDER;
    out.set(data.subarray(y * width, (y + 1) * width), at);
    for (let beyond = 1; beyond <= BORDER; beyond++) {
      out[at - beyond] = out[at + mirrored(-beyond, width)];
      out[at + width - 1 + beyond] = out[at + mirrored(width - 1 + beyond, width)];
    }
  }
  for (let y = -BORDER; y < height + BORDER; y++) {
    if (y >= 0 && y < height) continue;
    const from = (mirrored(y, height) + BORDER) * stride;
    out.copyWithin((y + BORDER) * stride, from, from + stride);
  }
  return out;
}

/** Every second pixel of every second row after smoothing with 1 4 6 4 1 along both axes (Burt and Adelson 1983). */
function shrink(pixels: Uint8Array, fromWidth: number, width: number, height: number): Uint8Array {
  const stride = strideOf(fromWidth);
  const out = new Uint8Array(width * height);
  const columns = new Int32Array(2 * width + 3);
  for (let y = 0; y < height; y++) {
    // `columns` starts two pixels left of the image.
    const middle = (2 * y + BORDER) * stride + BORDER - 2;
    for (let x = 0, i = middle; x < columns.length; x++, i++) {
      columns[x] =
        pixels[i - 2 * stride] + pixels[i + 2 * stride] + 4 * (pixels[i - stride] + pixels[i + stride]) + 6 * pixels[i];
    }
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const c = 2 * x;
      const sum = columns[c] + columns[c + 4] + 4 * (columns[c + 1] + columns[c + 3]) + 6 * columns[c + 2];
      out[i] = (sum + 128) >> 8;
    }
  }
  return out;
}
