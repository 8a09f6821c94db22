/** The boxes that masks are found for: those of the annotations, or a detector's. */
import { FastSAMError, invalidArgument } from '../../errors.js';
import { encodeCounts } from '../../mask/rle.js';
import { platform } from '../../platform/platform.js';
import type { Results } from '../../results/results.js';
import type { CocoDetection, CocoTruth } from '../../evaluate/coco/types.js';

/** A box with the category and score that its mask gets. */
export interface GivenBox {
  /** Left, top, width, height in pixels of the image. */
  readonly bbox: readonly number[];
  readonly category_id: number;
  readonly score: number;
  /** The object whose box it is. */
  readonly truth?: CocoTruth;
}

/** The boxes of the objects of an image, crowds left out, all with score 1. */
export function truePrompts(truths: readonly CocoTruth[]): GivenBox[] {
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
  const wrong = (message: string, cause?: unknown) =>
    invalidArgument(`${path}: ${message}, expected a list of COCO results with boxes`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await platform().readFile(path)));
  } catch (error) {
    if (error instanceof FastSAMError) throw error;
    throw wrong('got no JSON', error);
  }
  if (!Array.isArray(json)) throw wrong('got no list');
  const prompts = new Map<number, GivenBox[]>();
  json.forEach((entry: unknown, i) => {
    if (!isDetection(entry)) throw wrong(`entry ${i}: got no image_id, category_id, score and bbox`);
    const list = prompts.get(entry.image_id);
    if (list) list.push(entry);
    else prompts.set(entry.image_id, [entry]);
  });
  return prompts;
}

function isDetection(value: unknown): value is CocoDetection & { readonly bbox: readonly number[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { image_id, category_id, score, bbox } = value as Record<string, unknown>;
  return (
    [image_id, category_id].every(Number.isInteger) &&
    Number.isFinite(score) &&
    Array.isArray(bbox) &&
    bbox.length === 4 &&
    bbox.every(Number.isFinite)
  );
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
