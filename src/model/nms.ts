/**
 * Greedy non-maximum suppression, exact, with the overlaps computed as tensors on the active backend.
 *
 * Candidates are taken in blocks by descending score. A block is first held against the boxes kept so far; among the
 * rest, "who survives" is the fixed point of Cluster-NMS (Zheng et al. 2020, arXiv 2005.03572): start with everybody
 * alive, and again and again let those alive strike out the worse boxes that they overlap. The fixed point is unique and
 * is what the greedy loop gives, since it is settled from the best box downwards. Memory: a few arrays of
 * `BLOCK * max(BLOCK, maxDet)` floats, however many candidates there are.
 */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError } from '../errors.js';
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
  /** [A] int32. Boxes of different classes do not suppress each other. Default: all of one class. */
  readonly classes?: tf.Tensor1D;
}

const MAX_NMS = 30_000;
/** Boxes of class c are moved by c times this many pixels, so that classes never overlap (Ultralytics). */
const CLASS_OFFSET = 7680;
/** Candidates that are compared at a time; measured fastest on wasm among powers of two. */
const BLOCK = 256;
/** Rounds of Cluster-NMS between two looks at the result: a look costs a GPU more than a round. */
const ROUNDS = 4;

/**
 * The survivors, best first, with the choices of `torchvision.ops.nms` on the CPU: float32 IoU = inter / (a + b - inter),
 * equal scores in the order of the anchors, IoU equal to the threshold is kept, pairs without area (NaN) are kept.
 * @param boxes [A,4] float32 xyxy in any pixels; stays the caller's, as `scores` and `classes`.
 * @param scores [A] float32.
 * @returns rows of `boxes`, at most `maxDet`.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range.
 */
export async function nonMaxSuppression(
  boxes: tf.Tensor2D,
  scores: tf.Tensor1D,
  options: NmsOptions,
): Promise<Int32Array> {
  const { conf, maxDet, maxNms = MAX_NMS, classes } = options;
  checkOptions(options, maxNms);
  // Sorting is done here and not by tf.topk: that is stable on no backend by contract, and slow on several, while the
  // scores are a few kilobytes.
  const order = rankCandidates((await scores.data()) as Float32Array, conf, maxNms);
  if (order.length === 0) return order;
  const candidates = tf.tidy(() => gatherCandidates(boxes, order, classes));
  try {
    const iou = floorToFloat32(options.iou);
    const kept: number[] = [];
    for (let start = 0; start < order.length && kept.length < maxDet; start += BLOCK) {
      const end = Math.min(start + BLOCK, order.length);
      const fresh = await notSuppressed(candidates, kept, start, end, iou);
      kept.push(...(await survivors(candidates, fresh, iou)));
    }
    return Int32Array.from(kept.slice(0, maxDet), (place) => order[place]);
  } finally {
    candidates.dispose();
  }
}

function checkOptions({ conf, iou, maxDet }: NmsOptions, maxNms: number): void {
  const fraction = (value: number): boolean => value >= 0 && value <= 1;
  const count = (value: number): boolean => Number.isInteger(value) && value >= 0;
  if (fraction(conf) && fraction(iou) && count(maxDet) && count(maxNms)) return;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `nonMaxSuppression: got conf ${conf}, iou ${iou}, maxDet ${maxDet}, maxNms ${maxNms}, expected fractions from 0 ` +
      'to 1 and whole numbers from 0 on',
  );
}

/** The largest float32 that is not above a number: `v > x` for a float32 `v` and a double `x`, in float32. */
function floorToFloat32(x: number): number {
  const nearest = Math.fround(x);
  if (nearest <= x) return nearest;
  const bits = new Int32Array(new Float32Array([nearest]).buffer);
  return new Float32Array(new Int32Array([bits[0] - 1]).buffer)[0];
}

/** [n,4]: the candidates' boxes by descending score, moved apart by class. */
function gatherCandidates(boxes: tf.Tensor2D, order: Int32Array, classes?: tf.Tensor1D): tf.Tensor2D {
  const rows = tf.tensor1d(order, 'int32');
  const found = tf.gather(boxes, rows);
  if (!classes) return found;
  return tf.add(found, tf.mul(tf.cast(tf.gather(classes, rows), 'float32').expandDims(1), CLASS_OFFSET));
}

