/**
 * The network's tfjs layers as TensorFlow operations, channels last. What the layers are and how they hang together is
 * read from the tfjs model, which stays the one definition of the network. No operation names the size of a picture.
 */
import type * as tf from '@tensorflow/tfjs';
import { schedule } from '../../model/forward.js';
import type { Network } from '../../model/network.js';
import type { AttrValue } from '../../runtime/compile/graphDef.js';
import { readWeights, type LayerWeight } from '../layerWeights.js';
import { textAttribute, type Edge, type GraphWriter } from './graphWriter.js';

/** How many pictures the graph takes. */
export interface BatchSize {
  /** A list [B, -1, n] as a shape, B being the number of pictures. */
  listShape(n: number): Edge;
}

/** One layer, to be put down. */
interface Layer {
  readonly name: string;
  /** Channels of its output. */
  readonly channels: number;
  readonly config: tf.serialization.ConfigDict;
  readonly weights: readonly LayerWeight[];
  readonly inputs: readonly Edge[];
  readonly batch: BatchSize;
}

type Emitter = (graph: GraphWriter, layer: Layer) => Edge;

/** The emitter of each kind of layer, by tfjs' name of its class. */
const EMITTERS: Readonly<Record<string, Emitter>> = {
  Conv2D: (graph, layer) => convolution(graph, layer, SAME),
  FastSamStridedConv: (graph, layer) => convolution(graph, layer, STRIDED),
  FastSamSilu: silu,
  FastSamChannelSlice: channelSlice,
  Concatenate: (graph, { name, inputs }) => graph.concat(name, inputs, CHANNELS),
  Add: (graph, { name, inputs }) => graph.add('AddV2', name, inputs),
  MaxPooling2D: maxPool,
  FastSamUpsample: (graph, { name, inputs: [x] }) =>
    depthToSpace(graph, name, graph.concat(`${name}/copies`, [x, x, x, x], CHANNELS)),
  FastSamTransposedConv: transposedConvolution,
  FastSamJoinLevels: joinLevels,
};

const CHANNELS = 3;
const NHWC = { data_format: textAttribute('NHWC') } as const;

interface ConvolutionForm {
  readonly stride: number;
  readonly padding: Readonly<Record<string, AttrValue>>;
}
const SAME: ConvolutionForm = { stride: 1, padding: { padding: textAttribute('SAME') } };
/** One row or column of zeros on each side, as PyTorch has it; TensorFlow's SAME would put them at the end only. */
const STRIDED: ConvolutionForm = {
  stride: 2,
  padding: { padding: textAttribute('EXPLICIT'), explicit_paddings: { list: { i: [0, 0, 1, 1, 1, 1, 0, 0] } } },
};

/** What the network's layers have become. */
export type LayerEdges = ReadonlyMap<tf.SymbolicTensor, Edge>;

/**
 * Puts the whole network down.
 * @param image [B,H,W,3] float32.
 * @returns the edge of every output of every layer.
 */
export async function emitLayers(
  graph: GraphWriter,
  { model }: Network,
  image: Edge,
  batch: BatchSize,
): Promise<LayerEdges> {
  const edges = new Map([[model.inputs[0], image]]);
  for (const output of schedule(model.inputs[0], model.outputs).order) {
    const { sourceLayer: layer } = output;
    const kind = layer.getClassName();
    if (!(kind in EMITTERS)) throw new Error(`layer ${layer.name}: ${kind} has no form in TensorFlow`);
    const inputs = output.inputs.map((source) => edges.get(source) ?? '');
    const channels = Number(output.shape.at(-1));
    const described = { name: layer.name, channels, config: layer.getConfig(), inputs, batch };
    edges.set(output, EMITTERS[kind](graph, { ...described, weights: await readWeights(layer) }));
  }
  return edges;
}

function convolution(graph: GraphWriter, layer: Layer, { stride, padding }: ConvolutionForm): Edge {
  const { name, weights, inputs } = layer;
  const [kernel, bias] = weights;
  const filter = graph.weight(`${name}/kernel`, kernel.values, kernel.shape);
  const product = graph.add('Conv2D', `${name}/product`, [...inputs, filter], {
    strides: { list: { i: [1, stride, stride, 1] } },
    dilations: { list: { i: [1, 1, 1, 1] } },
    ...padding,
    ...NHWC,
  });
  return biasAdd(graph, name, product, bias);
}

function biasAdd(graph: GraphWriter, name: string, x: Edge, bias: LayerWeight): Edge {
  return graph.add('BiasAdd', name, [x, graph.weight(`${name}/bias`, bias.values, bias.shape)], NHWC);
}

function silu(graph: GraphWriter, { name, inputs: [x] }: Layer): Edge {
  return graph.add('Mul', name, [x, graph.add('Sigmoid', `${name}/sigmoid`, [x])]);
}

function channelSlice(graph: GraphWriter, { name, config, inputs: [x] }: Layer): Edge {
  const { start, size } = config as { start: number; size: number };
  return graph.slice(name, x, [0, 0, 0, start], [-1, -1, -1, size]);
}

function maxPool(graph: GraphWriter, { name, config, inputs }: Layer): Edge {
  const [height, width] = config.poolSize as number[];
  return graph.add('MaxPool', name, inputs, {
    ksize: { list: { i: [1, height, width, 1] } },
    strides: { list: { i: [1, 1, 1, 1] } },
    padding: textAttribute('SAME'),
    ...NHWC,
  });
}

function depthToSpace(graph: GraphWriter, name: string, x: Edge): Edge {
  return graph.add('DepthToSpace', name, [x], { block_size: { i: 2 }, ...NHWC });
}

/** One product for the four cells of each window, which are then dealt out. */
function transposedConvolution(graph: GraphWriter, { name, weights: [kernel, bias], inputs: [x] }: Layer): Edge {
  const filter = graph.weight(`${name}/kernel`, kernel.values, kernel.shape);
  const cells = graph.add('Conv2D', `${name}/product`, [x, filter], {
    strides: { list: { i: [1, 1, 1, 1] } },
    dilations: { list: { i: [1, 1, 1, 1] } },
    ...SAME.padding,
    ...NHWC,
  });
  return biasAdd(graph, name, depthToSpace(graph, `${name}/cells`, cells), bias);
}

function joinLevels(graph: GraphWriter, { name, channels, inputs, batch }: Layer): Edge {
  const lists = inputs.map((x) => graph.reshape(`${name}/list`, x, batch.listShape(channels)));
  return graph.concat(name, lists, 1);
}
