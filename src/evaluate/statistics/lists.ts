/** Numbers about lists of numbers: their mean, and how alike two lists order things. */
import { requireNumbers } from '../../options/requireKind.js';

/** The mean; null of an empty list. @throws FastSAMError `INVALID_ARGUMENT` for what are no numbers. */
export function meanOf(values: readonly number[]): number | null {
  requireNumbers('values', values);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Ranks from 1 on, the smallest first; equals share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/**
 * Spearman's rank correlation, -1 … 1: Pearson's of the average ranks, as `scipy.stats.spearmanr`.
 * @throws FastSAMError `INVALID_ARGUMENT` for lists of different lengths, and what are no numbers.
 * @returns null for fewer than two pairs, or where all values of a list are equal.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  requireNumbers('a', a);
  requireNumbers('b', b, a.length);
  const x = averageRanks(a);
  const y = averageRanks(b);
  const middle = (x.length + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    const dx = x[i] - middle;
    const dy = y[i] - middle;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}
