/** Some of a map's channels: what C2f hands to its first bottleneck. */
import * as tf from '@tensorflow/tfjs';
import { runsOnTensorFlow, single, singleShape, type LayerArgs } from './customLayer.js';

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
  private readonly start: number;
  private readonly size: number;

  constructor(config: ChannelSliceConfig) {
    super(config);
    this.start = config.start;
    this.size = config.size;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = single(inputs);
    return runsOnTensorFlow() ? this.split(x) : tf.slice(x, [0, 0, 0, this.start], [-1, -1, -1, this.size]);
  }

  /** Names no size but those of channels. */
  private split(x: tf.Tensor4D): tf.Tensor {
    const rest = x.shape[3] - this.start - this.size;
    return tf.tidy(() => {
      const parts = tf.split(
        x,
        [this.start, this.size, rest].filter((size) => size > 0),
        3,
      );
      return parts[this.start > 0 ? 1 : 0];
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, height, width] = singleShape(inputShape);
    return [batch, height, width, this.size];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), start: this.start, size: this.size };
  }
}

tf.serialization.registerClass(ChannelSlice);
