/** The table's rows, laid one after another in whatever the blocks are written in. */
import type { BlockGraph } from '../layers/blockGraph.js';
import { c2f } from '../layers/c2f.js';
import { segmentHead, type SegmentOutputs } from '../layers/segmentHead.js';
import { sppf } from '../layers/sppf.js';
import type { Architecture } from './architecture.js';
import { YOLOV8_SEG, type LayerRow } from './table.js';

/** @param image [B,H,W,3]. */
export function layNetwork<V>(graph: BlockGraph<V>, image: V, architecture: Architecture): SegmentOutputs<V> {
  const rows: V[] = [];
  for (const [i, row] of YOLOV8_SEG.entries()) {
    const name = `model.${i}`;
    if (row.block === 'segment') return segmentHead(graph, name, row.from.map((from) => rows[from]), architecture); // prettier-ignore
    rows.push(layRow(graph, name, row, i === 0 ? image : rows[i - 1], rows, architecture));
  }
  throw new Error('the table has no head');
}

function layRow<V>(
  graph: BlockGraph<V>,
  name: string,
  row: Exclude<LayerRow, { block: 'segment' }>,
  x: V,
  rows: readonly V[],
  { channels, repeats }: Architecture,
): V {
  switch (row.block) {
    case 'conv':
      return graph.conv(name, x, { channels: channels[row.channels], kernel: 3, stride: 2 });
    case 'c2f':
      return c2f(graph, name, x, { ...row, channels: channels[row.channels], repeats: repeats[row.repeats] });
    case 'sppf':
      return sppf(graph, name, x, { channels: channels[row.channels] });
    case 'upsample':
      return graph.upsample(name, x);
    case 'concat':
      return graph.concat(name, [x, rows[row.skip]]);
  }
}
