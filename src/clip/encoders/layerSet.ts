/** The tfjs layers of an encoder with their weights, by the names under which the weights are published. */
import * as tf from '../../runtime/tfjs.js';
import { usableWeights } from '../../weights/finite.js';
import { elementCount, type StateDict } from '../../weights/tensor.js';

/** Owns the layers that are added to it. */
export class LayerSet {
  readonly #layers: tf.layers.Layer[] = [];
  readonly #tensors: StateDict;

  /** @param tensors hold every tensor that will be read. */
  constructor(tensors: StateDict) {
    this.#tensors = tensors;
  }

  /**
   * Values of a published tensor; do not write into them.
   * @throws FastSAMError `INVALID_CHECKPOINT` for what is no usable number.
   */
  values(name: string): Float32Array {
    return usableWeights(name, this.#tensors.get(name)?.toFloat32() ?? new Float32Array());
  }

  /**
   * Builds a layer for rows of a width and sets its weights, in the layer's order.
   * @param weights makes the tensors, which are disposed afterwards.
   */
  add<L extends tf.layers.Layer>(layer: L, inputWidth: number, weights: () => tf.Tensor[]): L {
    layer.build([null, inputWidth]);
    this.#layers.push(layer);
    tf.tidy(() => {
      layer.setWeights(weights());
    });
    return layer;
  }

  /** A published vector. */
  vector(name: string): tf.Tensor1D {
    return tf.tensor1d(this.values(name));
  }

  /** A published matrix, by default as it is stored: torch.nn.Linear's are [outputs, inputs]. */
  matrix(name: string): tf.Tensor2D {
    const shape = this.#tensors.get(name)?.shape ?? [0, 0];
    return tf.tensor2d(this.values(name), [shape[0], elementCount(shape.slice(1))]);
  }

  /** The weights of all layers by unique names. */
  weights(): Record<string, tf.Tensor> {
    return Object.fromEntries(this.#layers.flatMap(({ weights }) => weights.map((w) => [w.name, w.read()])));
  }

  /** Frees the weights. */
  dispose(): void {
    for (const layer of this.#layers.splice(0)) for (const weight of layer.weights) weight.dispose();
  }
}
