/** One mask of `Results.refine`. */
import type { Mask } from './mask.js';
import { cleanUp } from './morphology.js';
import { largestContour } from './regions.js';

/** The mask with gaps closed and specks dropped (`clean`), and then only its largest part, filled (`largest`). */
export function refineMask(mask: Mask, clean: boolean, largest: boolean): Mask {
  const cleaned = clean ? cleanUp(mask) : mask;
  return largest && cleaned.area > 0 ? largestContour(cleaned) : cleaned;
}
