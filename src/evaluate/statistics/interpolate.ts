/** Two tools on sampled curves, with the conventions of NumPy. */

/**
 * Linear interpolation as `numpy.interp`: where several samples share a position, the last of them counts from there on.
 * @param points where the curve is wanted.
 * @param xs ascending positions of the samples, at least one.
 * @param left value before the first sample. Default: the first sample's.
 */
export function interpolate(
  points: readonly number[],
  xs: readonly number[],
  ys: readonly number[],
  left = ys[0],
): number[] {
  const last = xs.length - 1;
  return points.map((x) => {
    if (x < xs[0]) return left;
    if (x >= xs[last]) return ys[last];
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
