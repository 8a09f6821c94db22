/** Which of several masks lies on top. */
import type { Mask } from './mask.js';

/**
 * The order in which masks are painted so that the smallest lies on top (as CASIA's plot orders them): by area, the
 * largest first; of equal areas the one listed first is painted last.
 * @returns indices in the list.
 */
export function paintOrder(masks: readonly Mask[]): number[] {
  return masks.map((_, i) => i).sort((a, b) => masks[b].area - masks[a].area || b - a);
}
