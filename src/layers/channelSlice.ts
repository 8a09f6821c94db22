/** Some of a map's channels: what C2f hands to its first bottleneck. */
import * as tf from '../runtime/tfjs.js';
import { runsOnTensorFlow } from '../runtime/tensorFlow.js';
import { single, singleShape, type LayerArgs } from './customLayer.js';

/** What a ChannelSlice is made from. */
export interface ChannelSliceConfig extends LayerArgs {
  /** First channel. */
  start: number;
  /** Number of channels. */
  size: number;
}

/** [B,H,W,C] -> [B,H,W,size], any type. */
export class ChannelSlice extends tf.layers.Layer {
  static className = 'FastSamChannelSlice';
  readonly #start: number;
  readonly #size: number;

  constructor(config: ChannelSliceConfig) {
    super(config);
    this.#start = config.start;
    this.#size = config.size;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = single(inputs);
    if (runsOnTensorFlow()) return sliceBySplit(x, this.#start, this.#size);
    return tf.slice(x, [0, 0, 0, this.#start], [-1, -1, -1, this.#size]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, height, width] = singleShape(inputShape);
    return [batch, height, width, this.#size];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), start: this.#start, size: this.#size };
  }
}

/** The same without naming a size other than channels. */
export function sliceBySplit(x: tf.Tensor4D, start: number, size: number): tf.Tensor4D {
  const rest = x.shape[3] - start - size;
  return tf.tidy(() => {
    const parts = tf.split<tf.Tensor4D>(
      x,
      [start, size, rest].filter((channels) => channels > 0),
      3,
    );
    return parts[start > 0 ? 1 : 0];
  });
}

tf.serialization.registerClass(ChannelSlice);
