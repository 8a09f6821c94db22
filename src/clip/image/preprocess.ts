/** Crops of an image as CLIP's image encoders take them: OpenAI's `_transform`, up to the division by 255. */
import { invalidArgument } from '../../errors.js';
import type { RgbImage } from '../../image/rgbImage.js';
import { roundHalfEven } from '../../geometry/rounding.js';
import type { Mask } from '../../mask/mask.js';
import { resizeWindow, type ResizedWindow, type SourcePixels } from './bicubic.js';

/** Mean of the training images' R, G, B in 0…1, subtracted from pixels / 255. */
export const PIXEL_MEAN: readonly [number, number, number] = [0.48145466, 0.4578275, 0.40821073];
/** Their standard deviation, by which the differences are divided. */
export const PIXEL_STD: readonly [number, number, number] = [0.26862954, 0.26130258, 0.27577711];

/** What pixels outside the mask become: black (Ultralytics 8.4), white, the training images' mean, or nothing else. */
export type CropBackground = 'black' | 'white' | 'mean' | 'keep';

const BACKGROUND_COLOURS = {
  black: [0, 0, 0],
  white: [255, 255, 255],
  mean: PIXEL_MEAN.map((value) => Math.round(value * 255)),
} as const;

/** A part of an image to look at. */
export interface CropRegion {
  /** Box in whole pixels of the image; x2 and y2 are the first column and row beyond it. */
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** On the image's grid. Without one, nothing is background. */
  readonly mask?: Mask;
  readonly background: CropBackground;
}

/**
 * Each region as a square image. Pixels outside its mask are painted over. The short side is resized to `size`
 * (Pillow's bicubic filter, see bicubic.ts), the long side in proportion, and the middle is cut out. This is identical
 * to torchvision's `Resize` and `CenterCrop` on a Pillow image. Only the pixels that end up in the square are computed.
 * @param size side of the square in pixels (224, or 336 for ViT-L/14@336px).
 * @returns for each region `size * size * 3` bytes, row by row, R G B
 * @throws FastSAMError `INVALID_ARGUMENT` for a box that is empty, not whole or outside the image, a mask on another
 *   grid, or a size that is no whole number above 0.
 */
export function preprocessCrops(image: RgbImage, regions: readonly CropRegion[], size: number): Uint8Array[] {
  if (!Number.isInteger(size) || size < 1) {
    throw invalidArgument(`size of crops: got ${size}, expected a whole number of pixels above 0`);
  }
  return regions.map((region) => {
    checkRegion(image, region);
    const { width, height } = { width: region.x2 - region.x1, height: region.y2 - region.y1 };
    return resizeWindow(cropOf(image, region), centreWindow(width, height, size));
  });
}

function checkRegion(image: RgbImage, { x1, y1, x2, y2, mask }: CropRegion): void {
  const isWhole = [x1, y1, x2, y2].every(Number.isInteger);
  if (!isWhole || x1 < 0 || y1 < 0 || x2 > image.width || y2 > image.height || x1 >= x2 || y1 >= y2) {
    const expected = `whole pixels inside ${image.width} x ${image.height}, at least one`;
    throw invalidArgument(`box of a crop: got [${x1}, ${y1}, ${x2}, ${y2}], expected ${expected}`);
  }
  if (mask !== undefined && (mask.gridWidth !== image.width || mask.gridHeight !== image.height)) {
    const got = `a grid of ${mask.gridWidth} x ${mask.gridHeight}`;
    throw invalidArgument(`mask of a crop: got ${got}, expected ${image.width} x ${image.height}`);
  }
}

/** Size of the whole resized image and the position of the middle square in it. */
function centreWindow(width: number, height: number, size: number): ResizedWindow {
  const isWide = height < width;
  const long = Math.trunc(isWide ? (size * width) / height : (size * height) / width);
  const resized = isWide ? { width: long, height: size } : { width: size, height: long };
  return {
    ...resized,
    left: roundHalfEven((resized.width - size) / 2),
    top: roundHalfEven((resized.height - size) / 2),
    size,
  };
}

/** The region's pixels: the image's own, or a copy with its background painted. */
function cropOf(image: RgbImage, { x1, y1, x2, y2, mask, background }: CropRegion): SourcePixels {
  const [width, height] = [x2 - x1, y2 - y1];
  const imageStride = image.width * 3;
  const offset = y1 * imageStride + x1 * 3;
  if (mask === undefined || background === 'keep')
    return { data: image.data, offset, stride: imageStride, width, height };
  const stride = width * 3;
  const data = new Uint8Array(stride * height);
  const colour = BACKGROUND_COLOURS[background];
  if (colour[0] === colour[1] && colour[1] === colour[2]) data.fill(colour[0]);
  else for (let i = 0; i < data.length; i++) data[i] = colour[i % 3];
  const bottom = Math.min(y2, mask.y + mask.height);
  for (let y = Math.max(y1, mask.y); y < bottom; y++) {
    copyMasked(image.data, y * imageStride, mask, y, x1, x2, data, (y - y1) * stride);
  }
  return { data, offset: 0, stride, width, height };
}

/** Copies the pixels x1…x2 of an image's row that the mask covers, run by run. */
function copyMasked(
  from: Uint8Array,
  row: number,
  mask: Mask,
  y: number,
  x1: number,
  x2: number,
  to: Uint8Array,
  target: number,
): void {
  const end = Math.min(x2, mask.x + mask.width);
  for (let x = Math.max(x1, mask.x); x < end; x++) {
    if (!mask.has(x, y)) continue;
    const start = x;
    while (x + 1 < end && mask.has(x + 1, y)) x++;
    to.set(from.subarray(row + start * 3, row + (x + 1) * 3), target + (start - x1) * 3);
  }
}
