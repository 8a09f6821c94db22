/** AP and AR of detections, with the definitions of COCO and the numbers of pycocotools. */
import { curveOf, rankDetections, type ImageMatches } from './accumulate.js';
import { CocoEvaluation } from './evaluation.js';
import { iouMatrix, matchDetections } from './match.js';
import { cocoDatasetOf, detectionOf, truthOf } from './check.js';
import { byScore, shapeOfDetection, shapeOfTruth } from './shapes.js';
import { invalidArgument } from '../../errors.js';
import { requireList, requireObject, requireWhole } from '../../options/requireKind.js';
import { resolve } from '../../options/resolve.js';
import {
  COCO_EVAL_OPTIONS,
  type CocoDataset,
  type CocoDetection,
  type CocoEvalOptions,
  type CocoImage,
  type CocoKind,
  type CocoTruth,
  type ResolvedEvalOptions,
} from './types.js';

/** The objects and the detections of one image. Their `image_id` is not read. */
export interface CocoEvalImage {
  readonly id: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly truths: readonly CocoTruth[];
  readonly detections: readonly CocoDetection[];
}

/** Categories as one. */
const ALL = -1;

/**
 * Takes images one after the other. It keeps a score and a word of flags for each detection and area range, so that
 * memory does not depend on the masks.
 */
export class CocoEvaluator {
  readonly #options: ResolvedEvalOptions;
  readonly #categories: readonly number[];
  readonly #matches = new Map<number, ImageMatches[]>();
  readonly #seen = new Set<number>();

  /**
   * @param categoryIds the categories that are evaluated; objects and detections of others are left out.
   * @throws FastSAMError `INVALID_ARGUMENT` for options out of range.
   */
  constructor(categoryIds: readonly number[], options: CocoEvalOptions) {
    requireList('categoryIds', categoryIds);
    for (const [i, id] of categoryIds.entries()) requireWhole(`categoryIds[${i}]`, id);
    const resolved = resolve(COCO_EVAL_OPTIONS, options);
    this.#options = { ...resolved, maxDets: [...resolved.maxDets].sort((a, b) => a - b) };
    this.#categories = [...new Set(categoryIds)].sort((a, b) => a - b);
    for (const category of this.#options.classAgnostic ? [ALL] : this.#categories) this.#matches.set(category, []);
  }

  /**
   * @throws FastSAMError `INVALID_ARGUMENT` for an image that came before, broken segmentations and scores that are no
   *   numbers.
   */
  add(image: CocoEvalImage): void {
    requireImage(image);
    const where = `image ${image.id}`;
    if (this.#seen.has(image.id)) throw invalidArgument(`image ${image.id}: got it twice, expected every image once`);
    this.#seen.add(image.id);
    const truths = groupBy(Array.from(image.truths, (each) => truthOf(each, `${where}: annotation`)));
    const detections = groupBy(Array.from(image.detections, (each) => detectionOf(each, `${where}: detection`)));
    if (this.#options.classAgnostic) {
      const join = <T>(groups: ReadonlyMap<number, readonly T[]>) =>
        this.#categories.flatMap((category) => groups.get(category) ?? []);
      this.#match(ALL, image, join(truths), join(detections));
      return;
    }
    for (const category of this.#categories) {
      this.#match(category, image, truths.get(category) ?? [], detections.get(category) ?? []);
    }
  }

  #match(
    category: number,
    { id, width, height }: CocoEvalImage,
    truthList: readonly CocoTruth[],
    detectionList: readonly CocoDetection[],
  ): void {
    if (truthList.length === 0 && detectionList.length === 0) return;
    const { kind, maxDets, areas, iouThresholds, ignoreFlags } = this.#options;
    const best = byScore(detectionList).slice(0, maxDets.at(-1));
    const truths = truthList.map((truth) => shapeOfTruth(truth, kind, width, height, ignoreFlags));
    const detections = best.map((detection) => shapeOfDetection(detection, kind, width, height));
    const ious = iouMatrix(detections, truths);
    const matches: ImageMatches = {
      imageId: id,
      scores: Float64Array.from(best, ({ score }) => score),
      byArea: areas.map((range) => matchDetections(ious, detections, truths, iouThresholds, range)),
    };
    this.#matches.get(category)?.push(matches);
  }

  /** The numbers over all images so far. */
  result(): CocoEvaluation {
    const { iouThresholds, areas, maxDets } = this.#options;
    const evaluation = new CocoEvaluation(this.#options, [...this.#matches.keys()], this.#seen.size);
    [...this.#matches.values()].forEach((images, k) => {
      if (images.length === 0) return;
      const ranked = rankDetections(images, areas.length);
      areas.forEach((_, a) => {
        if (ranked.counted[a] === 0) return;
        iouThresholds.forEach((_threshold, t) => {
          maxDets.forEach((maxDet, m) => {
            evaluation.set(t, k, a, m, curveOf(ranked, a, t, maxDet));
          });
        });
      });
    });
    return evaluation;
  }
}

function requireImage(image: unknown): asserts image is CocoEvalImage {
  requireObject('image', image);
  requireWhole('image id', image.id);
  requireWhole(`image ${image.id}: width`, image.width, 0);
  requireWhole(`image ${image.id}: height`, image.height, 0);
  requireList(`image ${image.id}: truths`, image.truths);
  requireList(`image ${image.id}: detections`, image.detections);
}

/**
 * Evaluates a result file against a ground truth file.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range, records that are not COCO's, detections of images that
 *   the ground truth does not have, and broken segmentations.
 */
export function evaluateCoco(
  groundTruth: CocoDataset,
  detections: readonly CocoDetection[],
  options: CocoEvalOptions,
): CocoEvaluation {
  const truth = cocoDatasetOf(groundTruth, 'ground truth');
  requireList('detections', detections);
  const found = Array.from(detections, (each, i) => detectionOf(each, `detections: number ${i + 1}`));
  const evaluator = new CocoEvaluator(
    truth.categories.map(({ id }) => id),
    options,
  );
  const truthsOf = groupBy(truth.annotations, ({ image_id }) => image_id);
  const detectionsOf = groupBy(found, ({ image_id }) => image_id);
  const images = new Map(truth.images.map((image) => [image.id, image]));
  for (const id of detectionsOf.keys()) {
    if (!images.has(id))
      throw invalidArgument(`detections: got image ${id}, expected one of the ground truth's images`);
  }
  for (const image of images.values()) {
    const own = { truths: truthsOf.get(image.id) ?? [], detections: detectionsOf.get(image.id) ?? [] };
    evaluator.add({ id: image.id, ...sizeOf(image, own, options.kind), ...own });
  }
  return evaluator.result();
}

/** The size of an image; boxes with their areas need none. */
function sizeOf(
  { id, width, height }: CocoImage,
  { truths, detections }: Pick<CocoEvalImage, 'truths' | 'detections'>,
  kind: CocoKind,
): { width: number; height: number } {
  if (width !== undefined && height !== undefined) return { width, height };
  const boxes =
    kind === 'boxes' &&
    truths.every(({ bbox, area, segmentation }) => bbox !== undefined && (area !== undefined || !segmentation)) &&
    detections.every(({ bbox }) => bbox !== undefined);
  if (boxes || (truths.length === 0 && detections.length === 0)) return { width: 0, height: 0 };
  throw invalidArgument(`ground truth: got image ${id} without width and height, which masks need`);
}

function groupBy<T extends { readonly category_id: number }>(
  items: readonly T[],
  keyOf: (item: T) => number = (item) => item.category_id,
): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
