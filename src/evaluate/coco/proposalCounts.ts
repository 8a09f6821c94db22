/** What proposals find in one image, as counts that add up over images. */
import { encodeCounts } from '../../mask/rle.js';
import type { Results } from '../../results/results.js';
import { IGNORED_SHIFT, iouMatrix, matchDetections, type Shape, type Truth } from './match.js';
import { byScore, shapeOfDetection, shapeOfTruth } from './shapes.js';
import { COCO_AREAS, COCO_IOUS, type CocoDetection, type CocoKind, type CocoTruth } from './types.js';
import { PROPOSAL_COUNTS } from './proposals.js';

/** Objects found with the best 1, 10, 100 and 1000 proposals. */
export interface FoundObjects {
  /** Objects that count, by area range in the order of `COCO_AREAS`. */
  readonly objects: readonly number[];
  /**
   * Objects found: area ranges, in each the limits of `PROPOSAL_COUNTS`, in each the thresholds of `COCO_IOUS`, the last
   * fastest.
   */
  readonly found: readonly number[];
}

/**
 * Matches the proposals of an image with its objects, whatever their categories, by COCO's rule.
 * @throws FastSAMError `INVALID_ARGUMENT` for broken annotations.
 */
export function countFound(
  proposals: readonly CocoDetection[],
  truths: readonly CocoTruth[],
  kind: CocoKind,
  width: number,
  height: number,
): FoundObjects {
  const best = byScore(proposals).slice(0, PROPOSAL_COUNTS.at(-1));
  const shapes = best.map((proposal) => shapeOfDetection(proposal, kind, width, height));
  const objects = truths.map((truth) => shapeOfTruth(truth, kind, width, height, false));
  return countMatches(iouMatrix(shapes, objects), shapes, objects);
}

/** As `countFound`, for shapes in the order in which they count, and their IoUs. */
export function countMatches(ious: Float64Array, shapes: readonly Shape[], objects: readonly Truth[]): FoundObjects {
  const matches = COCO_AREAS.map((range) => matchDetections(ious, shapes, objects, COCO_IOUS, range));
  return {
    objects: matches.map(({ counted }) => counted),
    found: matches.flatMap(({ flags }) => PROPOSAL_COUNTS.flatMap((limit) => hits(flags.subarray(0, limit)))),
  };
}

/** By threshold, how many of the detections hit an object that counts. */
function hits(flags: Uint32Array): number[] {
  return COCO_IOUS.map((_, t) => {
    let count = 0;
    for (let d = 0; d < flags.length; d++) count += (flags[d] >>> t) & ~(flags[d] >>> (IGNORED_SHIFT + t)) & 1;
    return count;
  });
}

/** The boxes or masks of an image as proposals. */
export function proposalsOf(results: Results, kind: CocoKind, imageId: number): CocoDetection[] {
  return results.imageMasks.map((mask, i) => {
    const [x1, y1, x2, y2] = results.boxes.at(i);
    const shape = kind === 'boxes' ? { bbox: [x1, y1, x2 - x1, y2 - y1] } : { segmentation: encodeCounts(mask) };
    return { image_id: imageId, category_id: 1, score: results.scores[i], ...shape };
  });
}

/** Recall of some images together. */
export interface ProposalRecall {
  /** By area range and limit: the mean over thresholds of found objects over objects; null where there are none. */
  readonly recall: readonly (readonly (number | null)[])[];
  /** By area range: the mean of the recall over the logarithm of the limit, trapezoids between the limits. */
  readonly auc: readonly (number | null)[];
}

/** Adds up the counts of images. */
export function recallOf(images: readonly FoundObjects[]): ProposalRecall {
  const objects = new Float64Array(COCO_AREAS.length);
  const found = new Float64Array(COCO_AREAS.length * PROPOSAL_COUNTS.length * COCO_IOUS.length);
  for (const image of images) {
    for (let i = 0; i < objects.length; i++) objects[i] += image.objects[i];
    for (let i = 0; i < found.length; i++) found[i] += image.found[i];
  }
  const recall = COCO_AREAS.map((_, a) =>
    PROPOSAL_COUNTS.map((_limit, m) => {
      if (objects[a] === 0) return null;
      const from = (a * PROPOSAL_COUNTS.length + m) * COCO_IOUS.length;
      const hit = found.subarray(from, from + COCO_IOUS.length).reduce((sum, value) => sum + value, 0);
      return hit / (objects[a] * COCO_IOUS.length);
    }),
  );
  return { recall, auc: recall.map(areaUnder) };
}

function areaUnder(recall: readonly (number | null)[]): number | null {
  const values = recall.flatMap((value) => value ?? []);
  if (values.length < recall.length) return null;
  let sum = 0;
  for (let i = 1; i < values.length; i++) {
    sum += ((values[i] + values[i - 1]) / 2) * Math.log(PROPOSAL_COUNTS[i] / PROPOSAL_COUNTS[i - 1]);
  }
  return sum / Math.log(PROPOSAL_COUNTS[values.length - 1] / PROPOSAL_COUNTS[0]);
}
