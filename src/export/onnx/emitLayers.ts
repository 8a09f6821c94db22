/**
 * The network's tfjs layers as ONNX operations, channels first: maps are [B,C,H,W], joined levels [B,C,A]. What the layers
 * are and how they hang together is read from the tfjs model.
 */
import type { ActivationSpec } from '../../layers/settings.js';
import { fromHwio, fromTransposedKernel } from '../../weights/unfold.js';
import type { Emitters, NetworkLayer } from '../walkLayers.js';
import { emitActivation } from './emitActivation.js';
import type { GraphBuilder, Value } from './graphBuilder.js';

type Layer = NetworkLayer<Value>;

/** The ONNX form of each kind of layer. */
export const ONNX_EMITTERS: Emitters<GraphBuilder, Value> = {
  Conv2D: (graph, layer) => convolution(graph, layer, 1),
  FastSamStridedConv: (graph, layer) => convolution(graph, layer, 2),
  FastSamActivation: (graph, { name, config, inputs: [x] }) =>
    emitActivation(graph, pathOf(name), x, config as unknown as ActivationSpec),
  FastSamChannelSlice: channelSlice,
  Concatenate: (graph, { name, inputs }) =>
    graph.add('Concat', `${pathOf(name)}/Concat`, inputs, { attributes: { axis: 1 } }),
  Add: (graph, { name, inputs }) => graph.add('Add', `${pathOf(name)}/Add`, inputs),
  MaxPooling2D: maxPool,
  FastSamUpsample: upsample,
  FastSamTransposedConv: transposedConvolution,
  FastSamFlattenLevels: flattenLevels,
};

/** `model.2.m.0.cv1.conv` -> `/model.2/m.0/cv1/conv`, as PyTorch writes the paths of modules. */
const pathOf = (name: string): string => `/${name.replace(/\.(?=\D)/g, '/')}`;

function convolution(graph: GraphBuilder, layer: Layer, stride: number): Value {
  const { name, inputs } = layer;
  const [kernel, bias] = layer.weights;
  const [height, width, from, to] = kernel.shape;
  const parameters = [
    graph.weight(`${name}.weight`, [to, from, height, width], fromHwio(kernel.values, [to, from, height, width])),
    graph.weight(`${name}.bias`, [to], bias.values),
  ];
  return graph.add('Conv', `${pathOf(name)}/Conv`, [...inputs, ...parameters], {
    attributes: {
      dilations: [1, 1],
      group: 1,
      kernel_shape: [height, width],
      pads: [height >> 1, width >> 1, height >> 1, width >> 1],
      strides: [stride, stride],
    },
  });
}

function transposedConvolution(graph: GraphBuilder, { name, weights: [kernel, bias], inputs }: Layer): Value {
  const channels = bias.shape[0];
  const weight = fromTransposedKernel(kernel.values, channels, channels);
  const parameters = [
    graph.weight(`${name}.weight`, [channels, channels, 2, 2], weight),
    graph.weight(`${name}.bias`, [channels], bias.values),
  ];
  return graph.add('ConvTranspose', `${pathOf(name)}/ConvTranspose`, [...inputs, ...parameters], {
    attributes: { dilations: [1, 1], group: 1, kernel_shape: [2, 2], pads: [0, 0, 0, 0], strides: [2, 2] },
  });
}

function channelSlice(graph: GraphBuilder, { name, config, inputs }: Layer): Value {
  const { start, size } = config as { start: number; size: number };
  const bounds = [graph.ints([start]), graph.ints([start + size]), graph.ints([1])];
  return graph.add('Slice', `${pathOf(name)}/Slice`, [...inputs, ...bounds]);
}

function maxPool(graph: GraphBuilder, { name, config, inputs }: Layer): Value {
  const [height, width] = config.poolSize as number[];
  const pads = [height >> 1, width >> 1, height >> 1, width >> 1];
  const attributes = { kernel_shape: [height, width], pads, strides: [1, 1] };
  return graph.add('MaxPool', `${pathOf(name)}/MaxPool`, inputs, { attributes });
}

function upsample(graph: GraphBuilder, { name, inputs }: Layer): Value {
  const scales = graph.floats([1, 1, 2, 2]);
  return graph.add('Resize', `${pathOf(name)}/Resize`, [...inputs, '', scales], {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  });
}

/** [B,C,H,W] of every level -> [B,C,A]. */
function flattenLevels(graph: GraphBuilder, { name, inputs }: Layer): Value {
  const path = pathOf(name);
  const rows = graph.ints([0, 0, -1]); // 0: as in the map
  const flat = inputs.map((map, i) => graph.add('Reshape', `${path}/Reshape_${i}`, [map, rows]));
  return graph.add('Concat', `${path}/Concat`, flat, { attributes: { axis: 2 } });
}
