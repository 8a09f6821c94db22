/** Leaving out masks that lie inside others. */
import { requireNumber } from '../options/requireKind.js';
import { intersectionArea } from './setOps.js';
import { requireMasks, type Mask } from './mask.js';

/** CASIA's threshold. */
const CONTAINED = 0.8;

/**
 * Indices of the masks that no larger mask contains, ascending. A mask is contained where a larger one covers more than
 * `threshold` of its pixels; that one need not stay itself. Masks of equal size do not contain each other, and masks
 * without pixels are contained in nothing. CASIA's `filter_masks`.
 * @throws FastSAMError `INVALID_ARGUMENT` if the masks' grids differ in size.
 */
export function withoutContained(masks: readonly Mask[], threshold = CONTAINED): number[] {
  requireMasks('masks', masks);
  requireNumber('threshold', threshold, 0);
  const contains = (outer: Mask, inner: Mask): boolean =>
    outer.area > inner.area && intersectionArea(outer, inner) / inner.area > threshold;
  return masks.flatMap((inner, i) => (masks.some((outer) => contains(outer, inner)) ? [] : [i]));
}
