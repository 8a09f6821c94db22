/** Images for tests. */
import type { RgbImage } from '../../src/image/rgbImage.js';

/** An image of one grey. */
export function greyImage(width: number, height: number, value = 128): RgbImage {
  return { data: new Uint8Array(width * height * 3).fill(value), width, height };
}
