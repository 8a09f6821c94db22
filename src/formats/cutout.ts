/** One object cut out of its image. */
import { invalidArgument } from '../errors.js';
import type { RgbImage } from '../image/rgbImage.js';
import { requirePixels } from '../image/pixels.js';
import type { Mask } from '../mask/mask.js';
import { boundingRect } from '../mask/setOps.js';
import { platform } from '../platform/platform.js';
import type { FolderFormat } from './format.js';
import { flag, integer } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';

/** Pixels with alpha, not premultiplied. */
export interface RgbaImage {
  /** `height * width * 4` bytes, R G B A. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A cut-out and where it was. */
export interface Cutout extends RgbaImage {
  /** Column and row of its top left pixel in the image. */
  readonly x: number;
  readonly y: number;
}

/** How an object is cut out. */
export interface CutoutOptions {
  /** Pixels added on each side of the mask's bounding box, as far as the image reaches. Default 0. */
  padding?: number;
  /**
   * Keep the image's colours below transparent pixels (alpha 0), so that a later change of alpha can bring them back.
   * Default false: they are black, and files get smaller.
   */
  keepColours?: boolean;
}

/** Every option of `cutout`. */
export const CUTOUT_OPTIONS = {
  padding: integer(0, Number.MAX_SAFE_INTEGER, {
    text: "pixels added on each side of the mask's tight box, as far as the image reaches",
    default: 0,
  }),
  keepColours: flag({ text: "keep the image's colours below transparent pixels", default: false }),
} satisfies RowsOf<CutoutOptions>;

/**
 * The image inside a mask, alpha 255 inside and 0 outside.
 * @param mask on the image's grid.
 * @throws FastSAMError `INVALID_ARGUMENT` for an empty mask or a padding that is no whole number from 0.
 */
export function cutOut(image: RgbImage, mask: Mask, options: CutoutOptions = {}): Cutout {
  const { padding, keepColours } = resolve(CUTOUT_OPTIONS, options);
  requirePixels('cut-out', image);
  const box = boundingRect(mask);
  if (!box) throw invalidArgument('cut-out: got a mask without a pixel, expected one to cut along');
  const x = Math.max(0, box.x - padding);
  const y = Math.max(0, box.y - padding);
  const width = Math.min(image.width, box.x + box.width + padding) - x;
  const height = Math.min(image.height, box.y + box.height + padding) - y;
  const data = new Uint8Array(width * height * 4);
  for (let r = 0, q = 0; r < height; r++) {
    for (let c = 0, p = ((y + r) * image.width + x) * 3; c < width; c++, p += 3, q += 4) {
      const inside = mask.has(x + c, y + r);
      if (!inside && !keepColours) continue;
      data[q] = image.data[p];
      data[q + 1] = image.data[p + 1];
      data[q + 2] = image.data[p + 2];
      data[q + 3] = inside ? 255 : 0;
    }
  }
  return { data, width, height, x, y };
}

export const cutout: FolderFormat = {
  name: 'cutout',
  about: 'a PNG with alpha for each object',
  ending: '-cutouts',
  scope: 'folder',
  async *encode({ image, imageMasks, ids }) {
    for (const [i, mask] of imageMasks.entries()) {
      if (mask.area === 0) continue;
      const { data, width, height } = cutOut(image, mask);
      yield { name: `${ids[i]}.png`, content: await platform().encodePng(data, width, height) };
    }
  },
};
