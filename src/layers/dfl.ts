/** Distances from distributions: the integral of Distribution Focal Loss (Li et al. 2020, Generalized Focal Loss). */
import * as tf from '../runtime/tfjs.js';
import type { LayerArgs } from './customLayer.js';

/** Sides of a box: left, top, right, bottom. */
const SIDES = 4;

/**
 * The expected bin of each side.
 * @param logits [B,A,4·regMax] float32, `regMax` bins of the left side first, then top, right, bottom.
 * @returns [B,A,4] float32, in bins (units of the level's stride), 0 … regMax-1. With a single bin the logits are the
 *   distances themselves.
 */
export function expectedDistances(logits: tf.Tensor3D, regMax: number): tf.Tensor3D {
  if (regMax === 1) return tf.clone(logits);
  return tf.tidy(() => {
    const bins = tf.softmax(tf.reshape(logits, [-1, regMax])); // [B·A·4, regMax]
    const positions = tf.reshape(tf.range(0, regMax), [regMax, 1]);
    return tf.reshape(tf.matMul(bins, positions), [logits.shape[0], -1, SIDES]);
  });
}

/** What a Dfl is made from. */
export interface DflConfig extends LayerArgs {
  regMax: number;
}

/** [B,A,4·regMax] -> [B,A,4], as `expectedDistances`. */
export class Dfl extends tf.layers.Layer {
  static className = 'FastSamDfl';
  readonly #regMax: number;

  constructor(config: DflConfig) {
    super(config);
    this.#regMax = config.regMax;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return expectedDistances((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D, this.#regMax);
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0], inputShape[1], SIDES];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), regMax: this.#regMax };
  }
}

tf.serialization.registerClass(Dfl);
