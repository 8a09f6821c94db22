/** Cleaning masks, as CASIA's plots do. */
import { cleanUp } from '../mask/morphology.js';
import { largestContour } from '../mask/regions.js';
import type { Results } from './results.js';

/** What to clean. */
export interface RefineOptions {
  /** Close gaps with a 3 x 3 kernel, then drop specks with an 8 x 8 one: CASIA's "better quality". */
  readonly clean?: boolean;
  /** Keep the part with the largest outer contour, its holes filled. */
  readonly largest?: boolean;
}

/** See `Results.refine`. */
export function refineMasks(results: Results, { clean = false, largest = false }: RefineOptions): Results {
  const masks = results.imageMasks.map((mask) => {
    const cleaned = clean ? cleanUp(mask) : mask;
    return largest && cleaned.area > 0 ? largestContour(cleaned) : cleaned;
  });
  const kept = masks.flatMap((mask, i) => (mask.area > 0 ? [i] : []));
  return results.select(kept).with({ masks: kept.map((i) => masks[i]) });
}
