/** Calibration of scores: whether masks of score 0.8 have an IoU of 0.8. */
import { requireList, requireNumber, requireNumbers, requireObject, requireWhole } from '../../options/requireKind.js';

/** The masks whose score lies in one part of 0 … 1. */
export interface CalibrationBin {
  /** `low <= score < high`; the last bin holds 1, too. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Means over the masks; null without one. */
  readonly score: number | null;
  readonly iou: number | null;
}

/** Parts of equal width. */
export const CALIBRATION_BINS = 10;
const MOST_BINS = 1_000_000;

/**
 * Sorts masks by score into parts of equal width. Scores outside 0 … 1 go to the outermost.
 * @throws FastSAMError `INVALID_ARGUMENT` for lists of different lengths, and what are no numbers.
 */
export function calibrationOf(
  scores: ArrayLike<number>,
  ious: ArrayLike<number>,
  bins: number = CALIBRATION_BINS,
): CalibrationBin[] {
  requireNumbers('scores', scores);
  requireNumbers('ious', ious, scores.length);
  requireWhole('bins', bins, 1, MOST_BINS);
  const counts = new Float64Array(bins);
  const scoreSums = new Float64Array(bins);
  const iouSums = new Float64Array(bins);
  for (let i = 0; i < scores.length; i++) {
    const b = Math.min(bins - 1, Math.max(0, Math.floor(scores[i] * bins)));
    counts[b]++;
    scoreSums[b] += scores[i];
    iouSums[b] += ious[i];
  }
  return Array.from(counts, (count, b) => ({
    low: b / bins,
    high: (b + 1) / bins,
    count,
    score: count === 0 ? null : scoreSums[b] / count,
    iou: count === 0 ? null : iouSums[b] / count,
  }));
}

/** Expected calibration error: the mean of |mean score - mean IoU| over the parts, weighted by their masks. */
export function calibrationError(bins: readonly CalibrationBin[]): number | null {
  requireList('bins', bins);
  for (const bin of bins) requireBin(bin);
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  return bins.reduce((sum, { count, score, iou }) => sum + count * Math.abs((score ?? 0) - (iou ?? 0)), 0) / total;
}

function requireBin(bin: unknown): asserts bin is CalibrationBin {
  requireObject('bin', bin);
  requireWhole('bin count', bin.count, 0);
  requireNumber('bin score', bin.score ?? 0);
  requireNumber('bin iou', bin.iou ?? 0);
}
