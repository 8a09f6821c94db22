/** What was found, as the entries of a result file. */
import { encodeRle } from '../../mask/rle.js';
import { requireFunction, requireList, requireWhole } from '../../options/requireKind.js';
import { checkIndex } from '../../record/indices.js';
import { requireScene } from '../../record/record.js';
import type { Results } from '../../results/results.js';
import type { CocoDetection } from './types.js';

/**
 * Objects as COCO results, with box and mask.
 * @param indices of the objects; default: all, best first.
 * @param more in the place of what the object says: the category of a given box, a weighed score.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are no results and an index of no object.
 */
export function cocoObjects(
  scene: Results,
  imageId: number,
  indices?: readonly number[],
  more: (at: number) => Partial<CocoDetection> = () => ({}),
): CocoDetection[] {
  requireScene('cocoObjects', scene);
  requireWhole('imageId', imageId);
  if (indices !== undefined) requireList('indices', indices);
  requireFunction('more', more);
  return Array.from(indices ?? [...scene.scores.keys()], (given) => checkIndex('object', given, scene.length)).map(
    (index, at) => {
      const [x1, y1, x2, y2] = scene.boxes.at(index);
      return {
        image_id: imageId,
        category_id: 1,
        score: scene.scores[index],
        bbox: [x1, y1, x2 - x1, y2 - y1],
        segmentation: encodeRle(scene.imageMasks[index]),
        ...more(at),
      };
    },
  );
}
