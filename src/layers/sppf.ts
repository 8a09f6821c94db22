/** Spatial pyramid pooling, fast form: one 5x5 pooling applied three times sees 5, 9 and 13 cells. */
import * as tf from '@tensorflow/tfjs';
import type { BlockGraph } from './blockGraph.js';
import { conv } from './conv.js';

const POOL_SIZE = 5;
const POOLINGS = 3;

/** Channels between the two convolutions of an SPPF block whose input has so many. */
export const sppfHidden = (inputChannels: number): number => Math.floor(inputChannels / 2);

/** Channels that `cv2` sees, per channel between the convolutions: the map itself and each pooling. */
export const SPPF_BRANCHES = 1 + POOLINGS;

/** [B,H,W,C] -> [B,H,W,channels]. */
export function sppf(
  graph: BlockGraph,
  name: string,
  x: tf.SymbolicTensor,
  { inputChannels, channels }: { readonly inputChannels: number; readonly channels: number },
): tf.SymbolicTensor {
  const branches = [conv(graph, `${name}.cv1`, x, { channels: sppfHidden(inputChannels), kernel: 1 })];
  for (let i = 0; i < POOLINGS; i++) {
    // 'same' pads both sides alike here, and padding never wins a maximum
    const pool = tf.layers.maxPooling2d({
      name: `${name}.m.${String(i)}`,
      poolSize: POOL_SIZE,
      strides: 1,
      padding: 'same',
    });
    branches.push(graph.add(pool, branches[i]));
  }
  const all = graph.add(tf.layers.concatenate({ name: `${name}.all` }), branches);
  return graph.name(name, conv(graph, `${name}.cv2`, all, { channels, kernel: 1 }));
}
