/** AP of any choice of images from one record each: what became of their detections, category by category. */
import { curveOf, rankDetections, type ImageMatches } from '../../evaluate/coco/accumulate.js';
import { CocoEvaluation } from '../../evaluate/coco/evaluation.js';
import { iouMatrix, matchDetections } from '../../evaluate/coco/match.js';
import { byScore, shapeOfDetection, shapeOfTruth } from '../../evaluate/coco/shapes.js';
import {
  COCO_AREAS,
  COCO_IOUS,
  type CocoDetection,
  type CocoTruth,
  type ResolvedEvalOptions,
} from '../../evaluate/coco/types.js';

/** Detections of an image and category that are looked at, best first; COCO's. */
const MOST = 100;

const OPTIONS: ResolvedEvalOptions = {
  kind: 'masks',
  maxDets: [MOST],
  iouThresholds: COCO_IOUS,
  areas: COCO_AREAS,
  classAgnostic: false,
  ignoreFlags: false,
};

/** One category in one image. */
export interface CategoryCounts {
  readonly category: number;
  /** Best first. */
  readonly scores: readonly number[];
  /** For each range of `COCO_AREAS` the flags of `Matches`. */
  readonly flags: readonly (readonly number[])[];
  /** For each range the objects that count. */
  readonly counted: readonly number[];
}

/**
 * Matches the masks of an image with its objects by COCO's rule.
 * @throws FastSAMError `INVALID_ARGUMENT` for broken segmentations and masks of another size than the image.
 */
export function countInstances(
  detections: readonly CocoDetection[],
  truths: readonly CocoTruth[],
  width: number,
  height: number,
): CategoryCounts[] {
  const categories = new Set([...truths, ...detections].map(({ category_id }) => category_id));
  return [...categories]
    .sort((a, b) => a - b)
    .map((category) => {
      const own = <T extends { readonly category_id: number }>(list: readonly T[]) =>
        list.filter(({ category_id }) => category_id === category);
      const best = byScore(own(detections)).slice(0, MOST);
      const shapes = best.map((each) => shapeOfDetection(each, 'masks', width, height));
      const objects = own(truths).map((truth) => shapeOfTruth(truth, 'masks', width, height, false));
      const ious = iouMatrix(shapes, objects);
      const matches = COCO_AREAS.map((range) => matchDetections(ious, shapes, objects, COCO_IOUS, range));
      return {
        category,
        scores: best.map(({ score }) => score),
        flags: matches.map(({ flags }) => [...flags]),
        counted: matches.map(({ counted }) => counted),
      };
    });
}

/** The evaluation of images; each with its number, which decides between equal scores. */
export function evaluateCounts(
  images: readonly { readonly id: number; readonly counts: readonly CategoryCounts[] }[],
): CocoEvaluation {
  const byCategory = new Map<number, ImageMatches[]>();
  for (const { id, counts } of images) {
    for (const { category, scores, flags, counted } of counts) {
      const byArea = flags.map((words, a) => ({ flags: Uint32Array.from(words), counted: counted[a] }));
      const list = byCategory.get(category);
      const matches = { imageId: id, scores: Float64Array.from(scores), byArea };
      if (list) list.push(matches);
      else byCategory.set(category, [matches]);
    }
  }
  const categories = [...byCategory.keys()].sort((a, b) => a - b);
  const evaluation = new CocoEvaluation(OPTIONS, categories, images.length);
  categories.forEach((category, k) => {
    const ranked = rankDetections(byCategory.get(category) ?? [], COCO_AREAS.length);
    COCO_AREAS.forEach((_, a) => {
      if (ranked.counted[a] === 0) return;
      COCO_IOUS.forEach((_threshold, t) => {
        evaluation.set(t, k, a, 0, curveOf(ranked, a, t, MOST));
      });
    });
  });
  return evaluation;
}
