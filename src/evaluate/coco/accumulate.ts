/** From the matches of all images to precision and recall. */
import { IGNORED_SHIFT, type Matches } from './match.js';

/** The points of recall at which precision is read: 0, 0.01 … 1, with the rounding of `numpy.linspace`. */
export const RECALLS: readonly number[] = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));

/** What one image adds to one category. */
export interface ImageMatches {
  /** Images are put in the order of their numbers, which decides between equal scores. */
  readonly imageId: number;
  /** Best first. */
  readonly scores: Float64Array;
  /** One entry an area range. */
  readonly byArea: readonly Matches[];
}

/** All detections of a category by descending score. */
export interface RankedDetections {
  readonly count: number;
  /** Place of each detection within its image, 0 for the best one. */
  readonly ranks: Uint32Array;
  /** For each area range the flags of `Matches`. */
  readonly flags: readonly Uint32Array[];
  /** For each area range the number of objects that count. */
  readonly counted: readonly number[];
}

/** Joins the images; equal scores stay in the order of the images' numbers. */
export function rankDetections(images: readonly ImageMatches[], areas: number): RankedDetections {
  const sorted = [...images].sort((a, b) => a.imageId - b.imageId);
  const count = sorted.reduce((n, { scores }) => n + scores.length, 0);
  const scores = new Float64Array(count);
  const ranks = new Uint32Array(count);
  const flags = Array.from({ length: areas }, () => new Uint32Array(count));
  const counted = new Array<number>(areas).fill(0);
  let at = 0;
  for (const image of sorted) {
    scores.set(image.scores, at);
    for (let i = 0; i < image.scores.length; i++) ranks[at + i] = i;
    image.byArea.forEach((matches, a) => {
      flags[a].set(matches.flags, at);
      counted[a] += matches.counted;
    });
    at += image.scores.length;
  }
  const order = new Uint32Array(count).map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  return {
    count,
    ranks: order.map((i) => ranks[i]),
    flags: flags.map((values) => order.map((i) => values[i])),
    counted,
  };
}

/** Precision at the 101 recalls and the recall reached. */
export interface Curve {
  readonly precision: Float64Array;
  readonly recall: number;
}

/** 2^-52, which keeps 0 / 0 away and is part of pycocotools' numbers. */
const SPACING = Number.EPSILON;

/**
 * The curve of one threshold, area range and limit of detections an image. Precision is made monotone from the right
 * and read at the first detection that reaches each recall; 0 where none does. Only hits need to be looked at: recall
 * grows at no other detection, and precision is largest at one.
 * @param threshold number of the IoU threshold.
 */
export function curveOf(ranked: RankedDetections, area: number, threshold: number, maxDet: number): Curve {
  const { count, ranks } = ranked;
  const flags = ranked.flags[area];
  const objects = ranked.counted[area];
  const hit = 1 << threshold;
  const ignored = 1 << (IGNORED_SHIFT + threshold);
  const atHits: number[] = [];
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    if (ranks[i] >= maxDet || (flags[i] & ignored) !== 0) continue;
    if ((flags[i] & hit) === 0) wrong++;
    else atHits.push((atHits.length + 1) / (wrong + (atHits.length + 1) + SPACING));
  }
  for (let i = atHits.length - 1; i > 0; i--) atHits[i - 1] = Math.max(atHits[i - 1], atHits[i]);
  const precision = new Float64Array(RECALLS.length);
  let n = 0;
  RECALLS.forEach((recall, r) => {
    while (n < atHits.length && (n + 1) / objects < recall) n++;
    precision[r] = n < atHits.length ? atHits[n] : 0;
  });
  return { precision, recall: atHits.length / objects };
}
