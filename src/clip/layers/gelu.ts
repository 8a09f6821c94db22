/** The two activations of CLIP models. */
import * as tf from '../../runtime/tfjs.js';
import { gelu } from '../../layers/activation.js';
import { single, type LayerArgs } from '../../layers/customLayer.js';
import type { ClipActivation } from '../weights/config.js';

/** What a Gelu is made from. */
export interface GeluConfig extends LayerArgs {
  kind: ClipActivation;
}

/** `quick_gelu`: x·σ(1.702x); `gelu`: x·½(1 + erf(x/√2)). Any shape, float32. */
export class Gelu extends tf.layers.Layer {
  static className = 'FastSamGelu';
  readonly #kind: ClipActivation;

  constructor(config: GeluConfig) {
    super(config);
    this.#kind = config.kind;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x: tf.Tensor = single(inputs);
    return tf.tidy(() => (this.#kind === 'quick_gelu' ? quickGelu(x) : gelu(x)));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), kind: this.#kind };
  }
}

function quickGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}

tf.serialization.registerClass(Gelu);
