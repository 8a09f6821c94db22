/**
 * The network's tfjs layers as TensorFlow operations, channels last. What the layers are and how they hang together is
 * read from the tfjs model, which stays the one definition of the network. No operation names the size of an image.
 */
import type { ActivationSpec } from '../../layers/settings.js';
import type { AttrValue } from '../../runtime/compile/graphDef.js';
import type { Emitters, LayerWeight, NetworkLayer } from '../walkLayers.js';
import { emitActivation } from './emitActivation.js';
import { textAttribute, type Edge, type GraphWriter } from './graphWriter.js';

/** How many images the graph takes. */
export interface BatchSize {
  /** A list [B, -1, n] as a shape, B being the number of images. */
  listShape(n: number): Edge;
}

type Layer = NetworkLayer<Edge>;

/** The TensorFlow form of each kind of layer, in a graph for so many images. */
export const tensorFlowEmitters = (batch: BatchSize): Emitters<GraphWriter, Edge> => ({
  Conv2D: (graph, layer) => convolution(graph, layer, SAME),
  FastSamStridedConv: (graph, layer) => convolution(graph, layer, STRIDED),
  FastSamActivation: (graph, { name, config, inputs: [x] }) =>
    emitActivation(graph, name, x, config as unknown as ActivationSpec),
  FastSamChannelSlice: channelSlice,
  Concatenate: (graph, { name, inputs }) => graph.concat(name, inputs, CHANNELS),
  Add: (graph, { name, inputs }) => graph.add('AddV2', name, inputs),
  MaxPooling2D: maxPool,
  FastSamUpsample: (graph, { name, inputs: [x] }) =>
    depthToSpace(graph, name, graph.concat(`${name}/copies`, [x, x, x, x], CHANNELS)),
  FastSamTransposedConv: transposedConvolution,
  FastSamFlattenLevels: (graph, layer) => flattenLevels(graph, layer, batch),
});

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

function flattenLevels(graph: GraphWriter, { name, inputs, output }: Layer, batch: BatchSize): Edge {
  const channels = Number(output.shape.at(-1));
  const lists = inputs.map((x) => graph.reshape(`${name}/list`, x, batch.listShape(channels)));
  return graph.concat(name, lists, 1);
}
