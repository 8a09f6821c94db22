/**
 * Convolution of stride 2 with one row or column of zeros on each side. The padding that tfjs calls 'same' would put them
 * at the bottom and on the right only, half a cell off; and a padding layer before the convolution would copy the map.
 */
import * as tf from '../runtime/tfjs.js';
import { single, singleShape, type LayerArgs } from './customLayer.js';

const KERNEL_SIZE = 3;
const STRIDE = 2;
const PADDING: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/** What a StridedConv is made from. */
export interface StridedConvConfig extends LayerArgs {
  /** Channels of the output. */
  filters: number;
  useBias: boolean;
}

/** [B,H,W,C] -> [B,ceil(H/2),ceil(W/2),filters], float32. Weights: kernel [3,3,C,filters], and bias [filters] if used. */
export class StridedConv extends tf.layers.Layer {
  static className = 'FastSamStridedConv';
  readonly #filters: number;
  readonly #useBias: boolean;
  #kernel?: tf.LayerVariable;
  #bias?: tf.LayerVariable;

  constructor(config: StridedConvConfig) {
    super(config);
    this.#filters = config.filters;
    this.#useBias = config.useBias;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = singleShape(inputShape)[3];
    const zeros = tf.initializers.zeros();
    this.#kernel = this.addWeight('kernel', [KERNEL_SIZE, KERNEL_SIZE, channels, this.#filters], 'float32', zeros);
    if (this.#useBias) this.#bias = this.addWeight('bias', [this.#filters], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.fused.conv2d({
      x: single(inputs),
      filter: this.#kernel?.read() as tf.Tensor4D,
      strides: STRIDE,
      pad: PADDING,
      dimRoundingMode: 'floor',
      bias: this.#bias?.read(),
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, height, width] = singleShape(inputShape);
    const halved = (size: number | null): number | null => (size === null ? null : Math.ceil(size / STRIDE));
    return [batch, halved(height), halved(width), this.#filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.#filters, useBias: this.#useBias };
  }
}

tf.serialization.registerClass(StridedConv);
