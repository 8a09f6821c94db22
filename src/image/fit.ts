/** Images whose longer side is bounded. */
import { resizeInto } from './resize.js';
import type { RgbImage } from './rgbImage.js';

/** The largest size of these proportions whose sides are at most `maxSide`; never larger than the size itself. */
export function sizeWithin(width: number, height: number, maxSide = Infinity): { width: number; height: number } {
  const gain = maxSide / Math.max(width, height);
  if (gain >= 1) return { width, height };
  return { width: Math.max(1, Math.round(width * gain)), height: Math.max(1, Math.round(height * gain)) };
}

/** The image scaled down to such a size, bilinearly; itself where it fits. What it says of itself stays. */
export function fitImage(image: RgbImage, maxSide = Infinity): RgbImage {
  const { width, height } = sizeWithin(image.width, image.height, maxSide);
  if (width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  resizeInto(image, width, height, { data, offset: 0, stride: width * 3 });
  return { ...image, data, width, height };
}
