/** What the layers of this folder share that tfjs has no layer for. */
import * as tf from '../runtime/tfjs.js';

/** Arguments that every tfjs layer takes (name, dtype …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** [batch, height, width, channels], null where it is only known when the layer runs. */
export type MapShape = [number | null, number | null, number | null, number];

/** The one tensor that a layer with a single input was called with. */
export function single(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor4D {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
}

/** The one shape that a layer with a single input was built with. */
export function singleShape(shape: tf.Shape | tf.Shape[]): MapShape {
  return (Array.isArray(shape[0]) ? shape[0] : shape) as MapShape;
}
