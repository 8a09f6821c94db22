/** IoU as Ultralytics' `val` computes it, in float32. */
import type { Mask } from '../../mask/mask.js';
import { intersectionArea } from '../../mask/setOps.js';

/** Keeps 0 / 0 away and is part of Ultralytics' numbers. */
const EPSILON = 1e-7;

/** IoU of each detection (rows) with each object, float32. Boxes are xyxy in pixels of one frame. */
export function boxIous(detections: Float32Array, objects: Float32Array): Float32Array {
  const f = Math.fround;
  const out = new Float32Array((detections.length / 4) * (objects.length / 4));
  let at = 0;
  for (let d = 0; d < detections.length; d += 4) {
    const [x1, y1, x2, y2] = detections.subarray(d, d + 4);
    const own = f(f(x2 - x1) * f(y2 - y1));
    for (let g = 0; g < objects.length; g += 4) {
      const [u1, v1, u2, v2] = objects.subarray(g, g + 4);
      const w = Math.max(0, f(Math.min(x2, u2) - Math.max(x1, u1)));
      const h = Math.max(0, f(Math.min(y2, v2) - Math.max(y1, v1)));
      const shared = f(w * h);
      out[at++] = shared / f(f(f(f(f(u2 - u1) * f(v2 - v1)) + own) - shared) + EPSILON);
    }
  }
  return out;
}

/** As `boxIous`, of masks on one grid. */
export function maskIous(detections: readonly Mask[], objects: readonly Mask[]): Float32Array {
  const out = new Float32Array(detections.length * objects.length);
  let at = 0;
  for (const detection of detections) {
    for (const object of objects) {
      const shared = intersectionArea(detection, object);
      out[at++] = shared / Math.fround(detection.area + object.area - shared + EPSILON);
    }
  }
  return out;
}
