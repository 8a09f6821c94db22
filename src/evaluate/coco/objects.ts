/** What was found, as the entries of a result file. */
import { encodeRle } from '../../mask/rle.js';
import type { Results } from '../../results/results.js';
import type { CocoDetection } from './types.js';

/**
 * Objects as COCO results, with box and mask.
 * @param indices of the objects; default: all, best first.
 * @param more in the place of what the object says: the category of a given box, a weighed score.
 */
export function cocoObjects(
  scene: Results,
  imageId: number,
  indices: readonly number[] = [...scene.scores.keys()],
  more: (at: number) => Partial<CocoDetection> = () => ({}),
): CocoDetection[] {
  return indices.map((index, at) => {
    const [x1, y1, x2, y2] = scene.boxes.at(index);
    return {
      image_id: imageId,
      category_id: 1,
      score: scene.scores[index],
      bbox: [x1, y1, x2 - x1, y2 - y1],
      segmentation: encodeRle(scene.imageMasks[index]),
      ...more(at),
    };
  });
}
