/** Cleaning masks and leaving out parts of others, as CASIA's helpers do. */
import { refineMask } from '../mask/refineMask.js';
import { withoutContained } from '../mask/containment.js';
import type { Mask } from '../mask/mask.js';
import type { SceneRecord } from '../record/record.js';
import { custom, flag } from '../options/kinds.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';

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

/** The objects that are left, and their masks. */
export interface RefinedMasks {
  readonly indices: readonly number[];
  /** On the image's grid, one for each index. */
  readonly masks: readonly Mask[];
}

/** See `Results.refine`. */
export function refineMasks({ imageMasks }: SceneRecord, options: RefineOptions): RefinedMasks {
  const { clean, largest, dropContained } = resolve(REFINE_OPTIONS, options);
  const refined = imageMasks.map((mask) => refineMask(mask, clean, largest));
  const indices = refined.flatMap((mask, i) => (mask.area > 0 ? [i] : []));
  const masks = indices.map((i) => refined[i]);
  if (dropContained === false) return { indices, masks };
  const kept = dropContained === true ? withoutContained(masks) : withoutContained(masks, dropContained);
  return { indices: kept.map((i) => indices[i]), masks: kept.map((i) => masks[i]) };
}
