/** From tensors of a batch to the raw anchors of each image. */
import type * as tf from '../runtime/tfjs.js';
import type { RawAnchors } from './detector.js';

/** The outputs of the network for B images, decoded; in any shape that has the images one after the other. */
export interface AnchorTensors {
  /** B·A·4 float32. */
  readonly boxes: tf.Tensor;
  /** B·A·classes float32. */
  readonly probabilities: tf.Tensor;
  /** B·A·classes float32. */
  readonly logits?: tf.Tensor;
  /** B·A·k float32. */
  readonly coefficients: tf.Tensor;
  /** [B,H/4,W/4,k] float32. */
  readonly prototypes: tf.Tensor4D;
}

/** Reads the tensors, which stay the caller's. */
export async function readAnchors(tensors: AnchorTensors, count: number): Promise<RawAnchors[]> {
  const { boxes, probabilities, logits, coefficients, prototypes } = tensors;
  const [, height, width, k] = prototypes.shape;
  const read = await Promise.all(
    [boxes, probabilities, coefficients, prototypes, ...(logits ? [logits] : [])].map(async (tensor) => {
      const values = (await tensor.data()) as Float32Array;
      const size = values.length / count;
      return Array.from({ length: count }, (_, i) => (count === 1 ? values : values.slice(i * size, (i + 1) * size)));
    }),
  );
  return Array.from({ length: count }, (_, i) => {
    const [boxesOf, scores, coefficientsOf, data, logitsOf] = read.map((parts) => parts[i]);
    return {
      boxes: boxesOf,
      scores,
      ...(logits && { logits: logitsOf }),
      coefficients: coefficientsOf,
      prototypes: { data, height, width, k },
    };
  });
}
