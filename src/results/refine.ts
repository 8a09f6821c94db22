/** Cleaning masks and leaving out parts of others, as CASIA's helpers do. */
import { FastSAMError } from '../errors.js';
import { cleanUp } from '../mask/morphology.js';
import { largestContour } from '../mask/regions.js';
import { withoutContained } from '../prompt/containment.js';
import type { Results } from './results.js';

/** What to clean, in the order in which it is done. */
export interface RefineOptions {
  /**
   * Close gaps with a 3 x 3 kernel, then drop specks with an 8 x 8 one: CASIA's "better quality". As with OpenCV, the
   * second step moves masks by one pixel to the right and down.
   */
  readonly clean?: boolean;
  /** Keep the part with the largest outer contour, its holes filled. */
  readonly largest?: boolean;
  /**
   * Leave out objects of which a larger one covers more than this share, 0…1, so that wholes stay and their parts go; true
   * is CASIA's 0.8. Default false: all stay.
   */
  readonly dropContained?: boolean | number;
}

/** See `Results.refine`. */
export function refineMasks(results: Results, options: RefineOptions): Results {
  const { clean = false, largest = false, dropContained = false } = options;
  requireShare(dropContained);
  const masks = results.imageMasks.map((mask) => {
    const cleaned = clean ? cleanUp(mask) : mask;
    return largest && cleaned.area > 0 ? largestContour(cleaned) : cleaned;
  });
  const kept = masks.flatMap((mask, i) => (mask.area > 0 ? [i] : []));
  const refined = results.select(kept).with({ masks: kept.map((i) => masks[i]) });
  if (dropContained === false) return refined;
  const { list } = refined.masks;
  return refined.select(dropContained === true ? withoutContained(list) : withoutContained(list, dropContained));
}

function requireShare(value: boolean | number): void {
  if (typeof value === 'boolean' || (value >= 0 && value <= 1)) return;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `dropContained: got ${value}, expected true, false or a share from 0 to 1`,
  );
}
