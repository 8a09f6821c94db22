/** How much masks change when the threshold of their logits is moved. */
import { invalidArgument } from '../errors.js';
import type { Letterbox } from '../image/letterbox.js';
import { EXACT_RASTER } from '../mask/rasterGeometry.js';
import { prototypeWindow, rasterize } from '../mask/rasterize.js';
import type { Rect } from '../geometry/rect.js';
import { logitsIn, requireMaskInputs } from './maskLogits.js';
import type { SceneRecord } from './record.js';

/** Logits to both sides of the threshold; SAM's automatic mask generator has 1, too. */
export const STABILITY_DELTA = 1;

const MODE = { rule: EXACT_RASTER, retina: true } as const;

/**
 * Stability score of every object (Kirillov et al. 2023, "Segment Anything", automatic mask generation): IoU of its
 * masks at logits `delta` above and below their threshold. The first lies inside the second, so it is the quotient of
 * their areas. Both are cropped to the object's box, as its mask is.
 * @returns 0 … 1 each; 0 for an object whose larger mask is empty.
 * @throws FastSAMError `INVALID_ARGUMENT` for results without prototypes or a delta that is no positive number.
 */
export function stabilityScores(record: SceneRecord, delta = STABILITY_DELTA): Float32Array {
  const {
    maskInputs,
    letterbox,
    boxes,
    scores: { length },
  } = record;
  if (!(delta > 0 && Number.isFinite(delta))) {
    throw invalidArgument(`delta: got ${delta}, expected a number above 0`);
  }
  const scores = new Float32Array(length);
  if (length === 0) return scores;
  const inputs = requireMaskInputs('stability', maskInputs);
  const { threshold = 0 } = inputs;
  for (let i = 0; i < length; i++) {
    const box = boxes.at(i);
    const window = prototypeWindow(box, letterbox, MODE);
    const logits = logitsIn(inputs, i, window);
    const large = areaAbove(logits, window, box, letterbox, threshold - delta);
    scores[i] = large === 0 ? 0 : areaAbove(logits, window, box, letterbox, threshold + delta) / large;
  }
  return scores;
}

/** Pixels above a threshold: masks are cut at 0, and bilinear resampling commutes with adding a constant. */
function areaAbove(
  logits: Float32Array,
  window: Rect,
  box: ArrayLike<number>,
  letterbox: Letterbox,
  threshold: number,
): number {
  const shifted = logits.map((logit) => logit - threshold);
  return rasterize(shifted, window, box, letterbox, MODE).area;
}
