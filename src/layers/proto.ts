/** The prototype branch of the head: masks are mixed from its output (YOLACT's idea, FastSAM paper section 3.1). */
import * as tf from '@tensorflow/tfjs';
import type { BlockGraph } from './blockGraph.js';
import { conv } from './conv.js';
import { TransposedConv } from './transposedConv.js';

/** [B,H,W,C] at stride 8 -> prototypes [B,2H,2W,prototypes] at stride 4. */
export function proto(
  graph: BlockGraph,
  name: string,
  x: tf.SymbolicTensor,
  { channels, prototypes }: { readonly channels: number; readonly prototypes: number },
): tf.SymbolicTensor {
  const y = conv(graph, `${name}.cv1`, x, { channels, kernel: 3 });
  const larger = graph.add(new TransposedConv({ name: `${name}.upsample` }), y);
  const smooth = conv(graph, `${name}.cv2`, larger, { channels, kernel: 3 });
  return graph.name(name, conv(graph, `${name}.cv3`, smooth, { channels: prototypes, kernel: 1 }));
}
