/** From the raw anchors of an image to its detections: best class, candidates, NMS, and the rows that stay. */
import { takeRows } from '../geometry/rows.js';
import type { Detections, RawAnchors, Thresholds } from './detector.js';
import { nonMaxSuppression } from './nms.js';

/** The best class of every anchor; the first of equals. */
export interface BestClasses {
  /** `A`, 0…1. */
  readonly scores: Float32Array;
  /** `A`. */
  readonly classes: Int32Array;
}

/** @returns for one class the scores themselves. */
export function bestClasses({ scores, boxes }: Pick<RawAnchors, 'scores' | 'boxes'>): BestClasses {
  const anchors = boxes.length / 4;
  const count = scores.length / anchors;
  const classes = new Int32Array(anchors);
  if (count === 1 || anchors === 0) return { scores, classes };
  const best = new Float32Array(anchors);
  for (let i = 0; i < anchors; i++) {
    let top = i * count;
    for (let c = top + 1; c < (i + 1) * count; c++) if (scores[c] > scores[top]) top = c;
    best[i] = scores[top];
    classes[i] = top - i * count;
  }
  return { scores: best, classes };
}

/** What `segment` selects: NMS, each class for itself. */
export function selectDetections(raw: RawAnchors, thresholds: Thresholds): Detections {
  const best = bestClasses(raw);
  return detectionsAt(raw, best, nonMaxSuppression(raw.boxes, best.scores, { ...thresholds, classes: best.classes }));
}

/** Some anchors as detections, in this order. */
export function detectionsAt(
  { boxes, coefficients, prototypes }: RawAnchors,
  best: BestClasses,
  anchors: Int32Array,
): Detections {
  return {
    anchors,
    boxes: takeRows(boxes, anchors, 4),
    scores: Float32Array.from(anchors, (row) => best.scores[row]),
    classes: Int32Array.from(anchors, (row) => best.classes[row]),
    coefficients: takeRows(coefficients, anchors, prototypes.k),
    prototypes,
  };
}
