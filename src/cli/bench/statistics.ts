/** Medians, quartiles, and ratios of measurements that were taken in turns. */

/** The summary of a list of measurements. */
export interface Summary {
  readonly count: number;
  readonly min: number;
  /** First quartile. */
  readonly low: number;
  readonly median: number;
  /** Third quartile. */
  readonly high: number;
  readonly max: number;
}

/**
 * A quantile, interpolated between neighbours (type 7 of Hyndman and Fan, numpy's default).
 * @param sorted ascending, not empty. @param q 0…1.
 */
export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** The summary of a list in any order; undefined for an empty one. */
export function summarize(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return {
    count: sorted.length,
    min: sorted[0],
    low: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    high: quantile(sorted, 0.75),
    max: sorted[sorted.length - 1],
  };
}

/**
 * Compares a contender with a baseline, round by round. A disturbance that lasts longer than a round affects both, so
 * it cancels out of the ratio.
 * @param values @param baseline one number a round each; rounds that only one of them has do not count.
 */
export function pairedRatio(values: readonly number[], baseline: readonly number[]): Summary | undefined {
  const rounds = Math.min(values.length, baseline.length);
  return summarize(values.slice(0, rounds).map((value, i) => value / baseline[i]));
}

/** A number with about three significant digits: `0.512`, `5.12`, `51.2`, `5120`. */
export function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || !Number.isFinite(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
