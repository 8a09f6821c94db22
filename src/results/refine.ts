/** Cleaning masks and leaving out parts of others, as CASIA's helpers do. */
import { cleanUp } from '../mask/morphology.js';
import { largestContour } from '../mask/regions.js';
import { custom, flag } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
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

/** Every option of `refine`. */
export const REFINE_OPTIONS = {
  clean: flag({ text: 'close small gaps and remove specks of each mask', default: false, cli: {} }),
  largest: flag({ text: 'keep only the largest connected part of each mask', default: false, cli: {} }),
  dropContained: custom<boolean | number>(
    'true, false or a share from 0 to 1',
    (value) => typeof value === 'boolean' || (typeof value === 'number' && value >= 0 && value <= 1),
    { text: 'leave out objects of which a larger one covers more than this share; true: 0.8', default: false },
  ),
} satisfies RowsOf<RefineOptions>;

/** See `Results.refine`. */
export function refineMasks(results: Results, options: RefineOptions): Results {
  const { clean, largest, dropContained } = resolve(REFINE_OPTIONS, options);
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
