/** Drawn images as JPEG. */
import { platform } from '../platform/platform.js';
import type { ImageFormat } from './format.js';
import { drawingOf, plotScene } from './plot.js';

export const jpg: ImageFormat = {
  name: 'jpg',
  about: 'the same as JPEG',
  ending: '.jpg',
  otherEndings: ['.jpeg'],
  scope: 'image',
  encode(scene, { options }) {
    const { data, width, height } = plotScene(scene, drawingOf(options));
    return platform().encodeJpeg(data, width, height, options.quality);
  },
};
