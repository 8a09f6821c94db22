/** What the study of quality notes of one image. */
import { encodeCounts } from '../../mask/rle.js';
import type { Results } from '../../results/results.js';
import { iouMatrix, type Shape, type Truth } from '../../evaluate/coco/match.js';
import { shapeOfDetection, shapeOfTruth } from '../../evaluate/coco/shapes.js';
import { countMatches, type FoundObjects } from '../../evaluate/coco/proposalCounts.js';
import { PROPOSAL_COUNTS } from '../../evaluate/coco/proposals.js';
import type { CocoItem, objectsOf } from '../shared/cocoData.js';
import type { StudyRecord } from '../study.js';

/** What masks can be ordered by. `iou` uses the ground truth and is the upper bound of any order. */
export const ORDERS = ['score', 'stability', 'product', 'iou'] as const;
/** See `ORDERS`. */
export type Order = (typeof ORDERS)[number];

/** The masks of one image, best score first. Crowds' masks are left out of the lists, as COCO leaves them out. */
export interface QualityRecord extends StudyRecord {
  readonly scores: readonly number[];
  readonly stability: readonly number[];
  /** Largest IoU with an annotated object. */
  readonly ious: readonly number[];
  readonly found: Readonly<Record<Order, FoundObjects>>;
}

/** Least IoU of a mask that shows an annotated object: COCO's lowest threshold. */
export const ON_OBJECT = 0.5;
/** A mask is ignored from this share inside a crowd region up. */
const IN_CROWD = 0.5;
const DIGITS = 1e5;

/**
 * The record of one image.
 * @param stability one number a mask of the scene.
 * @throws FastSAMError `INVALID_ARGUMENT` for annotations without segmentations.
 */
export function measureQuality(
  { key, truths, width, height }: Pick<CocoItem, 'key'> & ReturnType<typeof objectsOf>,
  scene: Pick<Results, 'imageMasks' | 'scores'>,
  stability: ArrayLike<number>,
): QualityRecord {
  const shapes = scene.imageMasks.map((mask) =>
    shapeOfDetection(
      { image_id: 0, category_id: 1, score: 0, segmentation: encodeCounts(mask) },
      'masks',
      width,
      height,
    ),
  );
  const objects = truths.map((truth) => shapeOfTruth(truth, 'masks', width, height, false));
  const ious = iouMatrix(shapes, objects);
  const best = shapes.map((_, d) => largest(ious, d, objects, false));
  const kept = shapes.flatMap((_, d) => (best[d] < ON_OBJECT && largest(ious, d, objects, true) > IN_CROWD ? [] : [d]));
  const product = Array.from(scene.scores, (score, d) => score * stability[d]);
  const by: Record<Order, ArrayLike<number>> = { score: scene.scores, stability, product, iou: best };
  const round = (values: ArrayLike<number>) => kept.map((d) => Math.round(values[d] * DIGITS) / DIGITS);
  const found = (order: Order) => countOrdered(ious, shapes, objects, by[order]);
  return {
    key,
    scores: round(scene.scores),
    stability: round(stability),
    ious: round(best),
    found: { score: found('score'), stability: found('stability'), product: found('product'), iou: found('iou') },
  };
}

/** The largest IoU of a mask with an object, or with crowd regions. */
function largest(ious: Float64Array, d: number, objects: readonly Truth[], crowds: boolean): number {
  return objects.reduce(
    (most, { crowd }, g) => (crowd === crowds ? Math.max(most, ious[d * objects.length + g]) : most),
    0,
  );
}

/** What is found when the masks are sorted by descending value. Equal values keep their order. */
function countOrdered(
  ious: Float64Array,
  shapes: readonly Shape[],
  objects: readonly Truth[],
  values: ArrayLike<number>,
): FoundObjects {
  const order = [...shapes.keys()].sort((a, b) => values[b] - values[a]).slice(0, PROPOSAL_COUNTS.at(-1));
  const columns = objects.length;
  const rows = new Float64Array(order.length * columns);
  order.forEach((d, i) => {
    rows.set(ious.subarray(d * columns, (d + 1) * columns), i * columns);
  });
  return countMatches(
    rows,
    order.map((d) => shapes[d]),
    objects,
  );
}
