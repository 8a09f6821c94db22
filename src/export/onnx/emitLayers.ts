/**
 * The network's tfjs layers as ONNX operations, channels first: maps are [B,C,H,W], joined levels [B,C,A]. What the layers
 * are and how they hang together is read from the tfjs model.
 */
import type * as tf from '@tensorflow/tfjs';
import { BATCH_NORM_EPSILON } from '../../layers/conv.js';
import { schedule } from '../../model/forward.js';
import type { Network } from '../../model/network.js';
import { fromHwio, fromTransposedKernel } from '../../weights/unfold.js';
import { readWeights, type LayerWeight } from '../layerWeights.js';
import type { GraphBuilder, Value } from './graphBuilder.js';

/** One layer, to be put down. */
interface Layer {
  /** Ultralytics' name of it, such as `model.0.conv`. */
  readonly name: string;
  /** Name for its operations: the same as a path. */
  readonly path: string;
  readonly config: tf.serialization.ConfigDict;
  readonly weights: readonly LayerWeight[];
  readonly inputs: readonly Value[];
}

type Emitter = (graph: GraphBuilder, layer: Layer) => Value;

/** The emitter of each kind of layer, by tfjs' name of its class. */
const EMITTERS: Readonly<Record<string, Emitter>> = {
  Conv2D: (graph, layer) => convolution(graph, layer, 1),
  FastSamStridedConv: (graph, layer) => convolution(graph, layer, 2),
  BatchNormalization: batchNorm,
  FastSamSilu: silu,
  FastSamChannelSlice: channelSlice,
  Concatenate: (graph, { path, inputs }) => graph.add('Concat', `${path}/Concat`, inputs, { attributes: { axis: 1 } }),
  Add: (graph, { path, inputs }) => graph.add('Add', `${path}/Add`, inputs),
  MaxPooling2D: maxPool,
  FastSamUpsample: upsample,
  FastSamTransposedConv: transposedConvolution,
  FastSamJoinLevels: joinLevels,
};

/**
 * Puts the whole network down.
 * @param image value [B,3,H,W] of the graph's weight type.
 * @returns the value of every output of every layer.
 */
export async function emitNetwork(
  graph: GraphBuilder,
  { model }: Network,
  image: Value,
): Promise<ReadonlyMap<tf.SymbolicTensor, Value>> {
  const values = new Map([[model.inputs[0], image]]);
  for (const output of schedule(model.inputs[0], model.outputs).order) {
    const { sourceLayer: layer } = output;
    const kind = layer.getClassName();
    if (!(kind in EMITTERS)) throw new Error(`layer ${layer.name}: ${kind} has no form in ONNX`);
    const inputs = output.inputs.map((source) => values.get(source) ?? '');
    const described = { name: layer.name, path: pathOf(layer.name), config: layer.getConfig(), inputs };
    values.set(output, EMITTERS[kind](graph, { ...described, weights: await readWeights(layer) }));
  }
  return values;
}

/** `model.2.m.0.cv1.conv` -> `/model.2/m.0/cv1/conv`, as PyTorch writes the places of modules. */
const pathOf = (name: string): string => `/${name.replace(/\.(?=\D)/g, '/')}`;

function convolution(
  graph: GraphBuilder,
  { name, path, weights: [kernel, bias], inputs }: Layer,
  stride: number,
): Value {
  const [height, width, from, to] = kernel.shape;
  const parameters = [
    graph.weight(`${name}.weight`, [to, from, height, width], fromHwio(kernel.values, [to, from, height, width])),
  ];
  if ((bias as LayerWeight | undefined) !== undefined) parameters.push(graph.weight(`${name}.bias`, [to], bias.values));
  return graph.add('Conv', `${path}/Conv`, [...inputs, ...parameters], {
    attributes: {
      dilations: [1, 1],
      group: 1,
      kernel_shape: [height, width],
      pads: [height >> 1, width >> 1, height >> 1, width >> 1],
      strides: [stride, stride],
    },
  });
}

function transposedConvolution(graph: GraphBuilder, { name, path, weights: [kernel, bias], inputs }: Layer): Value {
  const channels = bias.shape[0];
  const weight = fromTransposedKernel(kernel.values, channels, channels);
  const parameters = [
    graph.weight(`${name}.weight`, [channels, channels, 2, 2], weight),
    graph.weight(`${name}.bias`, [channels], bias.values),
  ];
  return graph.add('ConvTranspose', `${path}/ConvTranspose`, [...inputs, ...parameters], {
    attributes: { dilations: [1, 1], group: 1, kernel_shape: [2, 2], pads: [0, 0, 0, 0], strides: [2, 2] },
  });
}

function batchNorm(graph: GraphBuilder, { name, path, weights, inputs }: Layer): Value {
  const names = ['weight', 'bias', 'running_mean', 'running_var']; // in the order of tfjs and of ONNX
  const parameters = weights.map(({ shape, values }, i) => graph.weight(`${name}.${names[i]}`, shape, values));
  return graph.add('BatchNormalization', `${path}/BatchNormalization`, [...inputs, ...parameters], {
    attributes: { epsilon: { float: BATCH_NORM_EPSILON } },
  });
}

function silu(graph: GraphBuilder, { path, inputs: [x] }: Layer): Value {
  return graph.add('Mul', `${path}/Mul`, [x, graph.add('Sigmoid', `${path}/Sigmoid`, [x])]);
}

function channelSlice(graph: GraphBuilder, { path, config, inputs }: Layer): Value {
  const { start, size } = config as { start: number; size: number };
  const bounds = [graph.ints([start]), graph.ints([start + size]), graph.ints([1])];
  return graph.add('Slice', `${path}/Slice`, [...inputs, ...bounds]);
}

function maxPool(graph: GraphBuilder, { path, config, inputs }: Layer): Value {
  const [height, width] = config.poolSize as number[];
  const pads = [height >> 1, width >> 1, height >> 1, width >> 1];
  const attributes = { kernel_shape: [height, width], pads, strides: [1, 1] };
  return graph.add('MaxPool', `${path}/MaxPool`, inputs, { attributes });
}

function upsample(graph: GraphBuilder, { path, inputs }: Layer): Value {
  const scales = graph.floats([1, 1, 2, 2]);
  return graph.add('Resize', `${path}/Resize`, [...inputs, '', scales], {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  });
}

/** [B,C,H,W] of every level -> [B,C,A]. */
function joinLevels(graph: GraphBuilder, { path, inputs }: Layer): Value {
  const rows = graph.ints([0, 0, -1]); // 0: as in the map
  const flat = inputs.map((map, i) => graph.add('Reshape', `${path}/Reshape_${String(i)}`, [map, rows]));
  return graph.add('Concat', `${path}/Concat`, flat, { attributes: { axis: 2 } });
}
