/** Small images made of parts of a larger one. */
import { preprocessCrops } from '../clip/image/preprocess.js';
import type { RgbImage } from '../image/rgbImage.js';
import type { Rect } from '../geometry/rect.js';
import type { Mask } from '../mask/mask.js';

/** An image as the encoder gets it: the shorter side resized to `size`, the middle of the longer one. */
export function encoderInput(image: RgbImage, size: number): Uint8Array {
  const whole = { x1: 0, y1: 0, x2: image.width, y2: image.height, background: 'keep' } as const;
  return preprocessCrops(image, [whole], size)[0];
}

/** An image of one colour. */
export function filledImage(width: number, height: number, colour: readonly number[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  data.set(colour);
  for (let done = 3; done < data.length; done *= 2) data.copyWithin(done, 0, done);
  return { data, width, height };
}

/** Copies a window of an image, or those of its pixels that a mask holds, to a position in another. */
export function paste(
  to: RgbImage,
  at: { readonly x: number; readonly y: number },
  from: RgbImage,
  { x, y, width, height }: Rect,
  mask?: Mask,
): void {
  for (let r = 0; r < height; r++) {
    const source = ((y + r) * from.width + x) * 3;
    const target = ((at.y + r) * to.width + at.x) * 3;
    if (!mask) {
      to.data.set(from.data.subarray(source, source + 3 * width), target);
      continue;
    }
    for (let c = 0; c < width; c++) {
      if (!mask.has(x + c, y + r)) continue;
      const first = c;
      while (c + 1 < width && mask.has(x + c + 1, y + r)) c++;
      to.data.set(from.data.subarray(source + 3 * first, source + 3 * (c + 1)), target + 3 * first);
    }
  }
}
