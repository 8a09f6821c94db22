/** This package's own choices: what a caller gets without `compat`. */
import { EXACT_RASTER } from '../mask/rasterGeometry.js';
import { OWN_PROMPTS } from '../prompt/select.js';
import { OWN_TEXTS } from '../prompt/textRules.js';
import { exactTransform, fillBoxes, isFull, transformBoxes } from './boxes.js';
import type { Reference } from './reference.js';

/** The choices of this package, without the peers' bugs. */
export const OWN: Reference = {
  letterboxesEach: true,
  // A box that nearly fills the image becomes the whole image before masks are made, so that box and mask agree.
  scaleBoxes(netBoxes, letterbox, { snap }) {
    const { imageWidth, imageHeight, netWidth, netHeight } = letterbox;
    const boxes = transformBoxes(netBoxes, letterbox, exactTransform(letterbox));
    if (!snap) return { boxes, imageCrop: boxes, netCrop: netBoxes, endsCall: false };
    const netCrop = netBoxes.slice();
    for (let i = 0; i < boxes.length; i += 4) {
      if (isFull(boxes, i, imageWidth, imageHeight, 0)) netCrop.set([0, 0, netWidth, netHeight], i);
    }
    fillBoxes(boxes, imageWidth, imageHeight, 0);
    return { boxes, imageCrop: boxes, netCrop, endsCall: false };
  },
  masks: { raster: EXACT_RASTER, keepsLetterbox: false, keepsEmpty: false },
  prompts: OWN_PROMPTS,
  texts: OWN_TEXTS,
};
