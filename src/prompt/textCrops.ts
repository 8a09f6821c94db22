/** The images that a text prompt's image encoder sees: one for each object. */
import { PIXEL_MEAN, preprocessCrops } from '../clip/image/preprocess.js';
import type { RgbImage } from '../image/rgbImage.js';
import { bounds } from '../mask/setOps.js';
import { encoderInput, filled, paste } from './cropImages.js';
import { invalid } from './parse.js';
import type { CropSource, Cropper } from './cropper.js';
import { casiaCrops } from './textCropsCasia.js';
import type { Background, ParsedTexts } from './textOptions.js';
import type { Compat } from './types.js';

const COLOURS: Record<Background, readonly number[]> = {
  mean: PIXEL_MEAN.map((value) => Math.round(value * 255)),
  black: [0, 0, 0],
  white: [255, 255, 255],
};

/** The crops that the options or a peer ask for. */
export function cropperOf(
  source: CropSource,
  { crop, background }: Pick<ParsedTexts, 'crop' | 'background'>,
  compat?: Compat,
): Cropper {
  if (compat === 'casia') return casiaCrops(source);
  if (compat === 'ultralytics') return ultralyticsCrops(source);
  return {
    keyOf: () => `${crop} ${background}`,
    pixelsOf: (i, size) => encoderInput(squareCrop(source, i, crop, COLOURS[background]), size),
  };
}

/**
 * An object in the middle of a square: the encoder crops to a square, and would cut the ends off anything longer. The side
 * is the longer one of the mask's tight box.
 */
function squareCrop(
  { image, masks }: CropSource,
  place: number,
  crop: 'masked' | 'box',
  colour: readonly number[],
): RgbImage {
  const window = bounds(masks[place]) ?? { x: 0, y: 0, width: 1, height: 1 };
  const side = Math.max(window.width, window.height);
  const at = { x: (side - window.width) >> 1, y: (side - window.height) >> 1 };
  const square = filled(side, side, colour);
  paste(square, at, image, window, crop === 'masked' ? masks[place] : undefined);
  return square;
}

/** Ultralytics: the detection's box in whole pixels, black around the mask. */
function ultralyticsCrops({ image, masks, boxes }: CropSource): Cropper {
  const boxOf = (i: number) =>
    Array.from(boxes.subarray(4 * i, 4 * i + 4), (value, side) =>
      Math.min(Math.max(Math.trunc(value), 0), side % 2 === 0 ? image.width : image.height),
    );
  return {
    keyOf: (i) => `ultralytics ${boxOf(i).join(',')}`,
    pixelsOf: (i, size) => {
      const [x1, y1, x2, y2] = boxOf(i);
      if (x2 <= x1 || y2 <= y1) {
        throw invalid(
          `text: got an object without a whole pixel in its box, ${String([x1, y1, x2, y2])} (compat: ultralytics)`,
        );
      }
      return preprocessCrops(image, [{ x1, y1, x2, y2, mask: masks[i], background: 'black' }], size)[0];
    },
  };
}
