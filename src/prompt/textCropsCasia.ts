/** What the original repository shows CLIP of an object. */
import { resizeWindow } from '../clip/image/bicubic.js';
import type { RgbImage } from '../image/rgbImage.js';
import { boundingBox } from '../mask/setOps.js';
import { encoderInput, filled, paste } from './cropImages.js';
import type { Cropper, CropSource } from './cropper.js';

const WHITE = [255, 255, 255];

/**
 * A white canvas of the masks' size that shows the image in the mask's tight box, so that of a wide image the encoder
 * never sees the ends. Red and blue are swapped. Where the masks lie on another grid, the image is resized to it, as if
 * there were no letterbox.
 */
export function casiaCrops({ image, masks }: CropSource): Cropper {
  let shown: RgbImage | undefined;
  return {
    keyOf: () => 'casia',
    pixelsOf: (i, size) => {
      const { gridWidth, gridHeight } = masks[i];
      shown ??= toGrid(swapped(image), gridWidth, gridHeight);
      const [x, y, right, bottom] = boundingBox(masks[i]);
      const canvas = filled(gridWidth, gridHeight, WHITE);
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
