/** Text prompts as the original repository answers them. */
import { resizeWindow } from '../clip/image/bicubic.js';
import type { RgbImage } from '../image/rgbImage.js';
import { boundingBox } from '../mask/setOps.js';
import { encoderInput, filledImage, paste } from '../prompt/cropImages.js';
import type { Cropper, CropSource } from '../prompt/cropper.js';
import type { TextRules } from '../prompt/textRules.js';
import type { TextScore } from '../prompt/types.js';
import { invalidPrompt } from '../prompt/values.js';
import { refuseOwnTexts } from './ownChoices.js';

const WHITE = [255, 255, 255];

/** One text, and one object for it, which may be the wrong one. */
export const CASIA_TEXTS: TextRules = {
  checkOptions(text, options) {
    refuseOwnTexts(options, 'casia');
    if (typeof text !== 'string' && text.length > 1)
      throw invalidPrompt(`text: got ${text.length}, expected one (compat: casia)`);
    if (options.or) throw invalidPrompt("or: compat 'casia' does not know it, leave it out");
  },
  overlong: 'error',
  crops,
  choose: (scores) => ({ objects: [chosenObject(scores)] }),
};

/**
 * The most probable of the objects that were looked at, the last among equals. Its index counts those alone. The peer
 * brings it back to all objects by adding the number of left out ones that are not above it. That is too few where the
 * sum meets further left out objects: then another object comes out, even one that was left out.
 * @throws FastSAMError `INVALID_PROMPT` where no object was looked at: the peer stops with an exception.
 */
function chosenObject(scores: readonly TextScore[]): number {
  const seen = scores.filter(({ cosine }) => !Number.isNaN(cosine));
  const left = scores.flatMap(({ cosine }, i) => (Number.isNaN(cosine) ? [i] : []));
  if (seen.length === 0) throw invalidPrompt('text: got no mask of more than 100 pixels to look at (compat: casia)');
  // Float32, as the peer compares: what differs by less is equal to it.
  const shares = seen.map(({ probability }) => Math.fround(probability));
  const index = shares.reduce((best, share, i) => (share >= shares[best] ? i : best), 0);
  return index + left.filter((i) => i <= index).length;
}

/**
 * A white canvas of the masks' size that shows the image in the mask's bounding box, so that of a wide image the encoder
 * never sees the ends. Red and blue are swapped. Where the masks lie on another grid, the image is resized to it, as if
 * there were no letterbox.
 */
function crops({ image, masks }: CropSource): Cropper {
  let shown: RgbImage | undefined;
  return {
    keyOf: () => 'casia',
    pixelsOf: (i, size) => {
      const { gridWidth, gridHeight } = masks[i];
      shown ??= toGrid(swapped(image), gridWidth, gridHeight);
      const [x, y, right, bottom] = boundingBox(masks[i]);
      const canvas = filledImage(gridWidth, gridHeight, WHITE);
      paste(canvas, { x, y }, shown, { x, y, width: right - x, height: bottom - y });
      return encoderInput(canvas, size);
    },
  };
}

function swapped({ data, width, height }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let p = 0; p < data.length; p += 3) {
    out[p] = data[p + 2];
    out[p + 1] = data[p + 1];
    out[p + 2] = data[p];
  }
  return { data: out, width, height };
}

function toGrid(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image;
  const source = { ...image, offset: 0, stride: 3 * image.width };
  return { data: resizeWindow(source, { width, height, left: 0, top: 0, size: width, rows: height }), width, height };
}
