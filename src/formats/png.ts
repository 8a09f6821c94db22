/** Drawn images as PNG; of a video, a drawn video. */
import { platform } from '../platform/platform.js';
import type { ImageFormat } from './format.js';
import { drawingOf, plotScene } from './plot.js';

export const png: ImageFormat = {
  name: 'png',
  about: 'the image with masks drawn over it',
  ending: '.png',
  scope: 'image',
  encode(scene, { options }) {
    const { data, width, height } = plotScene(scene, drawingOf(options));
    return platform().encodePng(data, width, height);
  },
  video: { kind: 'drawn', ending: '.mp4', draw: plotScene },
};
