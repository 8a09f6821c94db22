/** The growing network: blocks add their tfjs layers to it, and every output can be found again by its Ultralytics name. */
import * as tf from '@tensorflow/tfjs';

/** What a tfjs layer takes: an output of the graph, or several. */
export type BlockInput = tf.SymbolicTensor | tf.SymbolicTensor[];

/** Symbolic outputs by name: tfjs layers (`model.0.conv`) and whole blocks (`model.0`). */
export class BlockGraph {
  readonly outputs = new Map<string, tf.SymbolicTensor>();

  /** @param folded whether convolutions carry a bias and no batch norm follows them. */
  constructor(readonly folded: boolean) {}

  /** Applies a layer; its output goes by the layer's name. */
  add(layer: tf.layers.Layer, input: BlockInput): tf.SymbolicTensor {
    return this.name(layer.name, layer.apply(input) as tf.SymbolicTensor);
  }

  /** Gives an output one more name. */
  name(name: string, output: tf.SymbolicTensor): tf.SymbolicTensor {
    this.outputs.set(name, output);
    return output;
  }
}
