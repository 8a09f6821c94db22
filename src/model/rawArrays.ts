/** Raw detections as arrays, for NumPy and others. */
import { requireInstance } from '../options/requireKind.js';
import type { GivenArray } from '../weights/writeNpy.js';
import { RawDetections } from './rawDetections.js';

/**
 * The arrays of raw detections, A anchors, all float32: `boxes` [A,4] xyxy pixels of the network's input, not clipped; `scores`
 * [A,classes], 0…1; `coefficients` [A,k]; `prototypes` [h,w,k]; and `logits` [A,classes] where they were asked for.
 * @throws FastSAMError `INVALID_ARGUMENT` for what are none.
 *
 * @example
 * await saveArrays('raw.npz', rawArrays(await model.detect('street.jpg', { logits: true })));
 */
export function rawArrays(raw: RawDetections): Record<string, GivenArray> {
  requireInstance('rawArrays', raw, RawDetections, 'what detect gives');
  const { length, classes, boxes, scores, logits, coefficients, prototypes } = raw;
  const { data, height, width, k } = prototypes;
  return {
    boxes: { shape: [length, 4], data: boxes },
    scores: { shape: [length, classes], data: scores },
    coefficients: { shape: [length, k], data: coefficients },
    prototypes: { shape: [height, width, k], data },
    ...(logits && { logits: { shape: [length, classes], data: logits } }),
  };
}
