/** One mask from points: `pick: 'merge'`. */
import { Mask } from '../mask/mask.js';
import { difference, union } from '../mask/setOps.js';

/** What a foreground point adds to a merged mask. */
export interface Contribution {
  /** Indices of the masks that it comes from, ascending; empty where the point adds nothing. */
  readonly objects: readonly number[];
  /** The pixels; absent where `objects` is empty. */
  readonly mask?: Mask;
}

/** Whether mask `i` holds a point. */
export type Holds<P> = (i: number, point: P) => boolean;

/**
 * What one foreground point adds:
 * - all masks that hold it and no background point, if there are any;
 * - else the smallest mask that holds it, less, for every background point in it, the smallest mask that holds that
 *   point: so a part can be cut out of a whole. If one of those parts holds the foreground point too, nothing.
 *
 * Whatever is added holds the foreground point and no background point.
 */
export function contributionOf<P>(
  masks: readonly Mask[],
  point: P,
  background: readonly P[],
  holds: Holds<P>,
): Contribution {
  const around = masks.flatMap((_, i) => (holds(i, point) ? [i] : []));
  const clear = around.filter((i) => !background.some((b) => holds(i, b)));
  if (clear.length > 0) return { objects: clear, mask: unite(clear.map((i) => masks[i])) };
  if (around.length === 0) return { objects: [] };
  const whole = smallest(masks, around);
  const parts = background
    .filter((b) => holds(whole, b))
    .map((b) =>
      smallest(
        masks,
        masks.map((_, i) => i).filter((i) => holds(i, b)),
      ),
    );
  if (parts.some((part) => holds(part, point))) return { objects: [] };
  return { objects: [whole], mask: parts.reduce((rest, part) => difference(rest, masks[part]), masks[whole]) };
}

/** Index of the mask with the fewest pixels; the first among equals. */
export function smallest(masks: readonly Mask[], indices: readonly number[]): number {
  return indices.reduce((best, i) => (masks[i].area < masks[best].area ? i : best));
}

/** All pixels of some masks of one grid; there is at least one mask. */
export function unite(masks: readonly Mask[]): Mask {
  return masks.reduce((all, mask) => union(all, mask));
}
