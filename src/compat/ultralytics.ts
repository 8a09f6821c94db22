/** The choices of Ultralytics 8.4.190, oddities included. */
import { EXACT_RASTER } from '../mask/rasterGeometry.js';
import { exactTransform, fillBoxes, snapSides, transformBoxes } from './boxes.js';
import type { Reference } from './reference.js';
import { ULTRALYTICS_PROMPTS } from './ultralyticsPrompts.js';
import { ULTRALYTICS_TEXTS } from './ultralyticsTexts.js';

const EPSILON = 1e-7;

/** Ultralytics' choices. */
export const ULTRALYTICS: Reference = {
  letterboxesEach: false,
  // All sides near the border are snapped as soon as the step runs; masks stay cropped by the old boxes.
  scaleBoxes(netBoxes, letterbox, { snap }) {
    const { imageWidth, imageHeight } = letterbox;
    const image = transformBoxes(netBoxes, letterbox, exactTransform(letterbox));
    const boxes = image.slice();
    if (snap) {
      snapSides(boxes, imageWidth, imageHeight);
      fillBoxes(boxes, imageWidth, imageHeight, EPSILON);
    }
    return { boxes, imageCrop: image, netCrop: netBoxes, endsCall: false };
  },
  masks: { raster: EXACT_RASTER, keepsLetterbox: true, keepsEmpty: false },
  prompts: ULTRALYTICS_PROMPTS,
  texts: ULTRALYTICS_TEXTS,
};
