/** The head's raw outputs as boxes in pixels, in TensorFlow operations: what `model/decode.ts` does on tensors. */
import { anchorGrid } from '../../model/decode.js';
import type { BatchSize } from './emitLayers.js';
import { INT, type Edge, type GraphWriter } from './graphWriter.js';

const FLAG_OFF = { b: false } as const;

/** Where the predictions stand: cell centres [1,A,2] and cell sides [1,A,1], pixels of the input. */
export interface AnchorEdges {
  readonly centres: Edge;
  readonly strides: Edge;
}

/** The anchors of an image size that is known now. */
export function fixedAnchors(
  graph: GraphWriter,
  height: number,
  width: number,
  levelStrides: readonly number[],
): AnchorEdges {
  const { centres, strides } = anchorGrid(height, width, levelStrides);
  return {
    centres: graph.floats('anchors/centres', centres, [1, strides.length, 2]),
    strides: graph.floats('anchors/strides', strides, [1, strides.length, 1]),
  };
}

/**
 * The anchors of whatever size the maps have when the graph runs. Counting ones along an axis numbers the cells, so that
 * no size has to be read back from the device.
 * @param levels maps [B,H/s,W/s,C] of the head's strides s.
 */
export function dynamicAnchors(graph: GraphWriter, levels: readonly Edge[], strides: readonly number[]): AnchorEdges {
  const parts = levels.map((level, i) => {
    const name = `anchors/${i}`;
    const channel = graph.slice(`${name}/map`, level, [0, 0, 0, 0], [1, -1, -1, 1]);
    const ones = graph.add('OnesLike', `${name}/ones`, [channel]);
    const count = (axis: number): Edge =>
      graph.add('Cumsum', `${name}/count`, [ones, graph.ints(axis)], {
        Tidx: INT,
        exclusive: FLAG_OFF,
        reverse: FLAG_OFF,
      });
    const scale = scalar(graph, `${name}/stride`, strides[i]);
    const cells = graph.add('Sub', `${name}/cells`, [
      graph.concat(`${name}/numbers`, [count(2), count(1)], 3), // x runs along the width
      scalar(graph, `${name}/half`, 0.5),
    ]);
    return {
      centres: graph.reshape(`${name}/centreList`, graph.add('Mul', `${name}/centres`, [cells, scale]), [1, -1, 2]),
      strides: graph.reshape(`${name}/strideList`, graph.add('Mul', `${name}/strides`, [ones, scale]), [1, -1, 1]),
    };
  });
  return {
    centres: graph.concat('anchors/centres', parts.map(({ centres }) => centres), 1), // prettier-ignore
    strides: graph.concat('anchors/strides', parts.map(({ strides }) => strides), 1), // prettier-ignore
  };
}

/** Two opposite corners of every anchor's box, [B,A,2] each, pixels of the input. */
export interface Corners {
  readonly leftTop: Edge;
  readonly rightBottom: Edge;
}

/** @param logits [B,A,4·regMax], as `RawOutputs.boxes`. */
export function emitCorners(
  graph: GraphWriter,
  logits: Edge,
  regMax: number,
  { centres, strides }: AnchorEdges,
  batch: BatchSize,
): Corners {
  const distances = graph.add('Mul', 'boxes/pixels', [expectedDistances(graph, logits, regMax, batch), strides]);
  const half = (name: string, start: number): Edge => graph.slice(name, distances, [0, 0, start], [-1, -1, 2]);
  return {
    leftTop: graph.add('Sub', 'boxes/leftTop', [centres, half('boxes/leftTopSides', 0)]),
    rightBottom: graph.add('AddV2', 'boxes/rightBottom', [centres, half('boxes/rightBottomSides', 2)]),
  };
}

/** The expected bin of each side, [B,A,4], see `layers/dfl.ts`. */
function expectedDistances(graph: GraphWriter, logits: Edge, regMax: number, batch: BatchSize): Edge {
  if (regMax === 1) return logits;
  const bins = graph.add('Softmax', 'boxes/bins', [graph.reshape('boxes/logits', logits, [-1, regMax])]);
  const positions = graph.floats(
    'boxes/positions',
    Float32Array.from({ length: regMax }, (_, bin) => bin),
    [regMax, 1],
  );
  const means = graph.add('MatMul', 'boxes/means', [bins, positions], {
    transpose_a: FLAG_OFF,
    transpose_b: FLAG_OFF,
  });
  return graph.reshape('boxes/distances', means, batch.listShape(4));
}

/** Centre x, centre y, width, height: [B,A,4]. */
export function emitCentreBoxes(graph: GraphWriter, { leftTop, rightBottom }: Corners): Edge {
  const sum = graph.add('AddV2', 'boxes/sum', [leftTop, rightBottom]);
  const centre = graph.add('Mul', 'boxes/centre', [sum, scalar(graph, 'boxes/half', 0.5)]);
  return graph.concat('boxes/xywh', [centre, graph.add('Sub', 'boxes/size', [rightBottom, leftTop])], 2);
}

/** A float32 constant. */
export function scalar(graph: GraphWriter, name: string, value: number): Edge {
  return graph.floats(name, Float32Array.of(value), []);
}
