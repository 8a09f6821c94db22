/** The residual unit inside C2f. */
import * as tf from '@tensorflow/tfjs';
import type { BlockGraph } from './blockGraph.js';
import { conv } from './conv.js';

/** Two 3x3 Convs that keep all channels, [B,H,W,channels] both ways; with `shortcut` the input is added to the result. */
export function bottleneck(
  graph: BlockGraph,
  name: string,
  x: tf.SymbolicTensor,
  { channels, shortcut }: { readonly channels: number; readonly shortcut: boolean },
): tf.SymbolicTensor {
  const hidden = conv(graph, `${name}.cv1`, x, { channels, kernel: 3 });
  const y = conv(graph, `${name}.cv2`, hidden, { channels, kernel: 3 });
  return graph.name(name, shortcut ? graph.add(tf.layers.add({ name: `${name}.add` }), [x, y]) : y);
}
