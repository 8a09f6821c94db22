/** The arithmetic of PyTorch on which the peers' choices of boxes depend. */

/** IoU from three pixel counts, in float32. Not a number where all are 0; the box's area may be negative. */
export function float32Iou(shared: number, maskArea: number, boxArea: number): number {
  const union = Math.fround(Math.fround(boxArea + maskArea) - shared);
  return Math.fround(Math.fround(shared) / union);
}

/** Index of the largest value; the first among equals; NaN counts as the largest. */
export function argmaxLikeTorch(values: readonly number[]): number {
  const nan = values.findIndex((value) => Number.isNaN(value));
  return nan >= 0 ? nan : values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}
