/** SiLU activation. tfjs' own `swish` multiplies by a slope of 1 first, one more pass over every feature map. */
import * as tf from '@tensorflow/tfjs';
import { single } from './customLayer.js';

/** x · sigmoid(x); any shape, float32. */
export class Silu extends tf.layers.Layer {
  static className = 'FastSamSilu';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = single(inputs);
    return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
}

tf.serialization.registerClass(Silu);
