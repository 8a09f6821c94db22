/** Operations with tensors where tfjs has numbers, so that a graph can take these as inputs. TensorFlow's backend only. */
import type * as tf from '../tfjs.js';
import { tensorFlowBackend } from './backend.js';

/** When `nonMaxSuppressionV3` stops and what it drops. */
export interface SuppressionLimits {
  /** int32 scalar: most boxes kept. */
  readonly maxOutputs: tf.Scalar;
  /** float32 scalar: a box is dropped when its IoU with a kept one is greater. */
  readonly iou: tf.Scalar;
  /** float32 scalar: only boxes that score more are looked at. */
  readonly score: tf.Scalar;
}

/**
 * Greedy suppression by TensorFlow's NonMaxSuppressionV3.
 * Among equal scores the box that comes first wins. A box without area overlaps none.
 * @param boxes [N,4] float32, two opposite corners each (x1, y1, x2, y2 or with y first: both axes count alike).
 * @param scores [N] float32.
 * @returns int32 [kept], indices into `boxes` by descending score.
 */
export function nonMaxSuppressionV3(
  boxes: tf.Tensor2D,
  scores: tf.Tensor1D,
  { maxOutputs, iou, score }: SuppressionLimits,
): tf.Tensor1D {
  const backend = tensorFlowBackend();
  const T = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT };
  return backend.executeSingleOutput(
    'NonMaxSuppressionV3',
    [T],
    [boxes, scores, maxOutputs, iou, score],
  ) as tf.Tensor1D;
}

/**
 * Bilinear resize with half-pixel centres to a size that is a tensor.
 * @param images [B,H,W,C] float32.
 * @param size int32 [2]: height, width.
 * @returns float32 [B,height,width,C].
 */
export function resizeBilinear(images: tf.Tensor4D, size: tf.Tensor1D): tf.Tensor4D {
  const backend = tensorFlowBackend();
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  const attrs = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'half_pixel_centers', type: TF_ATTR_BOOL, value: true },
  ];
  return backend.executeSingleOutput('ResizeBilinear', attrs, [images, size]) as tf.Tensor4D;
}

/**
 * Product of two matrices by TensorFlow's MatMul, which its optimizer fuses with a bias behind it; tfjs-node takes
 * BatchMatMulV2, for which it does not.
 * @param a [M,K] float32.
 * @param b [K,N] float32.
 * @returns float32 [M,N].
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const backend = tensorFlowBackend();
  const { TF_ATTR_TYPE, TF_ATTR_BOOL, TF_FLOAT } = backend.binding;
  const attrs = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'transpose_a', type: TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: TF_ATTR_BOOL, value: false },
  ];
  return backend.executeSingleOutput('MatMul', attrs, [a, b]) as tf.Tensor2D;
}
