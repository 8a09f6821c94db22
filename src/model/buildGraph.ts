/** A family's table built row by row, in whatever a graph makes of blocks. */
import type { BlockGraph } from '../layers/blockGraph.js';
import type { SegmentOutputs } from '../layers/segmentHead.js';
import type { Architecture } from './architecture.js';

/** @param image [B,H,W,3]. */
export function buildGraph<V>(graph: BlockGraph<V>, image: V, architecture: Architecture): SegmentOutputs<V> {
  const { family, channels, repeats } = architecture;
  const outputs: V[] = [];
  for (const [i, row] of family.rows.entries()) {
    const inputs = row.from.map((from) => (from >= 0 ? outputs[from] : (outputs.at(-1) ?? image)));
    const size = { channels: channels[row.channels?.nominal ?? 0], repeats: repeats[row.repeats?.nominal ?? 0] };
    outputs.push(row.build(graph, `model.${i}`, inputs, size));
  }
  const levels = family.head.from.map((row) => outputs[row]);
  return family.head.build(graph, family.headName, levels, architecture);
}
