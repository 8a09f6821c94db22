/** The residual unit inside C2f. */
import type { BlockGraph } from './blockGraph.js';
import { shortcutOf } from './settings.js';

/**
 * Two 3x3 Convs that keep all channels, [B,H,W,channels] both ways; with `shortcut` the input is added to the result,
 * unless the graph's settings say otherwise of this block.
 */
export function bottleneck<V>(
  graph: BlockGraph<V>,
  name: string,
  x: V,
  { channels, shortcut }: { readonly channels: number; readonly shortcut: boolean },
): V {
  const hidden = graph.conv(`${name}.cv1`, x, { channels, kernel: 3 });
  const y = graph.conv(`${name}.cv2`, hidden, { channels, kernel: 3 });
  const added = shortcutOf(graph.settings, name, shortcut);
  return graph.name(name, added ? graph.add(`${name}.add`, [x, y]) : y);
}
