/** Text prompts as Ultralytics answers them. */
import { preprocessCrops } from '../clip/image/preprocess.js';
import type { Cropper, CropSource } from '../prompt/cropper.js';
import { mostProbable, type TextRules } from '../prompt/textRules.js';
import { invalidPrompt } from '../prompt/values.js';
import { refuseOwnTexts } from './ownChoices.js';

/** One object for each text, found or not; overlong texts are cut off. */
export const ULTRALYTICS_TEXTS: TextRules = {
  checkOptions(_, options) {
    refuseOwnTexts(options, 'ultralytics');
  },
  overlong: 'truncate',
  crops,
  choose: (scores, query) => ({ objects: mostProbable(scores, query) }),
};

/** The detection's box in whole pixels, black around the mask. */
function crops({ image, masks, boxes }: CropSource): Cropper {
  const boxOf = (i: number) =>
    Array.from(boxes.subarray(4 * i, 4 * i + 4), (value, side) =>
      Math.min(Math.max(Math.trunc(value), 0), side % 2 === 0 ? image.width : image.height),
    );
  return {
    keyOf: (i) => `ultralytics ${boxOf(i).join(',')}`,
    pixelsOf: (i, size) => {
      const [x1, y1, x2, y2] = boxOf(i);
      if (x2 <= x1 || y2 <= y1) {
        throw invalidPrompt(
          `text: got an object without a whole pixel in its box, ${String([x1, y1, x2, y2])} (compat: ultralytics)`,
        );
      }
      return preprocessCrops(image, [{ x1, y1, x2, y2, mask: masks[i], background: 'black' }], size)[0];
    },
  };
}
