/** A network as an ONNX model, laid out as Ultralytics' own export, so that whatever runs the one runs the other. */
import type * as tf from '@tensorflow/tfjs';
import { FastSAMError } from '../../errors.js';
import { checkBoolean, checkInteger, checkNames, checkNumber } from '../../model/checks.js';
import type { Network } from '../../model/network.js';
import { MAX_STRIDE, STRIDES } from '../../model/table.js';
import { emitCorners, type Corners, type InputSize } from './emitBoxes.js';
import { emitNetwork } from './emitLayers.js';
import { emitNms, type NmsLimits } from './emitNms.js';
import { GraphBuilder, type Value } from './graphBuilder.js';
import { onnxMetadata, type OnnxFacts } from './metadata.js';
import { encodeModel, type OnnxPort } from './modelProto.js';

/** Names of the graph's input and outputs, as Ultralytics'. */
const IMAGES = 'images';
const DETECTIONS = 'output0';
const PROTOTYPES = 'output1';

/** Non-maximum suppression as part of the graph; Ultralytics' names and defaults. */
export interface OnnxNms {
  /** Lowest score, 0…1. Default 0.25. */
  readonly conf?: number;
  /** Overlap above which the lower-scored of two boxes of a class goes, 0…1. Default 0.7. */
  readonly iou?: number;
  /** Rows of the output, most objects a picture. Default 300. */
  readonly maxDet?: number;
}

