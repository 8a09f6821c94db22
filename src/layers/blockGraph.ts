/** What YOLOv8's blocks are written in. A value V stands for one feature map, or for one list of anchors. */

import type { NetworkSettings } from './settings.js';

/** Size and stride of a convolution. */
export interface ConvShape {
  readonly channels: number;
  readonly kernel: 1 | 3;
  readonly stride?: 1 | 2;
}

/**
 * The operations that blocks consist of. `TfjsGraph` makes tfjs layers of them, `ConvSpecGraph` the list of the tensors that a
 * checkpoint must have: a block is written once for both. Names are Ultralytics'.
 */
export interface BlockGraph<V> {
  /** What the blocks compute besides what their tensors say. */
  readonly settings: NetworkSettings;
  /** Convolution, batch norm, activation: [B,H,W,C] -> [B,H/stride,W/stride,channels], zero padding of kernel/2 on every side. */
  conv(name: string, x: V, shape: ConvShape): V;
  /** The plain 1x1 convolution with bias that ends each branch of the head. */
  plainConv(name: string, x: V, channels: number): V;
  /** 2x2 with stride 2 and bias, as many channels out as in. */
  transposedConv(name: string, x: V): V;
  /** The sum of feature maps of one shape. */
  add(name: string, x: readonly V[]): V;
  /** Along the channels. */
  concat(name: string, x: readonly V[]): V;
  /** Some of the channels. */
  slice(name: string, x: V, start: number, size: number): V;
  /** Stride 1, the size stays. */
  maxPool(name: string, x: V, size: number): V;
  /** Twice as high and wide, nearest neighbour. */
  upsample(name: string, x: V): V;
  /** Maps of several levels as one list of anchors. */
  flattenLevels(name: string, x: readonly V[]): V;
  /** See `Dfl`. */
  dfl(name: string, x: V, regMax: number): V;
  /** Gives an output one more name: that of the block which ends in it. */
  name(name: string, x: V): V;
  /** Channels of a feature map. */
  channelsOf(x: V): number;
}
