/** What makes the crops of a text prompt's objects. */
import type { RgbImage } from '../image/rgbImage.js';
import type { Mask } from '../mask/mask.js';

/** The objects of an image, as far as crops need them. */
export interface CropSource {
  readonly image: RgbImage;
  /** On the image's grid; under `casia` on their own. */
  readonly masks: readonly Mask[];
  /** `n * 4` xyxy in pixels of the image. */
  readonly boxes: Float32Array;
}

/** Makes crops of one kind. */
export interface Cropper {
  /** Names everything that an object's crop depends on beside image and mask. */
  keyOf(index: number): string;
  /** What the encoder gets for an object: `size * size * 3` bytes, RGB. */
  pixelsOf(index: number, size: number): Uint8Array;
}
