/** How much of marked regions segments cover. */
import type { Mask } from '../../mask/mask.js';
import { connectedComponents } from '../../mask/regions.js';
import { intersectionArea, iou } from '../../mask/setOps.js';
import type { Results } from '../../results/results.js';
import { chosenBy, unionOf, type Hint, type HintKind } from './hints.js';
import { meanOf } from '../../evaluate/statistics/lists.js';

/** Pixels of what was chosen and of what is marked. */
export interface PixelCounts {
  readonly shared: number;
  readonly union: number;
  readonly marked: number;
}

/** Counts some segments' pixels against a mask. */
export function countPixels(chosen: Mask | undefined, truth: Mask): PixelCounts {
  const shared = chosen ? intersectionArea(chosen, truth) : 0;
  return { shared, union: (chosen?.area ?? 0) + truth.area - shared, marked: truth.area };
}

/** For each marked region, joined over corners too, the IoU of the segment that fits it best. */
export function bestIous(scene: Results, truth: Mask): number[] {
  return connectedComponents(truth).map((region) => Math.max(0, ...scene.imageMasks.map((mask) => iou(mask, region))));
}

/** A region is found from this IoU on. */
export const FOUND_IOU = 0.5;

/** One image with a mask on which something is marked. */
export interface RegionCounts {
  /** See `bestIous`: chosen with the truth. */
  readonly best: readonly number[];
  /** Segments that boxes ask for; absent where the image has none. */
  readonly box?: PixelCounts;
  /** Segments that points ask for; absent where the image has none. */
  readonly point?: PixelCounts;
}

/** What is asked of an image, by kind. */
export type HintsByKind = Readonly<Partial<Record<HintKind, Hint>>>;

/** Compares the segments of an image with its mask; undefined where nothing is marked. */
export function countRegions(scene: Results, truth: Mask, hints: HintsByKind): RegionCounts | undefined {
  if (truth.area === 0) return undefined;
  const count = (hint: Hint) => countPixels(unionOf(scene, chosenBy(scene, hint)), truth);
  return {
    best: bestIous(scene, truth),
    ...(hints.box && { box: count(hints.box) }),
    ...(hints.point && { point: count(hints.point) }),
  };
}

/** Figures of images with marked regions; null without any. */
export interface RegionFigures {
  readonly bestIou: number | null;
  readonly recall: number | null;
  readonly boxIou: number | null;
  readonly boxRecall: number | null;
  readonly pointIou: number | null;
  readonly pointRecall: number | null;
}

/** Means over regions, and over images for what hints choose. */
export function figuresOf(counts: readonly RegionCounts[]): RegionFigures {
  const best = counts.flatMap((each) => each.best);
  const boxes = counts.flatMap(({ box }) => box ?? []);
  const points = counts.flatMap(({ point }) => point ?? []);
  return {
    bestIou: meanOf(best),
    recall: meanOf(best.map((value) => (value >= FOUND_IOU ? 1 : 0))),
    boxIou: meanOf(boxes.map(({ shared, union }) => shared / union)),
    boxRecall: meanOf(boxes.map(({ shared, marked }) => shared / marked)),
    pointIou: meanOf(points.map(({ shared, union }) => shared / union)),
    pointRecall: meanOf(points.map(({ shared, marked }) => shared / marked)),
  };
}
