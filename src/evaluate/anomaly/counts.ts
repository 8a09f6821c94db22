/** How much of marked regions segments cover. */
import type { Mask } from '../../mask/mask.js';
import { connectedComponents } from '../../mask/regions.js';
import { intersectionArea, iou } from '../../mask/setOps.js';
import type { Results } from '../../results/results.js';
import { askedBy, unionOf } from '../study/hints.js';

/** Pixels of what was chosen and of what is marked. */
export interface PixelCounts {
  readonly shared: number;
  readonly union: number;
  readonly marked: number;
}

/** One picture with a mask on which something is marked. */
export interface RegionCounts {
  /** For each marked region, joined over corners too, the IoU of the segment that fits it best: chosen with the truth. */
  readonly best: readonly number[];
  /** Segments that the boxes of the regions ask for. */
  readonly box: PixelCounts;
  /** Segments that a point in each region asks for. */
  readonly point: PixelCounts;
}

/** Compares the segments of a picture with its mask; undefined where nothing is marked. */
export function countRegions(scene: Results, truth: Mask): RegionCounts | undefined {
  if (truth.area === 0) return undefined;
  return {
    best: connectedComponents(truth).map((region) => Math.max(0, ...scene.imageMasks.map((mask) => iou(mask, region)))),
    box: pixelsOf(unionOf(scene, askedBy(scene, truth, 'box')), truth),
    point: pixelsOf(unionOf(scene, askedBy(scene, truth, 'point')), truth),
  };
}

function pixelsOf(chosen: Mask | undefined, truth: Mask): PixelCounts {
  const shared = chosen ? intersectionArea(chosen, truth) : 0;
  return { shared, union: (chosen?.area ?? 0) + truth.area - shared, marked: truth.area };
}

/** A region is found from this IoU on. */
export const FOUND_IOU = 0.5;

/** Figures of pictures with marked regions; null without any. */
export interface RegionFigures {
  readonly bestIou: number | null;
  readonly recall: number | null;
  readonly boxIou: number | null;
  readonly boxRecall: number | null;
  readonly pointIou: number | null;
  readonly pointRecall: number | null;
}

/** Means over regions, and over pictures for what hints choose. */
export function figuresOf(counts: readonly RegionCounts[]): RegionFigures {
  const best = counts.flatMap((each) => each.best);
  return {
    bestIou: mean(best),
    recall: mean(best.map((value) => (value >= FOUND_IOU ? 1 : 0))),
    boxIou: mean(counts.map(({ box }) => box.shared / box.union)),
    boxRecall: mean(counts.map(({ box }) => box.shared / box.marked)),
    pointIou: mean(counts.map(({ point }) => point.shared / point.union)),
    pointRecall: mean(counts.map(({ point }) => point.shared / point.marked)),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
