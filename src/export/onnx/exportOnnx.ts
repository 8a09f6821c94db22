/** A network as an ONNX model, laid out as Ultralytics' own export, so that whatever runs the one runs the other. */
import type * as tf from '../../runtime/tfjs.js';
import type { Network } from '../../model/network.js';
import { INPUT, OUTPUTS, portsOf, type GraphShape, type Port } from '../ports.js';
import { requireProtobufSize } from '../protobufSize.js';
import { walkLayers } from '../walkLayers.js';
import { emitCorners, headPath, type Corners, type InputSize } from './emitBoxes.js';
import { ONNX_EMITTERS } from './emitLayers.js';
import { emitNms } from './emitNms.js';
import { GraphBuilder, type Value } from './graphBuilder.js';
import { encodeModel, type OnnxPort } from './modelProto.js';

/** How to write the model. */
export interface OnnxPlan extends GraphShape {
  /** Weights and feature maps in float16; input, boxes, scores and outputs stay float32. */
  readonly half: boolean;
  /** ONNX operator set. */
  readonly opset: number;
}

/**
 * The bytes of a `.onnx` file.
 *
 * Input `images` [B,3,H,W] float32 RGB 0…1. Outputs: `output0` [B,4+classes+k,A] float32, rows centre x, centre y, width,
 * height (pixels of the input), class scores, k mask coefficients; with `nms` [B,maxDet,6+k]: x1, y1, x2, y2, score,
 * class, coefficients, by descending score, zeros after the last. `output1` [B,k,H/4,W/4]: prototypes.
 * @param network without batch norm layers; stays the caller's.
 * @param metadata strings for the file.
 * @throws FastSAMError `INVALID_ARGUMENT` for a model beyond the 2 GB of a protobuf file.
 */
export async function exportOnnx(
  network: Network,
  plan: OnnxPlan,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const graph = new GraphBuilder(plan.half ? 'float16' : 'float32');
  await emitModel(graph, network, plan);
  requireProtobufSize(graph.initializers.map(({ bytes }) => bytes));
  const { input, outputs } = portsOf(plan, network.architecture, 'channelsFirst');
  return encodeModel({
    name: network.model.name,
    opset: plan.opset,
    producer: 'fastsam-tfjs',
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: [onnxPort(input)],
    outputs: outputs.map(onnxPort),
    metadata,
  });
}

/** From the image to the two outputs. */
async function emitModel(graph: GraphBuilder, network: Network, plan: OnnxPlan): Promise<void> {
  const { model, architecture } = network;
  const image = plan.half ? graph.cast('/images/Cast', INPUT, 'float16') : INPUT;
  const valueOf = await walkLayers(network, image, graph, ONNX_EMITTERS);
  // What follows is computed in float32, whatever the network computes in.
  const widened = (output: tf.SymbolicTensor): Value =>
    plan.half ? graph.cast(`/float32/${output.name}`, valueOf(output), 'float32') : valueOf(output);
  const [logits, classLogits, coefficients] = model.outputs.slice(0, 3).map(widened);
  const size: InputSize = plan.dynamic ? { levels: model.outputs[0].inputs.map(valueOf) } : plan;
  const corners = emitCorners(graph, logits, architecture, size);
  const head = headPath(architecture);
  const scores = graph.add('Sigmoid', `${head}/Sigmoid`, [classLogits]);
  if (plan.nms) {
    const { classes, maskCoefficients } = architecture;
    const inputs = { corners, scores, coefficients, classes, columns: 6 + maskCoefficients };
    emitNms(graph, inputs, plan.nms, OUTPUTS[0]);
  } else {
    const rows = [...centreForm(graph, head, corners), scores, coefficients];
    graph.add('Concat', `${head}/Concat`, rows, { attributes: { axis: 1 }, output: OUTPUTS[0] });
  }
  const prototypes = valueOf(model.outputs[3]);
  if (plan.half) graph.cast('/output1/Cast', prototypes, 'float32', OUTPUTS[1]);
  else graph.add('Identity', '/output1/Identity', [prototypes], { output: OUTPUTS[1] });
}

/** Centre and size, [B,2,A] each. */
function centreForm(graph: GraphBuilder, head: string, { leftTop, rightBottom }: Corners): [Value, Value] {
  const sum = graph.add('Add', `${head}/Add_1`, [leftTop, rightBottom]);
  return [
    graph.add('Div', `${head}/Div`, [sum, graph.floats([2])]),
    graph.add('Sub', `${head}/Sub_1`, [rightBottom, leftTop]),
  ];
}

/** Dynamic sizes go by the names of their axes. */
const onnxPort = ({ name, axes }: Port): OnnxPort => ({
  name,
  shape: axes.map((axis) => (axis.size < 0 ? axis.name : axis.size)),
});
