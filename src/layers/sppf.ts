/** Spatial pyramid pooling, fast form: one 5x5 pooling applied three times sees 5, 9 and 13 cells. */
import type { BlockGraph } from './blockGraph.js';

const POOL_SIZE = 5;
const POOLINGS = 3;

/** [B,H,W,C] -> [B,H,W,channels]. */
export function sppf<V>(graph: BlockGraph<V>, name: string, x: V, { channels }: { readonly channels: number }): V {
  const hidden = Math.floor(graph.channelsOf(x) / 2);
  const branches = [graph.conv(`${name}.cv1`, x, { channels: hidden, kernel: 1 })];
  for (let i = 0; i < POOLINGS; i++) branches.push(graph.maxPool(`${name}.m.${i}`, branches[i], POOL_SIZE));
  const all = graph.concat(`${name}.all`, branches);
  return graph.name(name, graph.conv(`${name}.cv2`, all, { channels, kernel: 1 }));
}
