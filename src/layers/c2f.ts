/** YOLOv8's C2f: a chain of bottlenecks whose every link reaches the last convolution. */
import * as tf from '@tensorflow/tfjs';
import type { BlockGraph } from './blockGraph.js';
import { bottleneck } from './bottleneck.js';
import { ChannelSlice } from './channelSlice.js';
import { conv } from './conv.js';

/** Size of a C2f block. */
export interface C2fShape {
  readonly channels: number;
  /** Number of bottlenecks. */
  readonly repeats: number;
  /** Whether each bottleneck adds its input. */
  readonly shortcut: boolean;
}

/** Channels of each bottleneck in a C2f with so many channels. */
export const c2fHidden = (channels: number): number => Math.floor(channels / 2);

/**
 * [B,H,W,C] -> [B,H,W,channels]. `cv1` makes two halves, the bottlenecks `m.0`, `m.1` … continue the second one, `cv2`
 * sees both halves and every bottleneck's output.
 */
export function c2f(graph: BlockGraph, name: string, x: tf.SymbolicTensor, shape: C2fShape): tf.SymbolicTensor {
  const hidden = c2fHidden(shape.channels);
  const halves = conv(graph, `${name}.cv1`, x, { channels: 2 * hidden, kernel: 1 });
  const chain = [halves]; // both halves stay together: that is how they are concatenated below
  let y = graph.add(new ChannelSlice({ name: `${name}.half`, start: hidden, size: hidden }), halves);
  for (let i = 0; i < shape.repeats; i++) {
    y = bottleneck(graph, `${name}.m.${String(i)}`, y, { channels: hidden, shortcut: shape.shortcut });
    chain.push(y);
  }
  const all = graph.add(tf.layers.concatenate({ name: `${name}.all` }), chain);
  return graph.name(name, conv(graph, `${name}.cv2`, all, { channels: shape.channels, kernel: 1 }));
}
