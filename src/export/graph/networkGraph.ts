/** A network with decoded boxes as a TensorFlow graph, of which SavedModel and tfjs graph model are two spellings. */
import { anchorGrid } from '../../model/decode.js';
import type { Network } from '../../model/network.js';
import { DATA_TYPE, shapeProto, type GraphFile, type PortDef } from '../../runtime/compile/graphDef.js';
import { emitCentreBoxes, emitCorners, fixedAnchors, openAnchors } from './emitDecode.js';
import { emitLayers, type BatchSize } from './emitLayers.js';
import { emitNms, type NmsLimits } from './emitNms.js';
import { GraphWriter, INT, type Edge } from './graphWriter.js';

/** What the graph takes and gives. */
export interface GraphShape {
  readonly height: number;
  readonly width: number;
  readonly batch: number;
  /** Any height, width and (but with NMS) batch instead of these. */
  readonly dynamic: boolean;
  /** NMS inside the graph; for one picture at a time. */
  readonly nms?: NmsLimits;
}

/** A graph and which of its constants are trained weights. */
export interface NetworkGraph extends GraphFile {
  readonly weights: ReadonlySet<string>;
}

/** Names of the graph's input and outputs, as in Ultralytics' exports. */
export const INPUT = 'images';
export const OUTPUTS = ['output0', 'output1'] as const;

/**
 * Input `images` [B,H,W,3] float32 RGB 0…1. Outputs `output0` [B,4+classes+k,A], rows centre x, centre y, width, height
 * (pixels of the input), class scores, mask coefficients, or with `nms` what `emitNms` gives; `output1`
 * [B,H/4,W/4,k] prototypes.
 */
export async function networkGraph(network: Network, shape: GraphShape): Promise<NetworkGraph> {
  const graph = new GraphWriter();
  const input = inputShape(shape);
  const image = graph.addPlain('Placeholder', INPUT, [], {
    dtype: { type: DATA_TYPE.float32 },
    shape: { shape: shapeProto(input) },
  });
  const batch = input[0] < 0 ? openBatch(graph, image) : fixedBatch(graph, shape.batch);
  const edges = await emitLayers(graph, network, image, batch);
  const [boxes, classes, coefficients, prototypes] = network.model.outputs.map((output) => edges.get(output) ?? '');
  const levels = network.model.outputs[0].inputs.map((level) => edges.get(level) ?? '');
  const anchors = shape.dynamic ? openAnchors(graph, levels) : fixedAnchors(graph, shape.height, shape.width);
  const { regMax, classes: classCount, maskCoefficients: k } = network.architecture;
  const corners = emitCorners(graph, boxes, regMax, anchors, batch);
  const scores = graph.add('Sigmoid', 'scores', [classes]);
  const predictions = shape.nms
    ? emitNms(graph, { ...corners, scores, classes: classCount, coefficients, k }, shape.nms)
    : graph.add('Transpose', 'predictions', [
        graph.concat('rows', [emitCentreBoxes(graph, corners), scores, coefficients], 2),
        graph.ints([0, 2, 1]),
      ], { Tperm: INT }); // prettier-ignore
  const results = [predictions, prototypes];
  const shapes = outputShapes(shape, classCount, k);
  const outputs = OUTPUTS.map((name, i): [string, PortDef] => [
    name,
    port(graph.add('Identity', name, [results[i]]), shapes[i]),
  ]);
  return {
    nodes: graph.nodes,
    inputs: { [INPUT]: port(image, input) },
    outputs: Object.fromEntries(outputs),
    weights: graph.weights,
  };
}

/** Shape of the input, -1 where any size fits. */
export function inputShape({ batch, height, width, dynamic, nms }: GraphShape): readonly number[] {
  if (!dynamic) return [batch, height, width, 3];
  return [nms ? 1 : -1, -1, -1, 3]; // NMS is for one picture
}

/** Shapes of the outputs, -1 where any size fits. */
export function outputShapes(
  { batch, height, width, dynamic, nms }: GraphShape,
  classes: number,
  k: number,
): readonly [readonly number[], readonly number[]] {
  const open = (size: number): number => (dynamic ? -1 : size);
  const predictions = nms
    ? [1, nms.maxDet, 6 + k]
    : [open(batch), 4 + classes + k, open(anchorGrid(height, width).strides.length)];
  return [predictions, [nms ? 1 : open(batch), open(height / 4), open(width / 4), k]];
}

const port = (edge: Edge, shape: readonly number[]): PortDef => ({
  name: `${edge}:0`,
  dtype: DATA_TYPE.float32,
  tensor_shape: shapeProto(shape),
});

function fixedBatch(graph: GraphWriter, batch: number): BatchSize {
  return { listShape: (n) => graph.ints([batch, -1, n]) };
}

/** Reads the number of pictures when the graph runs. */
function openBatch(graph: GraphWriter, image: Edge): BatchSize {
  const whole = graph.add('Shape', 'batch/shape', [image], { out_type: INT });
  const count = graph.addPlain('Slice', 'batch/count', [whole, graph.ints([0]), graph.ints([1])], {
    T: INT,
    Index: INT,
  });
  return {
    listShape: (n) =>
      graph.addPlain('ConcatV2', 'batch/listShape', [count, graph.ints([-1, n]), graph.ints(0)], {
        N: { i: 2 },
        T: INT,
        Tidx: INT,
      }),
  };
}
