/**
 * Precision, recall and AP as Ultralytics' `val` (8.4) defines them; they differ from COCO's in matching, interpolation and
 * in that P and R are quoted at the score where smoothed F1 is largest.
 */
import { interpolate, smooth } from '../statistics/curves.js';

/** IoU thresholds 0.50 … 0.95 in float32, as they are compared. */
export const VAL_IOUS: readonly number[] = Array.from({ length: 10 }, (_, i) => Math.fround((50 + 5 * i) / 100));

/** Points of the curves over score and recall: 0 … 1. */
export const CURVE_X: readonly number[] = Array.from({ length: 1000 }, (_, i) => i / 999);
const AP_X: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100);
/** Share of a curve over which F1 is smoothed on either side of a point. */
const SMOOTHING = 0.1;

/**
 * Which detections are right, by threshold: by descending score each takes the free object of its class with the largest
 * IoU, the first of equals.
 * @param ious `detections x objects`, row by row, float32.
 * @returns one word a detection, bit t for threshold t.
 */
export function matchByScore(
  ious: Float32Array,
  detectionClasses: ArrayLike<number>,
  objectClasses: ArrayLike<number>,
): Uint16Array {
  const objects = objectClasses.length;
  const right = new Uint16Array(detectionClasses.length);
  const taken = new Uint16Array(objects);
  for (let d = 0; d < right.length; d++) {
    for (let t = 0; t < VAL_IOUS.length; t++) {
      let best = -1;
      let iou = VAL_IOUS[0];
      for (let g = 0; g < objects; g++) {
        const value = ious[d * objects + g];
        if ((taken[g] >> t) & 1 || objectClasses[g] !== detectionClasses[d]) continue;
        if (best < 0 ? value >= iou : value > iou) {
          best = g;
          iou = value;
        }
      }
      if (best < 0 || iou < VAL_IOUS[t]) continue;
      right[d] |= 1 << t;
      taken[best] |= 1 << t;
    }
  }
  return right;
}

/** What is kept of all images. */
export interface ScoredDetections {
  readonly scores: readonly number[];
  readonly classes: readonly number[];
  /** From `matchByScore`. */
  readonly right: readonly number[];
  /** Classes of all objects of the ground truth. */
  readonly objectClasses: readonly number[];
}

/** The curves of one class at IoU 0.5, at `CURVE_X`. */
export interface Curves {
  /** Over the score. */
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  /** Precision over recall. */
  readonly precisionOfRecall: readonly number[];
}

/** The numbers of one class. */
export interface ClassMetrics {
  readonly class: number;
  readonly objects: number;
  readonly precision: number;
  readonly recall: number;
  /** AP at each of `VAL_IOUS`. */
  readonly ap: readonly number[];
  readonly curves: Curves;
}

/** Means over the classes that have objects; all 0 without one. */
export interface ValMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly mAP50: number;
  readonly mAP75: number;
  readonly mAP5095: number;
  /** The score at which precision and recall are quoted. */
  readonly score: number;
  readonly classes: readonly ClassMetrics[];
}

/** Precision, recall and AP over all images. */
export function valMetrics(all: ScoredDetections): ValMetrics {
  const order = [...all.scores.keys()].sort((a, b) => all.scores[b] - all.scores[a]);
  const counts = new Map<number, number>();
  for (const c of all.objectClasses) counts.set(c, (counts.get(c) ?? 0) + 1);
  const found = [...counts].sort(([a], [b]) => a - b);
  const parts = found.map(([c, objects]) => {
    const own = order.filter((i) => all.classes[i] === c);
    return { class: c, objects, ...classCurves(own, all, objects) };
  });
  if (parts.length === 0) {
    return { precision: 0, recall: 0, mAP50: 0, mAP75: 0, mAP5095: 0, score: 0, classes: [] };
  }
  const meanF1 = CURVE_X.map((_, x) => mean(parts.map(({ curves }) => curves.f1[x])));
  const at = indexOfLargest(smooth(meanF1, SMOOTHING));
  const classes = parts.map((part) => ({
    ...part,
    precision: part.curves.precision[at],
    recall: part.curves.recall[at],
  }));
  return {
    precision: mean(classes.map(({ precision }) => precision)),
    recall: mean(classes.map(({ recall }) => recall)),
    mAP50: mean(classes.map(({ ap }) => ap[0])),
    mAP75: mean(classes.map(({ ap }) => ap[5])),
    mAP5095: mean(classes.map(({ ap }) => mean(ap))),
    score: CURVE_X[at],
    classes,
  };
}

/** @param own places of the class' detections by descending score. */
function classCurves(
  own: readonly number[],
  { scores, right }: ScoredDetections,
  objects: number,
): { ap: number[]; curves: Curves } {
  const zeros = CURVE_X.map(() => 0);
  if (own.length === 0) {
    const curves = { precision: zeros, recall: zeros, f1: zeros, precisionOfRecall: zeros };
    return { ap: VAL_IOUS.map(() => 0), curves };
  }
  const byThreshold = VAL_IOUS.map((_, t) => {
    let hits = 0;
    const precision: number[] = [];
    const recall: number[] = [];
    own.forEach((i, n) => {
      hits += (right[i] >> t) & 1;
      precision.push(hits / (n + 1));
      recall.push(hits / objects);
    });
    return { precision, recall };
  });
  const { precision, recall } = byThreshold[0];
  const negated = own.map((i) => -scores[i]);
  const points = CURVE_X.map((x) => -x);
  const recallOfScore = interpolate(points, negated, recall, 0);
  const precisionOfScore = interpolate(points, negated, precision, 1);
  const f1 = CURVE_X.map((_, x) => {
    const [p, r] = [precisionOfScore[x], recallOfScore[x]];
    return (2 * p * r) / (p + r + 1e-16);
  });
  const envelope = envelopeOf(precision, recall);
  return {
    ap: byThreshold.map((curve) => averagePrecision(envelopeOf(curve.precision, curve.recall))),
    curves: {
      precision: precisionOfScore,
      recall: recallOfScore,
      f1,
      precisionOfRecall: interpolate(CURVE_X, envelope.recall, envelope.precision),
    },
  };
}

/** Precision made monotone from the right, with a start at recall 0 and an end at recall 1. */
function envelopeOf(
  precision: readonly number[],
  recall: readonly number[],
): { precision: number[]; recall: number[] } {
  const p = [1, ...precision, 0, 0];
  for (let i = p.length - 1; i > 0; i--) p[i - 1] = Math.max(p[i - 1], p[i]);
  return { precision: p, recall: [0, ...recall, recall[recall.length - 1], 1] };
}

/** Area under 101 points of the envelope, by trapezoids. */
function averagePrecision({ precision, recall }: { precision: number[]; recall: number[] }): number {
  const y = interpolate(AP_X, recall, precision);
  let area = 0;
  for (let i = 1; i < y.length; i++) area += ((y[i] + y[i - 1]) / 2) * (AP_X[i] - AP_X[i - 1]);
  return area;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function indexOfLargest(values: readonly number[]): number {
  let best = 0;
  values.forEach((value, i) => {
    if (value > values[best]) best = i;
  });
  return best;
}
