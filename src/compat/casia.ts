/** The choices of the FastSAM authors' repository (CASIA), oddities included. */
import { splitPadding, type Letterbox, type LetterboxSizes } from '../image/letterbox.js';
import { PROTOTYPE_STRIDE, type LetterboxCut } from '../mask/rasterGeometry.js';
import { fillBoxes, snapSides, transformBoxes, type Transform } from './boxes.js';
import { CASIA_PROMPTS } from './casiaPrompts.js';
import { CASIA_TEXTS } from './casiaTexts.js';
import type { Reference } from './reference.js';

/** CASIA's choices. */
export const CASIA: Reference = {
  letterboxesEach: false,
  /**
   * Sides near the border are snapped in network pixels, letterbox bars included, for the first image of a call only.
   * Two boxes that fill that image, or none at all: the peer fails and finds nothing in any image of the call.
   */
  scaleBoxes(netBoxes, letterbox, { snap, first }) {
    const netCrop = netBoxes.slice();
    let full = 0;
    if (snap && first) {
      snapSides(netCrop, letterbox.netWidth, letterbox.netHeight);
      full = fillBoxes(netCrop, letterbox.netWidth, letterbox.netHeight, 0);
    }
    const boxes = transformBoxes(netCrop, letterbox, oneGain(letterbox));
    return { boxes, imageCrop: boxes, netCrop, endsCall: first && (netBoxes.length === 0 || full > 1) };
  },
  masks: { raster: { cutLetterbox: cutWholeCells, cropsCells: true }, keepsLetterbox: true, keepsEmpty: true },
  prompts: CASIA_PROMPTS,
  texts: CASIA_TEXTS,
};

/** One gain for both axes, as in Ultralytics 8.0: up to 3 pixels off for very thin images. */
function oneGain({ imageWidth, imageHeight, netWidth, netHeight }: Letterbox): Transform {
  const gain = Math.min(netHeight / imageHeight, netWidth / imageWidth);
  return {
    gainX: gain,
    gainY: gain,
    padX: splitPadding(netWidth - imageWidth * gain)[0],
    padY: splitPadding(netHeight - imageHeight * gain)[0],
  };
}

/** The letterbox is cut off in whole cells: fractions are dropped, so content may lose or gain up to a cell. */
function cutWholeCells({ netWidth, netHeight, imageWidth, imageHeight }: LetterboxSizes): LetterboxCut {
  const [width, height] = [netWidth / PROTOTYPE_STRIDE, netHeight / PROTOTYPE_STRIDE];
  const gain = Math.min(height / imageHeight, width / imageWidth);
  const padX = (width - imageWidth * gain) / 2;
  const padY = (height - imageHeight * gain) / 2;
  const x = Math.trunc(padX);
  const y = Math.trunc(padY);
  return { factor: 1, rect: { x, y, width: Math.trunc(width - padX) - x, height: Math.trunc(height - padY) - y } };
}
