/** What follows each convolution. tfjs' own layers lack some kinds, and its `swish` makes one more pass over the map. */
import * as tf from '../runtime/tfjs.js';
import { silu } from '../runtime/silu.js';
import { single, type LayerArgs } from './customLayer.js';
import type { ActivationKind, ActivationSpec } from './settings.js';

/** What an Activation is made from. */
export interface ActivationConfig extends LayerArgs, ActivationSpec {}

/** PyTorch's module of the same name, element by element; any shape, float32. */
export class Activation extends tf.layers.Layer {
  static className = 'FastSamActivation';
  readonly #kind: ActivationKind;
  readonly #alpha: number | undefined;

  constructor(config: ActivationConfig) {
    super(config);
    this.#kind = kindOf(config.kind);
    this.#alpha = config.alpha;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x: tf.Tensor = single(inputs);
    return tf.tidy(() => FUNCTIONS[this.#kind](x, this.#alpha ?? 1));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const config: tf.serialization.ConfigDict = { ...super.getConfig(), kind: this.#kind };
    return this.#alpha === undefined ? config : { ...config, alpha: this.#alpha };
  }
}

/** tfjs rewrites capitals of texts in saved models: SiLU comes back as siLu. */
const kindOf = (text: string): ActivationKind =>
  (Object.keys(FUNCTIONS) as ActivationKind[]).find((kind) => kind.toLowerCase() === text.toLowerCase()) ??
  (text as ActivationKind);

const FUNCTIONS: Readonly<Record<ActivationKind, (x: tf.Tensor, alpha: number) => tf.Tensor>> = {
  SiLU: silu,
  ReLU: (x) => tf.relu(x),
  ReLU6: (x) => tf.relu6(x),
  LeakyReLU: (x, alpha) => tf.leakyRelu(x, alpha),
  ELU: elu,
  Hardswish: (x) => tf.mul(x, tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6)),
  GELU: gelu,
  Mish: (x) => tf.mul(x, tf.tanh(tf.softplus(x))),
  Tanh: (x) => tf.tanh(x),
  Sigmoid: (x) => tf.sigmoid(x),
  Identity: (x) => tf.clone(x),
};

/** tfjs' `elu` has an alpha of 1. */
function elu(x: tf.Tensor, alpha: number): tf.Tensor {
  if (alpha === 1) return tf.elu(x);
  return tf.add(tf.relu(x), tf.mul(tf.elu(tf.minimum(x, 0)), alpha));
}

/** x·½(1 + erf(x/√2)). */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

tf.serialization.registerClass(Activation);
