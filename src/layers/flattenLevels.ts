/** The three levels of a head as one list of anchors. */
import * as tf from '../runtime/tfjs.js';
import type { MapShape } from './customLayer.js';

/**
 * Maps [B,Hi,Wi,C] -> [B,A,C] with A = Σ Hi·Wi: level after level, each row by row from the left, any type.
 */
export class FlattenLevels extends tf.layers.Layer {
  static className = 'FastSamFlattenLevels';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const levels = (Array.isArray(inputs) ? inputs : [inputs]) as tf.Tensor4D[];
    return tf.tidy(() =>
      tf.concat(
        levels.map((level) => tf.reshape(level, [level.shape[0], -1, level.shape[3]])),
        1,
      ),
    );
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const levels = inputShape as MapShape[];
    const cells = levels.map(([, height, width]) => (height === null || width === null ? null : height * width));
    const anchors = cells.reduce((sum, n) => (sum === null || n === null ? null : sum + n), 0);
    return [levels[0][0], anchors, levels[0][3]];
  }
}

tf.serialization.registerClass(FlattenLevels);
