/** The boxes that masks are found for: those of the annotations, or a detector's. */
import { invalidArgument } from '../../errors.js';
import { encodeCounts } from '../../mask/rle.js';
import { showValue } from '../../options/showValue.js';
import { parseJson, readText } from '../../platform/textFiles.js';
import type { Results } from '../../results/results.js';
import { detectionOf } from '../../evaluate/coco/check.js';
import type { Complete } from '../../evaluate/coco/shapes.js';
import type { CocoDetection, CocoTruth } from '../../evaluate/coco/types.js';

/** A box with the category and score that its mask gets. */
export interface GivenBox {
  /** Left, top, width, height in pixels of the image. */
  readonly bbox: readonly number[];
  readonly category_id: number;
  readonly score: number;
  /** The object whose box it is. */
  readonly truth?: Complete<CocoTruth>;
}

/** The boxes of the objects of an image, crowds left out, all with score 1. */
export function truePrompts(truths: readonly Complete<CocoTruth>[]): GivenBox[] {
  return truths
    .filter(({ iscrowd }) => !iscrowd)
    .map((truth) => ({ bbox: truth.bbox, category_id: truth.category_id, score: 1, truth }));
}

/**
 * Reads a detector's results: a list of `{ image_id, category_id, bbox, score }`.
 * @returns by number of the image.
 * @throws FastSAMError `FILE_UNREADABLE`, `INVALID_ARGUMENT` for files of another form.
 */
export async function readDetections(path: string): Promise<ReadonlyMap<number, readonly GivenBox[]>> {
  const expected = 'a list of COCO results with boxes';
  const json = parseJson(await readText(path), path, expected);
  if (!Array.isArray(json)) throw invalidArgument(`${path}: got ${showValue(json)}, expected ${expected}`);
  const prompts = new Map<number, GivenBox[]>();
  json.forEach((entry: unknown, i) => {
    const { image_id, category_id, score, bbox } = detectionOf(entry, `${path}: number ${i + 1} of the list`);
    if (bbox === undefined) throw invalidArgument(`${path}: number ${i + 1} of the list: got no bbox, expected one`);
    const list = prompts.get(image_id);
    const box = { bbox, category_id, score };
    if (list) list.push(box);
    else prompts.set(image_id, [box]);
  });
  return prompts;
}

/** A prompt's answer: the index of the object that fits its box best, and how well. */
export interface BoxAnswer {
  readonly prompt: GivenBox;
  readonly object: number;
  readonly iou: number;
}

/** For each box the object that fits it best; boxes without area, outside the image or over no object have none. */
export function answerBoxes(scene: Results, prompts: readonly GivenBox[], rule: 'mask' | 'box'): BoxAnswer[] {
  const { width, height } = scene.image;
  const used = prompts.filter(
    ({ bbox: [x, y, w, h] }) => w > 0 && h > 0 && x < width && y < height && x + w > 0 && y + h > 0,
  );
  if (used.length === 0 || scene.length === 0) return [];
  const boxes = used.map(({ bbox: [x, y, w, h] }) => [x, y, x + w, y + h]);
  const found = scene.prompt({ boxes, boxRule: rule });
  return found.matches.flatMap(({ index, objects, iou }) => {
    if (objects.length === 0) return [];
    return [{ prompt: used[index], object: objects[0], iou: iou ?? 0 }];
  });
}

/**
 * The masks as COCO results, with the boxes' categories and scores.
 * @param weigh whether the score is multiplied with the IoU of box and mask.
 */
export function instancesOf(scene: Results, answers: readonly BoxAnswer[], imageId: number, weigh: boolean) {
  return answers.map(({ prompt, object, iou }): CocoDetection => ({
    image_id: imageId,
    category_id: prompt.category_id,
    score: weigh ? prompt.score * iou : prompt.score,
    segmentation: encodeCounts(scene.imageMasks[object]),
  }));
}
