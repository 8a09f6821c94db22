/** How well a saliency map agrees with what people marked: MAE, F-measure, S-measure. */
import { fMeasure } from '../statistics/curves.js';

/** A map of bytes, 0 … 255 for 0 … 1, row by row. */
export interface ByteMap {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Thresholds of the F-measure: map >= 0 … 255. */
const LEVELS = 256;
/** β² of saliency's F-measure (Achanta et al., CVPR 2009). */
const BETA_SQUARED = 0.3;
/** Weight of objects against regions, and of foreground against background, Fan et al. 2017. */
const ALPHA = 0.5;
const EPSILON = Number.EPSILON;

/** The mean of |map - truth|. `truth` is 1 where people marked the image. */
export function meanAbsoluteError({ data }: ByteMap, truth: Uint8Array): number {
  let sum = 0;
  for (let p = 0; p < data.length; p++) sum += Math.abs(data[p] / 255 - truth[p]);
  return sum / data.length;
}

/** Precision and recall of the map cut at each of the 256 levels (`map >= level`). */
export interface LevelCurve {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
}

/** Precision is 0 where nothing is cut out, recall 0 where nothing is marked. */
export function levelCurve({ data }: ByteMap, truth: Uint8Array): LevelCurve {
  const inside = new Float64Array(LEVELS);
  const all = new Float64Array(LEVELS);
  for (let p = 0; p < data.length; p++) {
    all[data[p]]++;
    if (truth[p]) inside[data[p]]++;
  }
  for (let level = LEVELS - 2; level >= 0; level--) {
    inside[level] += inside[level + 1];
    all[level] += all[level + 1];
  }
  const marked = inside[0];
  return {
    precision: Array.from(inside, (hits, level) => (all[level] === 0 ? 0 : hits / all[level])),
    recall: Array.from(inside, (hits) => (marked === 0 ? 0 : hits / marked)),
  };
}

/** The F-measure with β² = 0.3. */
export function saliencyF(precision: number, recall: number): number {
  return fMeasure(precision, recall, BETA_SQUARED);
}

/** The largest F over the levels. */
export function maxFMeasure({ precision, recall }: LevelCurve): number {
  return precision.reduce((most, value, level) => Math.max(most, saliencyF(value, recall[level])), 0);
}

/**
 * Structure measure, alpha 0.5 (Fan et al., "Structure-measure: A New Way to Evaluate Foreground Maps", ICCV 2017): the
 * mean of the object-aware and the region-aware similarity, not below 0. Where nothing (everything) is marked: 1 - mean
 * (mean) of the map. Variances have N - 1, as in the authors' program.
 */
export function sMeasure(map: ByteMap, truth: Uint8Array): number {
  const values = Float64Array.from(map.data, (byte) => byte / 255);
  const share = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (share === 0) return 1 - mean;
  if (share === 1) return mean;
  const objects = share * likeness(values.filter((_, p) => truth[p] === 1));
  const ground = (1 - share) * likeness(values.filter((_, p) => truth[p] === 0).map((value) => 1 - value));
  const regions = regionSimilarity(values, truth, map.width, map.height);
  return Math.max(0, ALPHA * (objects + ground) + (1 - ALPHA) * regions);
}

/** How bright and how even values that should be 1 are (equation 5 with lambda 0.5). */
function likeness(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return (2 * mean) / (mean * mean + 1 + deviation + EPSILON);
}

/** SSIM in the four blocks around the centroid of what is marked, weighted by their pixels (equation 8). */
function regionSimilarity(values: Float64Array, truth: Uint8Array, width: number, height: number): number {
  const [column, row] = centroid(truth, width);
  let sum = 0;
  for (const [top, bottom] of [
    [0, row],
    [row, height],
  ]) {
    for (const [left, right] of [
      [0, column],
      [column, width],
    ]) {
      const n = (bottom - top) * (right - left);
      if (n === 0) continue;
      sum += (n / values.length) * similarity(values, truth, width, [left, top, right, bottom]);
    }
  }
  return sum;
}

/** Where the blocks meet: the first column and row after the centroid, which is rounded with halves upwards. */
function centroid(truth: Uint8Array, width: number): [number, number] {
  let [x, y, n] = [0, 0, 0];
  for (let p = 0; p < truth.length; p++) {
    if (truth[p] === 0) continue;
    x += p % width;
    y += Math.floor(p / width);
    n++;
  }
  return [Math.floor(x / n + 1.5), Math.floor(y / n + 1.5)];
}

/** SSIM of one block, with one mean and variance for all of it (equation 7). */
function similarity(
  values: Float64Array,
  truth: Uint8Array,
  width: number,
  [left, top, right, bottom]: readonly number[],
): number {
  const pixels: number[] = [];
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) pixels.push(y * width + x);
  const n = pixels.length;
  const x = pixels.reduce((sum, p) => sum + values[p], 0) / n;
  const y = pixels.reduce((sum, p) => sum + truth[p], 0) / n;
  let [xx, yy, xy] = [0, 0, 0];
  for (const p of pixels) {
    xx += (values[p] - x) ** 2;
    yy += (truth[p] - y) ** 2;
    xy += (values[p] - x) * (truth[p] - y);
  }
  const degrees = n - 1 + EPSILON;
  const alpha = (4 * x * y * xy) / degrees;
  const beta = (x * x + y * y) * ((xx + yy) / degrees);
  if (alpha !== 0) return alpha / (beta + EPSILON);
  return beta === 0 ? 1 : 0;
}
