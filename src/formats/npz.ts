/** Arrays for NumPy: one `.npz` an image. */
import type { ImageFormat } from './format.js';

export const npz: ImageFormat = {
  name: 'npz',
  about: 'boxes, scores, masks, coefficients and prototypes as NumPy arrays',
  ending: '.npz',
  scope: 'image',
  async encode(scene) {
    const { resultsArrays } = await import('./resultsArrays.js');
    const { writeNpz } = await import('../weights/writeNpy.js');
    return writeNpz(resultsArrays(scene));
  },
};
