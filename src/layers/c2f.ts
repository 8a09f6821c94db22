/** YOLOv8's C2f: a chain of bottlenecks whose every link reaches the last convolution. */
import type { BlockGraph } from './blockGraph.js';
import { bottleneck } from './bottleneck.js';

/** Size of a C2f block. */
export interface C2fShape {
  readonly channels: number;
  /** Number of bottlenecks. */
  readonly repeats: number;
  /** Whether each bottleneck adds its input. */
  readonly shortcut: boolean;
}

/**
 * [B,H,W,C] -> [B,H,W,channels]. `cv1` makes two halves, the bottlenecks `m.0`, `m.1` … continue the second one, `cv2`
 * sees both halves and every bottleneck's output.
 */
export function c2f<V>(graph: BlockGraph<V>, name: string, x: V, shape: C2fShape): V {
  const hidden = Math.floor(shape.channels / 2);
  const halves = graph.conv(`${name}.cv1`, x, { channels: 2 * hidden, kernel: 1 });
  const chain = [halves]; // both halves stay together: that is how they are concatenated below
  let y = graph.slice(`${name}.half`, halves, hidden, hidden);
  for (let i = 0; i < shape.repeats; i++) {
    y = bottleneck(graph, `${name}.m.${i}`, y, { channels: hidden, shortcut: shape.shortcut });
    chain.push(y);
  }
  const all = graph.concat(`${name}.all`, chain);
  return graph.name(name, graph.conv(`${name}.cv2`, all, { channels: shape.channels, kernel: 1 }));
}
