/** Spatial pyramid pooling, fast form: one pooling of 5x5 (or as the settings say), three times, sees 5, 9 and 13 cells. */
import type { BlockGraph } from './blockGraph.js';

const POOLINGS = 3;

/** [B,H,W,C] -> [B,H,W,channels]. */
export function sppf<V>(graph: BlockGraph<V>, name: string, x: V, { channels }: { readonly channels: number }): V {
  const { pool } = graph.settings;
  const hidden = Math.floor(graph.channelsOf(x) / 2);
  const branches = [graph.conv(`${name}.cv1`, x, { channels: hidden, kernel: 1 })];
  for (let i = 0; i < POOLINGS; i++) branches.push(graph.maxPool(`${name}.m.${i}`, branches[i], pool));
  const all = graph.concat(`${name}.all`, branches);
  return graph.name(name, graph.conv(`${name}.cv2`, all, { channels, kernel: 1 }));
}
