/** The values that the network gets of an image. */
import { letterbox, type Letterbox, type PaddingColour } from './letterbox.js';
import type { RgbImage } from './rgbImage.js';

/**
 * Letterboxes an image: bytes as OpenCV does; the floats of an image that came as such, in float32.
 * @returns `netHeight * netWidth * 3`, RGB: bytes 0…255, or floats 0…1.
 * @throws FastSAMError `INVALID_ARGUMENT` if the geometry is another image's.
 */
export async function networkPixels(
  image: RgbImage,
  geometry: Letterbox,
  padding?: PaddingColour,
): Promise<Uint8Array | Float32Array> {
  if (!image.floats) return letterbox(image, geometry, padding);
  const { letterboxFloats } = await import('./floatLetterbox.js');
  return letterboxFloats(image, image.floats, geometry, padding);
}
