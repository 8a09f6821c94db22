/** Greedy non-maximum suppression, exact: the choices of `torchvision.ops.nms` on the CPU. */
import { invalidArgument } from '../errors.js';
import { rankCandidates } from './rank.js';

/** Options of `nonMaxSuppression`. */
export interface NmsOptions {
  /** Candidates score strictly above this, 0…1. */
  readonly conf: number;
  /** A box goes when its IoU with a better one that stays is strictly above this, 0…1. */
  readonly iou: number;
  /** Most boxes that are kept. */
  readonly maxDet: number;
  /** Most candidates; the best are taken. Default 30,000, as Ultralytics has it. */
  readonly maxNms?: number;
  /** `A` class numbers. Boxes of different classes do not suppress each other. Default: all of one class. */
  readonly classes?: Int32Array;
}

/** What suppression decided; all are rows of the boxes. */
export interface Suppression {
  /** Those that stay, best first. */
  readonly kept: Int32Array;
  /** For each of `kept`, best first, the boxes that went because of it: no better one that stays overlaps them too much. */
  readonly suppressed: readonly Int32Array[];
}

/** Most candidates, as Ultralytics has it. */
export const MAX_NMS = 30_000;
/**
 * Boxes of class c are moved by c times this many pixels, as in Ultralytics. Boxes of two classes can still overlap where the
 * network's input is larger than this, or boxes reach beyond it.
 */
export const CLASS_OFFSET = 7680;

/**
 * The survivors, best first: float32 IoU = inter / (a + b - inter), equal scores in the order of the anchors, IoU equal to
 * the threshold is kept, pairs without area (NaN) are kept.
 * @param boxes `A * 4` xyxy in any pixels.
 * @param scores `A`.
 * @returns rows of `boxes`, at most `maxDet`.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range.
 */
export function nonMaxSuppression(boxes: Float32Array, scores: Float32Array, options: NmsOptions): Int32Array {
  const candidates = candidatesOf(boxes, scores, options);
  const { rows, length } = candidates;
  const kept: number[] = [];
  for (let i = 0; i < length && kept.length < options.maxDet; i++) {
    if (suppressorOf(candidates, i, kept, options.iou) < 0) kept.push(i);
  }
  return Int32Array.from(kept, (i) => rows[i]);
}

/**
 * As `nonMaxSuppression`, and which boxes went because of which.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range.
 */
export function suppression(boxes: Float32Array, scores: Float32Array, options: NmsOptions): Suppression {
  const candidates = candidatesOf(boxes, scores, options);
  const { rows, length } = candidates;
  const kept: number[] = [];
  const suppressed: number[][] = [];
  for (let i = 0; i < length; i++) {
    const by = suppressorOf(candidates, i, kept, options.iou);
    if (by >= 0) suppressed[by].push(rows[i]);
    else if (kept.length < options.maxDet) {
      kept.push(i);
      suppressed.push([]);
    }
  }
  return {
    kept: Int32Array.from(kept, (i) => rows[i]),
    suppressed: suppressed.map((list) => Int32Array.from(list)),
  };
}

/** The largest float32 that is not above a number: `v > x` for a float32 `v` and a double `x`, in float32. */
export function floorToFloat32(x: number): number {
  const nearest = Math.fround(x);
  if (nearest <= x) return nearest;
  const bits = new Int32Array(new Float32Array([nearest]).buffer);
  return new Float32Array(new Int32Array([bits[0] - 1]).buffer)[0];
}

/** The boxes that are looked at, best first; those of different classes lie apart. */
interface Candidates {
  /** Their rows. */
  readonly rows: Int32Array;
  readonly length: number;
  readonly left: Float32Array;
  readonly top: Float32Array;
  readonly right: Float32Array;
  readonly bottom: Float32Array;
  /** Width times height, as it comes out; negative or 0 for boxes that are no boxes. */
  readonly area: Float32Array;
}

function candidatesOf(boxes: Float32Array, scores: Float32Array, options: NmsOptions): Candidates {
  const { conf, maxNms = MAX_NMS, classes } = options;
  checkOptions(options, maxNms);
  const rows = rankCandidates(scores, conf, maxNms);
  const { length } = rows;
  const side = (at: number): Float32Array =>
    Float32Array.from(rows, (row) => boxes[4 * row + at] + Math.fround((classes?.[row] ?? 0) * CLASS_OFFSET));
  const [left, top, right, bottom] = [0, 1, 2, 3].map(side);
  const area = new Float32Array(length);
  for (let i = 0; i < length; i++) area[i] = Math.fround(right[i] - left[i]) * Math.fround(bottom[i] - top[i]);
  return { rows, length, left, top, right, bottom, area };
}

function checkOptions({ conf, iou, maxDet }: NmsOptions, maxNms: number): void {
  const fraction = (value: number): boolean => value >= 0 && value <= 1;
  const count = (value: number): boolean => Number.isInteger(value) && value >= 0;
  if (fraction(conf) && fraction(iou) && count(maxDet) && count(maxNms)) return;
  throw invalidArgument(
    `nonMaxSuppression: got conf ${conf}, iou ${iou}, maxDet ${maxDet}, maxNms ${maxNms}, expected fractions from 0 ` +
      'to 1 and whole numbers from 0 on',
  );
}

/** The best of the kept candidates that overlaps candidate `i` too much: its place in `kept`, or -1. */
function suppressorOf(candidates: Candidates, i: number, kept: readonly number[], iou: number): number {
  const { left, top, right, bottom, area } = candidates;
  const [x1, y1, x2, y2, own] = [left[i], top[i], right[i], bottom[i], area[i]];
  for (let k = 0; k < kept.length; k++) {
    const j = kept[k];
    const width = Math.fround(Math.min(x2, right[j]) - Math.max(x1, left[j]));
    const height = Math.fround(Math.min(y2, bottom[j]) - Math.max(y1, top[j]));
    if (!(width > 0 && height > 0)) continue; // 0 is above no threshold, NaN neither
    const inter = Math.fround(width * height);
    const union = Math.fround(Math.fround(own + area[j]) - inter);
    if (Math.fround(inter / union) > iou) return k;
  }
  return -1;
}
