/** Edge strength from masks: how steeply the probabilities of any object change at a pixel (FastSAM paper, BSDS500). */
import { probabilities } from '../../mask/rasterize.js';
import type { Results } from '../../results/results.js';
import { prototypeLogits, requireMaskInputs } from '../../record/maskLogits.js';
import { thinEdges } from './edgeNms.js';

/** Where gradients of an object count. */
export type EdgeRegion =
  /** Only probabilities inside the box and a little beyond count, because a mask far from its box is not trained. */
  | 'box'
  /** Everywhere. */
  | 'image';

/** Pixels beyond the box that still count, so that edges along its border do. */
const MARGIN = 2;

/** A rectangle of whole pixels, right and bottom exclusive. */
interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The edge map of an image: Sobel's gradient of each mask's probabilities, not cropped to the box. The largest gradient
 * over all masks counts, scaled to 0 … 1 by the smallest and largest value. Then non-maximum suppression thins it.
 * @returns float32 `width * height`, row by row; all 0 where nothing was found.
 * @throws FastSAMError `INVALID_ARGUMENT` for results without prototypes.
 */
export function edgeMapOf(results: Results, region: EdgeRegion = 'box'): Float32Array {
  const { width, height } = results.image;
  return thinEdges(normaliseEdges(edgeStrength(results, region)), width, height);
}

/** The largest gradient of any mask's probabilities, as it is. */
export function edgeStrength(results: Results, region: EdgeRegion): Float32Array {
  const { image, maskInputs, letterbox, length } = results;
  const { width, height } = image;
  const strength = new Float32Array(width * height);
  if (length === 0) return strength;
  const inputs = requireMaskInputs('edges', maskInputs);
  for (let i = 0; i < length; i++) {
    const { data: logits } = prototypeLogits(inputs, i);
    const window = region === 'image' ? wholeOf(width, height) : around(results.boxes.at(i), width, height);
    raiseToGradient(strength, probabilities(logits, letterbox), width, height, window);
  }
  return strength;
}

function wholeOf(width: number, height: number): Window {
  return { left: 0, top: 0, right: width, bottom: height };
}

function around([x1, y1, x2, y2]: readonly number[], width: number, height: number): Window {
  return {
    left: Math.max(0, Math.floor(x1) - MARGIN),
    top: Math.max(0, Math.floor(y1) - MARGIN),
    right: Math.min(width, Math.ceil(x2) + MARGIN),
    bottom: Math.min(height, Math.ceil(y2) + MARGIN),
  };
}

/** Raises `strength` to the length of Sobel's gradient of `soft`; the image's border pixels are repeated outwards. */
function raiseToGradient(strength: Float32Array, soft: Float32Array, width: number, height: number, w: Window): void {
  for (let y = w.top; y < w.bottom; y++) {
    const above = Math.max(0, y - 1) * width;
    const here = y * width;
    const below = Math.min(height - 1, y + 1) * width;
    for (let x = w.left; x < w.right; x++) {
      const l = Math.max(0, x - 1);
      const r = Math.min(width - 1, x + 1);
      const gx =
        soft[above + r] - soft[above + l] + 2 * (soft[here + r] - soft[here + l]) + soft[below + r] - soft[below + l];
      const gy =
        soft[below + l] - soft[above + l] + 2 * (soft[below + x] - soft[above + x]) + soft[below + r] - soft[above + r];
      const length = Math.sqrt(gx * gx + gy * gy);
      if (length > strength[here + x]) strength[here + x] = length;
    }
  }
}

/** The values brought to 0 … 1; all 0 where they do not differ. */
export function normaliseEdges(values: Float32Array): Float32Array {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const range = high - low;
  return range > 0 ? values.map((value) => (value - low) / range) : new Float32Array(values.length);
}
