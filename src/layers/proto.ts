/** The prototype branch of the head: masks are mixed from its output (YOLACT's idea, FastSAM paper section 3.1). */
import type { BlockGraph } from './blockGraph.js';

/** [B,H,W,C] at stride 8 -> prototypes [B,2H,2W,prototypes] at stride 4. */
export function proto<V>(
  graph: BlockGraph<V>,
  name: string,
  x: V,
  { channels, prototypes }: { readonly channels: number; readonly prototypes: number },
): V {
  const y = graph.conv(`${name}.cv1`, x, { channels, kernel: 3 });
  const larger = graph.transposedConv(`${name}.upsample`, y);
  const smooth = graph.conv(`${name}.cv2`, larger, { channels, kernel: 3 });
  return graph.name(name, graph.conv(`${name}.cv3`, smooth, { channels: prototypes, kernel: 1 }));
}
