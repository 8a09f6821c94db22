/** The arrays of a layer, read from whatever backend holds them. */
import type * as tf from '@tensorflow/tfjs';

/** One array of a layer, in the layout of tfjs. */
export interface LayerWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** All arrays of a layer in tfjs' order; none for layers that have none. */
export function readWeights(layer: tf.layers.Layer): Promise<LayerWeight[]> {
  return Promise.all(
    layer.weights.map(async (weight) => ({
      shape: weight.shape as number[],
      values: (await weight.read().data()) as Float32Array,
    })),
  );
}