/** How to write the model. */
export interface OnnxOptions {
  /** Pixels of the input, a side or [height, width], multiples of 32. With `dynamic` only noted in the metadata. */
  readonly imgsz: number | readonly [height: number, width: number];
  /** Any batch, height and width (multiples of 32) instead of fixed ones. Default false. */
  readonly dynamic?: boolean;
  /** Pictures at once; with `dynamic` only noted. Default 1. */
  readonly batch?: number;
  /** NMS in the graph: `true` for its defaults. Default false. */
  readonly nms?: boolean | OnnxNms;
  /** Weights and feature maps in float16; input, boxes, scores and outputs stay float32. Default false. */
  readonly half?: boolean;
  /** ONNX operator set, 13…20. Default 18, as Ultralytics 8.4 with torch 2.4 and later. */
  readonly opset?: number;
  /** Class names by index. Default `object`, or `class 0`, `class 1` … where there are several. */
  readonly names?: Readonly<Record<number, string>>;
  /** More strings for the file, such as a checkpoint's licence, version and date; they win over those made here. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a network as ONNX.
 *
 * Input `images` [B,3,H,W] float32 RGB 0…1. Outputs: `output0` [B,4+classes+k,A] float32, rows centre x, centre y, width,
 * height (pixels of the input), class scores, k mask coefficients; with `nms` [B,maxDet,6+k]: x1, y1, x2, y2, score,
 * class, coefficients, by descending score, zeros after the last. `output1` [B,k,H/4,W/4]: prototypes.
 * @param network stays the caller's.
 * @throws FastSAMError `INVALID_ARGUMENT` for options out of range, or a model beyond the 2 GB of a protobuf file.
 */
export async function exportOnnx(network: Network, options: OnnxOptions): Promise<Uint8Array> {
  const plan = planOf(network, options);
  const graph = new GraphBuilder(plan.half ? 'float16' : 'float32');
  await emitModel(graph, network, plan);
  checkSize(graph);
  return encodeModel({
    name: network.model.name,
    opset: plan.opset,
    producer: 'fastsam-tfjs',
    nodes: graph.nodes,
    initializers: graph.initializers,
    ...portsOf(plan),
    metadata: { ...onnxMetadata({ ...plan, nms: plan.nms !== undefined }), ...options.metadata },
  });
}

/** Options, checked, with every default filled in. */
interface Plan extends Omit<OnnxFacts, 'nms'> {
  readonly nms: NmsLimits | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof OnnxOptions>([
  'imgsz',
  'dynamic',
  'batch',
  'nms',
  'half',
  'opset',
  'names',
  'metadata',
]);
/** Earlier ones lack forms of Split, Squeeze and Softmax that are used here. */
const MIN_OPSET = 13;
const MAX_OPSET = 20;
/** Ultralytics' default with torch 2.4 and later. */
const DEFAULT_OPSET = 18;
const MAX_SIDE = 8192;

function planOf({ architecture }: Network, options: OnnxOptions): Plan {
  checkNames(options, KNOWN);
  const { imgsz, nms = false, opset = DEFAULT_OPSET, batch = 1, names = defaultNames(architecture.classes) } = options;
  const [height, width] = typeof imgsz === 'number' ? [imgsz, imgsz] : imgsz;
  return {
    architecture,
    height: checkSide('imgsz, height', height),
    width: checkSide('imgsz, width', width),
    batch: checkInteger('batch', batch, 1, 1024),
    dynamic: checkBoolean('dynamic', options.dynamic ?? false),
    half: checkBoolean('half', options.half ?? false),
    opset: checkInteger('opset', opset, MIN_OPSET, MAX_OPSET),
    names,
    nms: nms === false ? undefined : limitsOf(nms === true ? {} : nms),
  };
}

function checkSide(name: string, value: number): number {
  const side = checkInteger(name, value, MAX_STRIDE, MAX_SIDE);
  if (side % MAX_STRIDE === 0) return side;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `${name}: got ${String(side)}, expected a multiple of ${String(MAX_STRIDE)}`,
  );
}

function limitsOf({ conf = 0.25, iou = 0.7, maxDet = 300 }: OnnxNms): NmsLimits {
  return {
    conf: checkNumber('nms.conf', conf, 0, 1),
    iou: checkNumber('nms.iou', iou, 0, 1),
    maxDet: checkInteger('nms.maxDet', maxDet, 1, 100_000),
  };
}

function defaultNames(classes: number): Record<number, string> {
  if (classes === 1) return { 0: 'object' };
  return Object.fromEntries(Array.from({ length: classes }, (_, i) => [i, `class ${String(i)}`]));
}

/** From the picture to the two outputs. */
async function emitModel(graph: GraphBuilder, network: Network, plan: Plan): Promise<void> {
  const { model, architecture } = network;
  const image = plan.half ? graph.cast('/images/Cast', IMAGES, 'float16') : IMAGES;
  const values = await emitNetwork(graph, network, image);
  const valueOf = (output: tf.SymbolicTensor): Value => values.get(output) ?? '';
  // What follows is computed in float32, whatever the network computes in.
  const [logits, classLogits, coefficients] = model.outputs
    .slice(0, 3)
    .map((output) => (plan.half ? graph.cast(`/float32/${output.name}`, valueOf(output), 'float32') : valueOf(output)));
  const size: InputSize = plan.dynamic ? { levels: model.outputs[0].inputs.map(valueOf) } : plan;
  const corners = emitCorners(graph, logits, architecture.regMax, size);
  const scores = graph.add('Sigmoid', '/model.22/Sigmoid', [classLogits]);
  if (plan.nms) {
    const { classes, maskCoefficients } = architecture;
    const candidates = { corners, scores, coefficients, classes, columns: 6 + maskCoefficients, size };
    emitNms(graph, candidates, plan.nms, DETECTIONS);
  } else {
    emitRows(graph, [...centreForm(graph, corners), scores, coefficients]);
  }
  const prototypes = valueOf(model.outputs[3]);
  if (plan.half) graph.cast('/output1/Cast', prototypes, 'float32', PROTOTYPES);
  else graph.add('Identity', '/output1/Identity', [prototypes], { output: PROTOTYPES });
}

/** Centre and size, [B,2,A] each. */
function centreForm(graph: GraphBuilder, { leftTop, rightBottom }: Corners): [Value, Value] {
  const sum = graph.add('Add', '/model.22/Add_1', [leftTop, rightBottom]);
  return [
    graph.add('Div', '/model.22/Div', [sum, graph.floats([2])]),
    graph.add('Sub', '/model.22/Sub_1', [rightBottom, leftTop]),
  ];
}

function emitRows(graph: GraphBuilder, parts: readonly Value[]): void {
  graph.add('Concat', '/model.22/Concat', parts, { attributes: { axis: 1 }, output: DETECTIONS });
}

function portsOf(plan: Plan): { inputs: OnnxPort[]; outputs: OnnxPort[] } {
  const { dynamic, height, width, architecture, nms } = plan;
  const { classes, maskCoefficients } = architecture;
  const open = (name: string, size: number): number | string => (dynamic ? name : size);
  const batch = open('batch', plan.batch);
  const anchors = STRIDES.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
  const rows = nms ? [nms.maxDet, 6 + maskCoefficients] : [4 + classes + maskCoefficients, open('anchors', anchors)];
  const grid = [open('mask_height', height / 4), open('mask_width', width / 4)];
  return {
    inputs: [{ name: IMAGES, shape: [batch, 3, open('height', height), open('width', width)] }],
    outputs: [
      { name: DETECTIONS, shape: [batch, ...rows] },
      { name: PROTOTYPES, shape: [batch, maskCoefficients, ...grid] },
    ],
  };
}

/** Protocol buffers end here; a model beyond would need its weights in files beside it. */
const MAX_BYTES = 2 ** 31 - 1;
/** For everything but weights. */
const SLACK = 2 ** 24;

function checkSize({ initializers }: GraphBuilder): void {
  const bytes = initializers.reduce((sum, tensor) => sum + tensor.bytes.length, 0);
  if (bytes <= MAX_BYTES - SLACK) return;
  throw new FastSAMError(
    'INVALID_ARGUMENT',
    `ONNX export: got ${String(bytes)} bytes of weights, expected less than 2 GB, all that one ONNX file holds; use half`,
  );
}
