/**
 * Overlaps of every box of one list with every box of another, as tensors.
 *
 * The operations are chosen for tfjs's wasm backend, whose `maximum`, `minimum` and comparisons take 10 ns an element,
 * and 100 ns where they have to spread a row or a column over a matrix, while addition (spread or not), clipping and
 * pooling go through vector code at 0.3 to 1.5 ns. All of them are exact, so the choice changes no bit of a result.
 */
import * as tf from '@tensorflow/tfjs';

/** Edges of boxes, each [n]: the right and lower ones negated, so that an intersection is a maximum on every side. */
export interface Edges {
  readonly left: tf.Tensor1D;
  readonly top: tf.Tensor1D;
  readonly minusRight: tf.Tensor1D;
  readonly minusBottom: tf.Tensor1D;
  /** Width times height, as it comes out; negative or 0 for boxes that are no boxes. */
  readonly area: tf.Tensor1D;
}

/** Unions below this are taken for it: the smallest normal float32. Two boxes without area then overlap by 0. */
const SMALLEST_UNION = 2 ** -126;
const LARGEST_UNION = (2 - 2 ** -23) * 2 ** 127;

/** The edges of some rows of [A,4] xyxy boxes. */
export function boxEdges(boxes: tf.Tensor2D, rows: readonly number[]): Edges {
  const found = tf.gather(boxes, tf.tensor1d(Int32Array.from(rows), 'int32'));
  const [left, top, right, bottom] = tf.unstack(found, 1) as tf.Tensor1D[];
  const area = tf.mul<tf.Tensor1D>(tf.sub(right, left), tf.sub(bottom, top));
  return { left, top, minusRight: tf.neg(right), minusBottom: tf.neg(bottom), area };
}

/**
 * [p,q] float32: by how much the IoU of box p of `a` and box q of `b` is above the threshold, 0 where it is not; above 0
 * exactly where `torchvision.ops.nms` suppresses, whose float32 operations these are, in their order.
 * @param threshold a float32.
 */
export function iouExcess(a: Edges, b: Edges, threshold: number): tf.Tensor2D {
  const width = extent(pairwiseMaximum(a.left, b.left), pairwiseMaximum(a.minusRight, b.minusRight));
  const height = extent(pairwiseMaximum(a.top, b.top), pairwiseMaximum(a.minusBottom, b.minusBottom));
  const inter = tf.mul(width, height);
  const areas = tf.add(tf.expandDims(a.area, 1), tf.expandDims(b.area, 0));
  const union = tf.clipByValue(tf.sub(areas, inter), SMALLEST_UNION, LARGEST_UNION);
  return tf.relu(tf.sub(tf.div(inter, union), threshold));
}

/** From the lower edge and the negated upper one to a length, 0 where the upper lies below the lower. */
function extent(lower: tf.Tensor2D, minusUpper: tf.Tensor2D): tf.Tensor2D {
  return tf.relu(tf.neg(tf.add(lower, minusUpper)));
}

/** [p,q]: the larger of a[p] and b[q]: both spread over a matrix by adding them to zeros, then pooled. */
function pairwiseMaximum(a: tf.Tensor1D, b: tf.Tensor1D): tf.Tensor2D {
  const [p, q] = [a.size, b.size];
  const columns = tf.reshape(tf.concat([a, tf.zerosLike(a)]), [2, p, 1]);
  const rows = tf.reshape(tf.concat([tf.zerosLike(b), b]), [2, 1, q]);
  const both: tf.Tensor4D = tf.reshape(tf.add(columns, rows), [1, 2, 1, p * q]);
  return tf.reshape(tf.maxPool(both, [2, 1], 1, 'valid'), [p, q]);
}