/** The places from `start` to `end` (exclusive) whose boxes no kept box suppresses. */
async function notSuppressed(
  candidates: tf.Tensor2D,
  kept: readonly number[],
  start: number,
  end: number,
  iou: number,
): Promise<number[]> {
  const places = Array.from({ length: end - start }, (_, i) => start + i);
  if (kept.length === 0) return places;
  const struck = tf.tidy(() => {
    const block = tf.slice(candidates, [start, 0], [end - start, 4]);
    return tf.any(overlaps(block, rowsAt(candidates, kept), iou), 1);
  });
  try {
    const values = await struck.data();
    return places.filter((_, i) => values[i] === 0);
  } finally {
    struck.dispose();
  }
}

/** Those of the places that greedy suppression among them keeps. */
async function survivors(candidates: tf.Tensor2D, places: readonly number[], iou: number): Promise<number[]> {
  if (places.length < 2) return [...places];
  // [m,m]: -1 where the box of the row strikes out the one of the column, else 0.
  const strikes = tf.tidy(() => {
    const boxes = rowsAt(candidates, places);
    const rank = tf.range(0, places.length);
    const better = tf.less(tf.expandDims(rank, 1), tf.expandDims(rank, 0));
    return tf.neg<tf.Tensor2D>(tf.cast(tf.logicalAnd(better, overlaps(boxes, boxes, iou)), 'float32'));
  });
  let alive = tf.ones([1, places.length]) as tf.Tensor2D;
  try {
    for (;;) {
      const looks = tf.tidy(() => {
        let before = alive;
        let after = round(before, strikes);
        for (let i = 1; i < ROUNDS; i++) [before, after] = [after, round(after, strikes)];
        return tf.concat([before, after], 0);
      });
      alive.dispose();
      const [values, last] = tf.tidy(() => [looks, tf.slice(looks, [1, 0], [1, places.length])]);
      alive = last;
      try {
        const both = await values.data();
        const settled = places.every((_, i) => both[i] === both[places.length + i]);
        if (settled) return places.filter((_, i) => both[i] > 0);
      } finally {
        values.dispose();
      }
    }
  } finally {
    alive.dispose();
    strikes.dispose();
  }
}

/** One round of Cluster-NMS: [1,m] of 1 for those that nobody alive strikes out, else 0. */
function round(alive: tf.Tensor2D, strikes: tf.Tensor2D): tf.Tensor2D {
  return tf.relu(tf.add(tf.matMul(alive, strikes), 1));
}

function rowsAt(candidates: tf.Tensor2D, places: readonly number[]): tf.Tensor2D {
  return tf.gather(candidates, tf.tensor1d(Int32Array.from(places), 'int32'));
}

/** [p,q] bool: whether the IoU of box p of `a` with box q of `b` is above the threshold. */
function overlaps(a: tf.Tensor2D, b: tf.Tensor2D, threshold: number): tf.Tensor2D {
  const [ax1, ay1, ax2, ay2] = tf.split(a, 4, 1); // [p,1]
  const [bx1, by1, bx2, by2] = tf.split(tf.transpose(b), 4, 0); // [1,q]
  const areaA = tf.mul(tf.sub(ax2, ax1), tf.sub(ay2, ay1));
  const areaB = tf.mul(tf.sub(bx2, bx1), tf.sub(by2, by1));
  const width = tf.relu(tf.sub(tf.minimum(ax2, bx2), tf.maximum(ax1, bx1)));
  const height = tf.relu(tf.sub(tf.minimum(ay2, by2), tf.maximum(ay1, by1)));
  const inter = tf.mul(width, height);
  // The operations and their order are those of torchvision, so that float32 rounds to the same value.
  const union = tf.sub(tf.add(areaA, areaB), inter);
  return tf.greater(tf.div(inter, union), threshold);
}
