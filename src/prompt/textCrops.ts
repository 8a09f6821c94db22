/** The crops of this package's own: one image for each object, for a text prompt's image encoder. */
import { PIXEL_MEAN } from '../clip/image/preprocess.js';
import type { RgbImage } from '../image/rgbImage.js';
import { boundingRect } from '../mask/setOps.js';
import { encoderInput, filledImage, paste } from './cropImages.js';
import type { CropSource, Cropper } from './cropper.js';
import type { Background, ParsedTexts } from './textOptions.js';

const COLOURS: Record<Background, readonly number[]> = {
  mean: PIXEL_MEAN.map((value) => Math.round(value * 255)),
  black: [0, 0, 0],
  white: [255, 255, 255],
};

/** The crops that the options ask for. */
export function squareCrops(
  source: CropSource,
  { crop, background }: Pick<ParsedTexts, 'crop' | 'background'>,
): Cropper {
  return {
    keyOf: () => `${crop} ${background}`,
    pixelsOf: (i, size) => encoderInput(squareCrop(source, i, crop, COLOURS[background]), size),
  };
}

/**
 * An object in the middle of a square: the encoder crops to a square, and would cut the ends off anything longer. The side
 * is the longer one of the mask's bounding rectangle.
 */
function squareCrop(
  { image, masks }: CropSource,
  index: number,
  crop: 'masked' | 'box',
  colour: readonly number[],
): RgbImage {
  const window = boundingRect(masks[index]) ?? { x: 0, y: 0, width: 1, height: 1 };
  const side = Math.max(window.width, window.height);
  const at = { x: (side - window.width) >> 1, y: (side - window.height) >> 1 };
  const square = filledImage(side, side, colour);
  paste(square, at, image, window, crop === 'masked' ? masks[index] : undefined);
  return square;
}
