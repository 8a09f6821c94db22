/** A network with decoded boxes as a TensorFlow graph, of which SavedModel and tfjs graph model are two spellings. */
import type { Network } from '../../model/network.js';
import { DATA_TYPE, shapeProto, type GraphFile, type PortDef } from '../../runtime/compile/graphDef.js';
import { portsOf, sizesOf, type GraphShape, type Port } from '../ports.js';
import { walkLayers } from '../walkLayers.js';
import { emitCentreBoxes, emitCorners, fixedAnchors, dynamicAnchors } from './emitDecode.js';
import { tensorFlowEmitters, type BatchSize } from './emitLayers.js';
import { emitNms } from './emitNms.js';
import { GraphWriter, INT, type Edge } from './graphWriter.js';

/** A graph and which of its constants are trained weights. */
export interface NetworkGraph extends GraphFile {
  readonly weights: ReadonlySet<string>;
}

/**
 * Input `images` [B,H,W,3] float32 RGB 0…1. Outputs `output0` [B,4+classes+k,A], rows centre x, centre y, width, height
 * (pixels of the input), class scores, mask coefficients, or with `nms` what `emitNms` gives; `output1`
 * [B,H/4,W/4,k] prototypes.
 */
export async function networkGraph(network: Network, shape: GraphShape): Promise<NetworkGraph> {
  const graph = new GraphWriter();
  const { model, architecture } = network;
  const { input, outputs } = portsOf(shape, architecture, 'channelsLast');
  const image = graph.addPlain('Placeholder', input.name, [], {
    dtype: { type: DATA_TYPE.float32 },
    shape: { shape: shapeProto(sizesOf(input)) },
  });
  const batch = input.axes[0].size < 0 ? dynamicBatch(graph, image) : fixedBatch(graph, input.axes[0].size);
  const edgeOf = await walkLayers<GraphWriter, Edge>(network, image, graph, tensorFlowEmitters(batch));
  const [boxes, classes, coefficients, prototypes] = model.outputs.map(edgeOf);
  const levels = model.outputs[0].inputs.map(edgeOf);
  const { family, regMax, classes: classCount, maskCoefficients: k } = architecture;
  const anchors = shape.dynamic
    ? dynamicAnchors(graph, levels, family.head.strides)
    : fixedAnchors(graph, shape.height, shape.width, family.head.strides);
  const corners = emitCorners(graph, boxes, regMax, anchors, batch);
  const scores = graph.add('Sigmoid', 'scores', [classes]);
  const predictions = shape.nms
    ? emitNms(graph, { ...corners, scores, classes: classCount, coefficients, k }, shape.nms)
    : graph.add('Transpose', 'predictions', [
        graph.concat('rows', [emitCentreBoxes(graph, corners), scores, coefficients], 2),
        graph.ints([0, 2, 1]),
      ], { Tperm: INT }); // prettier-ignore
  const results = [predictions, prototypes];
  return {
    nodes: graph.nodes,
    inputs: { [input.name]: portDef(image, input) },
    outputs: Object.fromEntries(
      outputs.map((port, i) => [port.name, portDef(graph.add('Identity', port.name, [results[i]]), port)]),
    ),
    weights: graph.weights,
  };
}

const portDef = (edge: Edge, port: Port): PortDef => ({
  name: `${edge}:0`,
  dtype: DATA_TYPE.float32,
  tensor_shape: shapeProto(sizesOf(port)),
});

function fixedBatch(graph: GraphWriter, batch: number): BatchSize {
  return { listShape: (n) => graph.ints([batch, -1, n]) };
}

/** Reads the number of images when the graph runs. */
function dynamicBatch(graph: GraphWriter, image: Edge): BatchSize {
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
