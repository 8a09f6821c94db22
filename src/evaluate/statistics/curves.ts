/** Tools on curves: interpolation and smoothing with the conventions of NumPy, and the F-measure. */

/**
 * Linear interpolation as `numpy.interp`. Where several samples share a position, the last of them counts from there on.
 * @param points positions at which the curve is read.
 * @param xs ascending positions of the samples, at least one.
 * @param left value before the first sample. Default: the first sample's.
 * @param right value after the last sample. Default: the last sample's.
 */
export function interpolate(
  points: readonly number[],
  xs: readonly number[],
  ys: readonly number[],
  left = ys[0],
  right = ys[ys.length - 1],
): number[] {
  const last = xs.length - 1;
  return points.map((x) => {
    if (x < xs[0]) return left;
    if (x > xs[last]) return right;
    if (x === xs[last]) return ys[last];
    let low = 0; // xs[low] <= x < xs[high]
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (xs[middle] <= x) low = middle;
      else high = middle;
    }
    if (xs[low] === x) return ys[low];
    return ((ys[high] - ys[low]) / (xs[high] - xs[low])) * (x - xs[low]) + ys[low];
  });
}

/** Moving average over about `share` of the curve on either side; beyond the ends the curve goes on level. */
export function smooth(values: readonly number[], share: number): number[] {
  const half = Math.trunc(Math.round(values.length * share * 2) / 2 / 2);
  const width = 2 * half + 1;
  const clamp = (i: number) => Math.min(Math.max(i, 0), values.length - 1);
  return values.map((_, i) => {
    let sum = 0;
    for (let k = i - half; k <= i + half; k++) sum += values[clamp(k)] / width;
    return sum;
  });
}

/**
 * The F-measure of precision and recall, (1 + β²)·P·R / (β²·P + R); 0 where both are 0.
 * @param betaSquared weight of recall against precision. Default 1, their harmonic mean.
 */
export function fMeasure(precision: number, recall: number, betaSquared = 1): number {
  const denominator = betaSquared * precision + recall;
  return denominator === 0 ? 0 : ((1 + betaSquared) * precision * recall) / denominator;
}
