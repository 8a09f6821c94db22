/** Phrases of annotations, the objects that a text prompt chooses for them, and how well those fit. */
import { encodeCounts } from '../../mask/rle.js';
import type { TextImageModel } from '../../prompt/textModel.js';
import type { Results } from '../../results/results.js';
import { iouMatrix, type Shape } from '../../evaluate/coco/match.js';
import { shapeOfDetection, shapeOfTruth } from '../../evaluate/coco/shapes.js';
import type { CocoKind, CocoTruth } from '../../evaluate/coco/types.js';

/** An object of the ground truth with the phrase that describes it. */
export interface PhraseTruth extends CocoTruth {
  readonly phrase: string;
}

/** The annotations that have a phrase. */
export function withPhrase(truths: readonly CocoTruth[]): PhraseTruth[] {
  return truths.filter(hasPhrase);
}

function hasPhrase(truth: CocoTruth): truth is PhraseTruth {
  return 'phrase' in truth && typeof truth.phrase === 'string' && truth.phrase.trim() !== '';
}

/**
 * The index of the object that fits each phrase best; undefined where the image has no object.
 * @throws FastSAMError what `Results.promptText` throws.
 */
export async function chooseObjects(
  scene: Results,
  phrases: readonly string[],
  clip: TextImageModel,
  signal?: AbortSignal,
): Promise<(number | undefined)[]> {
  const { matches } = await scene.promptText(phrases, { clip, topK: 1, ...(signal && { signal }) });
  const chosen = new Map(matches.map(({ index, objects }) => [index, objects.at(0)]));
  return phrases.map((_, i) => chosen.get(i));
}

/** IoU of the chosen object, and of the best object of the scene; 0 for none. */
export type PhraseIous = readonly [chosen: number, best: number];

/**
 * Compares objects with the annotations: masks where there is a segmentation, else boxes. Crowds are objects like
 * others.
 * @param chosen the index of an object for each annotation.
 * @throws FastSAMError `INVALID_ARGUMENT` for broken boxes and segmentations.
 */
export function phraseIous(
  scene: Results,
  truths: readonly CocoTruth[],
  chosen: readonly (number | undefined)[],
): PhraseIous[] {
  const { width, height } = scene.image;
  const shapes = new Map<CocoKind, Shape[]>();
  return truths.map((truth, i): PhraseIous => {
    const kind: CocoKind = truth.segmentation ? 'masks' : 'boxes';
    let objects = shapes.get(kind);
    if (!objects) shapes.set(kind, (objects = shapesOf(scene, kind)));
    const ious = iouMatrix(objects, [shapeOfTruth({ ...truth, iscrowd: 0 }, kind, width, height, false)]);
    const index = chosen[i];
    return [index === undefined ? 0 : ious[index], ious.reduce((best, iou) => Math.max(best, iou), 0)];
  });
}

function shapesOf(scene: Results, kind: CocoKind): Shape[] {
  const { width, height } = scene.image;
  const { xyxy } = scene.boxes;
  return scene.imageMasks.map((mask, i) => {
    const [x1, y1, x2, y2] = xyxy.subarray(4 * i, 4 * i + 4);
    const where = kind === 'masks' ? { segmentation: encodeCounts(mask) } : { bbox: [x1, y1, x2 - x1, y2 - y1] };
    return shapeOfDetection({ image_id: 0, category_id: 0, score: 1, ...where }, kind, width, height);
  });
}
