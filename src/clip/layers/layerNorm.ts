/**
 * Layer norm on rows. The layer of tfjs tiles its weights to the input's size, which a graph with dynamic dimensions
 * cannot hold.
 */
import * as tf from '../../runtime/tfjs.js';
import { keepFloat32 } from '../../runtime/compile/precision.js';
import { inputRows, rowWidth } from './linear.js';

/** PyTorch's default, which all CLIP models have. */
const EPSILON = 1e-5;

/**
 * (x - mean) / sqrt(variance + 1e-5) · weight + bias along each row, as torch.nn.LayerNorm (the variance divides by n).
 * [rows, width] -> the same, float32, also in graphs of half precision. Weights: weight [width], bias [width].
 */
export class LayerNorm extends tf.layers.Layer {
  static className = 'FastSamLayerNorm';
  #scale?: tf.LayerVariable;
  #shift?: tf.LayerVariable;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const width = rowWidth(inputShape);
    this.#scale = this.addWeight('weight', [width], 'float32', tf.initializers.ones());
    this.#shift = this.addWeight('bias', [width], 'float32', tf.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = inputRows(inputs);
    return keepFloat32(() => layerNorm(x, this.#scale?.read() as tf.Tensor1D, this.#shift?.read() as tf.Tensor1D));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
}

function layerNorm(x: tf.Tensor2D, scale: tf.Tensor1D, shift: tf.Tensor1D): tf.Tensor {
  return tf.tidy(() => {
    const mean = tf.mean(x, 1, true);
    const centred = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centred), 1, true);
    const unit = tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(unit, scale), shift);
  });
}

tf.serialization.registerClass(LayerNorm);
