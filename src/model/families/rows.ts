/** The rows of a layer table. A row names the block that it builds; a family may bring rows of its own. */
import type { BlockGraph } from '../../layers/blockGraph.js';
import { c2f as c2fBlock } from '../../layers/c2f.js';
import { sppf as sppfBlock } from '../../layers/sppf.js';

/** Real size of a row's block. */
export interface RowSize {
  readonly channels: number;
  readonly repeats: number;
}

/** A size before scaling, and the convolution by which a checkpoint shows what it really is. */
export interface NominalSize {
  readonly nominal: number;
  /** Name of the convolution, without what it lies in. */
  readonly conv: string;
}

/** One layer of a network. */
export interface LayerRow {
  /** Ultralytics' class of the block. */
  readonly kind: string;
  /** Rows whose outputs are the block's inputs. -1 is the row before; before row 0 that is the image. */
  readonly from: readonly number[];
  /** Channels of the output, and the convolution inside the block that makes them. None for blocks without one. */
  readonly channels?: NominalSize;
  /** Repeats of the block's unit `m.0`, `m.1` …, and the first convolution inside the unit. None for blocks without one. */
  readonly repeats?: NominalSize;
  /** Builds the block in whatever the graph makes of it. */
  build<V>(graph: BlockGraph<V>, name: string, inputs: readonly V[], size: RowSize): V;
}

const PREVIOUS = [-1] as const;

/** 3x3 convolution of stride 2. */
export const conv = (channels: number): LayerRow => ({
  kind: 'Conv',
  from: PREVIOUS,
  channels: { nominal: channels, conv: 'conv' },
  build: (graph, name, [x], size) => graph.conv(name, x, { channels: size.channels, kernel: 3, stride: 2 }),
});

/** See `layers/c2f.ts`. @param shortcut whether each bottleneck adds its input. */
export const c2fRow = (channels: number, repeats: number, shortcut = false): LayerRow => ({
  kind: 'C2f',
  from: PREVIOUS,
  channels: { nominal: channels, conv: 'cv2.conv' },
  repeats: { nominal: repeats, conv: 'cv1.conv' },
  build: (graph, name, [x], size) => c2fBlock(graph, name, x, { ...size, shortcut }),
});

/** See `layers/sppf.ts`. */
export const sppfRow = (channels: number): LayerRow => ({
  kind: 'SPPF',
  from: PREVIOUS,
  channels: { nominal: channels, conv: 'cv2.conv' },
  build: (graph, name, [x], size) => sppfBlock(graph, name, x, size),
});

/** Twice as high and wide, nearest neighbour. */
export const upsample = (): LayerRow => ({
  kind: 'Upsample',
  from: PREVIOUS,
  build: (graph, name, [x]) => graph.upsample(name, x),
});

/** The row before, then row `skip`, along the channels. */
export const concat = (skip: number): LayerRow => ({
  kind: 'Concat',
  from: [-1, skip],
  build: (graph, name, inputs) => graph.concat(name, inputs),
});
