/** Twice as high and wide, nearest neighbour. */
import * as tf from '../runtime/tfjs.js';
import { runsOnTensorFlow } from '../runtime/tensorFlow.js';
import { single, singleShape } from './customLayer.js';

/** [B,H,W,C] -> [B,2H,2W,C], float32. */
export class Upsample extends tf.layers.Layer {
  static className = 'FastSamUpsample';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = single(inputs);
    if (runsOnTensorFlow()) return upsampleByDepthToSpace(x);
    return tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return doubled(inputShape);
  }
}

/** The same without naming a size: four copies of each cell are dealt out. */
export function upsampleByDepthToSpace(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => tf.depthToSpace(tf.concat([x, x, x, x], 3), 2));
}

/** The shape of a map of twice the height and width. */
export function doubled(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
  const [batch, height, width, channels] = singleShape(inputShape);
  return [batch, height === null ? null : 2 * height, width === null ? null : 2 * width, channels];
}

tf.serialization.registerClass(Upsample);
