/**
 * Greedy non-maximum suppression, exact, with the overlaps computed as tensors on the active backend.
 *
 * Candidates are taken in blocks by descending score. A block is first held against the boxes kept so far; among the
 * rest, "who survives" is the fixed point of Cluster-NMS (Zheng et al. 2020, arXiv 2005.03572): start with everybody
 * alive, and again and again let those alive suppress the worse boxes that they overlap. The fixed point is unique and
 * is what the greedy loop gives, since it is settled from the best box downwards. Memory: a few arrays of
 * `BLOCK * max(BLOCK, maxDet)` floats, however many candidates there are.
 */
import * as tf from '@tensorflow/tfjs';
import { invalidArgument } from '../errors.js';
import { boxEdges, iouExcess } from './pairwiseIou.js';
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
/**
 * Boxes of class c are moved by c times this many pixels, as in Ultralytics. Boxes of two classes can still overlap where the
 * network's input is larger than this, or boxes reach beyond it.
 */
const CLASS_OFFSET = 7680;
/** Candidates that are compared at a time. On wasm 128 to 512 take about the same. */
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
  const moved = classes ? tf.tidy(() => offsetByClass(boxes, classes)) : tf.clone(boxes);
  try {
    const iou = floorToFloat32(options.iou);
    const kept: number[] = [];
    for (let start = 0; start < order.length && kept.length < maxDet; start += BLOCK) {
      const block = [...order.subarray(start, start + BLOCK)];
      const fresh = await notSuppressed(moved, kept, block, iou);
      kept.push(...(await survivors(moved, fresh, iou)));
    }
    return Int32Array.from(kept.slice(0, maxDet));
  } finally {
    moved.dispose();
  }
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

/** The largest float32 that is not above a number: `v > x` for a float32 `v` and a double `x`, in float32. */
export function floorToFloat32(x: number): number {
  const nearest = Math.fround(x);
  if (nearest <= x) return nearest;
  const bits = new Int32Array(new Float32Array([nearest]).buffer);
  return new Float32Array(new Int32Array([bits[0] - 1]).buffer)[0];
}

/** [A,4]: boxes moved by their class times the offset, so that boxes of different classes lie apart. */
export function offsetByClass(boxes: tf.Tensor2D, classes: tf.Tensor1D): tf.Tensor2D {
  return tf.add(boxes, tf.expandDims(tf.mul(tf.cast(classes, 'float32'), CLASS_OFFSET), 1));
}

/** Those rows of `block` that no kept box suppresses. */
async function notSuppressed(
  boxes: tf.Tensor2D,
  kept: readonly number[],
  block: readonly number[],
  iou: number,
): Promise<readonly number[]> {
  if (kept.length === 0) return block;
  const strongest = tf.tidy(() => tf.max(iouExcess(boxEdges(boxes, block), boxEdges(boxes, kept), iou), 1));
  try {
    const excess = await strongest.data();
    return block.filter((_, i) => excess[i] === 0);
  } finally {
    strongest.dispose();
  }
}

/** Those of the rows, which come by descending score, that greedy suppression among them keeps. */
async function survivors(boxes: tf.Tensor2D, rows: readonly number[], iou: number): Promise<readonly number[]> {
  const m = rows.length;
  if (m < 2) return rows;
  // [m,m]: above 0 where the box of the row suppresses the worse one of the column, else 0.
  const suppression = tf.tidy(() => {
    const edges = boxEdges(boxes, rows);
    return tf.mul<tf.Tensor2D>(iouExcess(edges, edges, iou), aboveDiagonal(m));
  });
  let alive = new Float32Array(m).fill(1);
  try {
    for (;;) {
      const next = await iterate(alive, suppression);
      if (next.settled) return rows.filter((_, i) => next.alive[i] === 1);
      alive = next.alive;
    }
  } finally {
    suppression.dispose();
  }
}

/** Some rounds of Cluster-NMS; `settled` if the last of them changed nothing. */
async function iterate(
  start: Float32Array<ArrayBuffer>,
  suppression: tf.Tensor2D,
): Promise<{ alive: Float32Array<ArrayBuffer>; settled: boolean }> {
  const m = start.length;
  const lastTwo = tf.tidy(() => {
    let before = tf.tensor2d(start, [1, m]);
    let after = round(before, suppression);
    for (let i = 1; i < ROUNDS; i++) [before, after] = [after, round(after, suppression)];
    return tf.concat([before, after], 0);
  });
  try {
    const values = Float32Array.from(await lastTwo.data());
    const alive = values.slice(m);
    return { alive, settled: alive.every((value, i) => value === values[i]) };
  } finally {
    lastTwo.dispose();
  }
}

/** One round: [1,m] of 1 for those that nobody alive suppresses, else 0. */
function round(alive: tf.Tensor2D, suppression: tf.Tensor2D): tf.Tensor2D {
  return tf.cast(tf.equal(tf.matMul(alive, suppression), 0), 'float32');
}

/** [m,m]: 1 above the diagonal, else 0. */
function aboveDiagonal(m: number): tf.Tensor2D {
  const values = new Float32Array(m * m);
  for (let row = 0; row < m; row++) values.fill(1, row * m + row + 1, (row + 1) * m);
  return tf.tensor2d(values, [m, m]);
}
