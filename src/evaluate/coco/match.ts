/** One image, one category: which detections hit which objects, by COCO's greedy rule. */
import { sharedPixels, type Runs } from './runs.js';

/** Where an object or a detection lies. */
export interface Shape {
  /** Left, top, width, height in pixels. */
  readonly box: readonly number[];
  /** Pixels, by which it belongs to area ranges. */
  readonly area: number;
  /** Present where masks are compared. */
  readonly runs: Runs | undefined;
}

/** An object of the ground truth. */
export interface Truth extends Shape {
  readonly crowd: boolean;
  /** Counts neither as found nor as missed. */
  readonly ignored: boolean;
}

/** A crowd region takes detections by the share of the detection inside it, not by the IoU. */
function quotient(shared: number, detection: number, truth: number, crowd: boolean): number {
  return shared / (crowd ? detection : detection + truth - shared);
}

function boxIou(d: readonly number[], g: readonly number[], crowd: boolean): number {
  const w = Math.min(d[2] + d[0], g[2] + g[0]) - Math.max(d[0], g[0]);
  if (w <= 0) return 0;
  const h = Math.min(d[3] + d[1], g[3] + g[1]) - Math.max(d[1], g[1]);
  if (h <= 0) return 0;
  return quotient(w * h, d[2] * d[3], g[2] * g[3], crowd);
}

function maskIou(d: Runs, g: Runs, crowd: boolean): number {
  const apart = d.box[0] >= g.box[2] || g.box[0] >= d.box[2] || d.box[1] >= g.box[3] || g.box[1] >= d.box[3];
  const shared = apart ? 0 : sharedPixels(d, g);
  return shared === 0 ? 0 : quotient(shared, d.area, g.area, crowd);
}

/** IoU of every detection with every object: `detections.length` rows. */
export function iouMatrix(detections: readonly Shape[], truths: readonly Truth[]): Float64Array {
  const table = new Float64Array(detections.length * truths.length);
  let at = 0;
  for (const d of detections) {
    for (const g of truths) {
      table[at++] = d.runs && g.runs ? maskIou(d.runs, g.runs, g.crowd) : boxIou(d.box, g.box, g.crowd);
    }
  }
  return table;
}

/** An area range, as pycocotools has it: objects below `low` or above `high` do not count. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const outside = (area: number, range: Range): boolean => area < range.low || area > range.high;

/** Bits of a threshold in `Matches.flags`: the low half says "hit", the high half "does not count". */
export const IGNORED_SHIFT = 16;

/** What became of the detections of one image. */
export interface Matches {
  /** One word a detection: bit t: it hit an object at threshold t; bit 16 + t: it does not count there. */
  readonly flags: Uint32Array;
  /** Objects that count. */
  readonly counted: number;
}

/**
 * Matches detections, best first, at every threshold: each takes the free object of the largest IoU from the threshold
 * on; objects that count go before those that do not, and a crowd region is never used up. Of equal IoUs the later object
 * wins, as in pycocotools.
 * @param ious from `iouTable`.
 */
export function matchDetections(
  ious: Float64Array,
  detections: readonly Shape[],
  truths: readonly Truth[],
  thresholds: readonly number[],
  range: Range,
): Matches {
  const skipped = truths.map((g) => g.ignored || outside(g.area, range));
  const order = [...truths.keys()].filter((i) => !skipped[i]);
  const counted = order.length;
  for (const i of truths.keys()) if (skipped[i]) order.push(i);
  const flags = new Uint32Array(detections.length);
  const taken = new Int32Array(truths.length); // bit t: used up at threshold t
  const lowest = Math.min(...thresholds);
  detections.forEach((detection, d) => {
    const row = ious.subarray(d * truths.length, (d + 1) * truths.length);
    const candidates = order.filter((g) => row[g] >= Math.min(lowest, NEARLY_ONE));
    const missed = outside(detection.area, range) ? 1 << IGNORED_SHIFT : 0;
    for (let t = 0; t < thresholds.length; t++) {
      const g = candidates.length === 0 ? -1 : best(candidates, row, thresholds[t], t, { truths, skipped, taken });
      if (g < 0) flags[d] |= missed << t;
      else {
        flags[d] |= (skipped[g] ? 1 | (1 << IGNORED_SHIFT) : 1) << t;
        taken[g] |= 1 << t;
      }
    }
  });
  return { flags, counted };
}

/** A threshold of 1 must be reachable. */
const NEARLY_ONE = 1 - 1e-10;

interface State {
  readonly truths: readonly Truth[];
  readonly skipped: readonly boolean[];
  readonly taken: Int32Array;
}

/** The object that a detection takes at threshold number `t`; -1 for none. */
function best(candidates: readonly number[], row: Float64Array, threshold: number, t: number, state: State): number {
  const { truths, skipped, taken } = state;
  let iou = Math.min(threshold, NEARLY_ONE);
  let found = -1;
  for (const g of candidates) {
    if ((taken[g] >>> t) & 1 && !truths[g].crowd) continue;
    if (found >= 0 && !skipped[found] && skipped[g]) break;
    if (row[g] < iou) continue;
    iou = row[g];
    found = g;
  }
  return found;
}
