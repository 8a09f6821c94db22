/**
 * The network as a tfjs layers model of stock layers alone, so that a plain tfjs program reads it. It is made by walking
 * the network's own layers, which stay its one definition; layers of ours become stock ones that compute the same.
 */
import * as tf from '../../runtime/tfjs.js';
import type { ActivationSpec } from '../../layers/settings.js';
import type { Network } from '../../model/network.js';
import { walkLayers, type Emitters, type LayerWeight, type NetworkLayer } from '../walkLayers.js';
import { INPUT } from '../ports.js';
import { stockActivation } from './stockActivation.js';
import { concatenate, convolution, apply, applyWith } from './stockGraph.js';
import { stockHead } from './stockHead.js';

/** Size of the model's input; null where any fits. */
export interface StockInput {
  readonly batch: number | null;
  readonly height: number | null;
  readonly width: number | null;
}

/**
 * What a layer's output has become: one map; the two parts into which its channels were cut; or, of joined levels, the
 * three maps.
 */
type Parts = readonly tf.SymbolicTensor[];

type Layer = NetworkLayer<Parts>;

/** Outputs of convolutions that are cut, and at which channel. */
type Cuts = ReadonlyMap<tf.SymbolicTensor, number>;

/**
 * Input `images` [B,H,W,3] float32 RGB 0…1. Outputs: [B,4+classes+k,A], rows centre x, centre y, width, height (pixels of
 * the input), class scores, mask coefficients; prototypes [B,H/4,W/4,k].
 * @returns a model of its own, which the caller disposes.
 */
export async function stockModel(network: Network, { batch, height, width }: StockInput): Promise<tf.LayersModel> {
  const { model, architecture } = network;
  const image = tf.input({ batchShape: [batch, height, width, 3], name: INPUT });
  const partsOf = await walkLayers<Cuts, Parts>(network, [image], cutsOf(model), STOCK_EMITTERS);
  const [boxes, classes, coefficients, prototypes] = model.outputs.map(partsOf);
  const predictions = stockHead({ boxes, classes, coefficients }, architecture);
  return tf.model({ inputs: image, outputs: [predictions, ...prototypes], name: model.name });
}

/**
 * The convolutions whose outputs are cut, and where: C2f hands the second half of its channels to the first bottleneck,
 * and no stock layer takes channels out of a map. So the convolution is made in two parts.
 */
function cutsOf({ layers }: tf.LayersModel): Cuts {
  const slices = layers.filter((layer) => layer.getClassName() === 'FastSamChannelSlice');
  return new Map(
    slices.map((slice) => {
      const [activated] = (slice.output as tf.SymbolicTensor).inputs;
      return [activated.inputs[0], (slice.getConfig() as { start: number }).start];
    }),
  );
}

/** The stock layers for each kind of layer. */
const STOCK_EMITTERS: Emitters<Cuts, Parts> = {
  Conv2D: plainConvolution,
  FastSamStridedConv: (_, layer) => [stridedConvolution(layer)],
  FastSamActivation: (_, { name, config, inputs: [parts] }) =>
    parts.map((x, i) => {
      const partName = parts.length > 1 ? `${name}/${i}` : name;
      return apply(stockActivation(partName, config as unknown as ActivationSpec), x);
    }),
  FastSamChannelSlice: (_, { inputs: [parts] }) => [parts[1]],
  Concatenate: (_, { name, inputs }) => [concatenate(name, inputs.flat(), -1)],
  Add: (_, { name, inputs }) => [apply(tf.layers.add({ name }), inputs.flat())],
  MaxPooling2D: (_, { config, inputs: [[x]] }) => [apply(tf.layers.maxPooling2d(config), x)],
  FastSamUpsample: (_, { name, inputs: [[x]] }) => [apply(tf.layers.upSampling2d({ name, size: [2, 2] }), x)],
  FastSamTransposedConv: (_, layer) => [transposedConvolution(layer)],
  FastSamFlattenLevels: (_, { inputs }) => inputs.flat(),
};
type PadArgs = Parameters<typeof tf.layers.zeroPadding2d>[0];

function plainConvolution(cuts: Cuts, { name, weights, inputs: [[x]], output }: Layer): Parts {
  const cut = cuts.get(output);
  if (cut === undefined) return [convolution(name, x, { weights })];
  const ends = [cut, weights[0].shape[3]];
  return ends.map((end, i) => {
    const part = weights.map((weight) => lastAxis(weight, i === 0 ? 0 : cut, end));
    return convolution(`${name}/${i}`, x, { weights: part });
  });
}

/** Some of the output channels of a kernel or a bias. */
function lastAxis({ shape, values }: LayerWeight, start: number, end: number): LayerWeight {
  const channels = shape[shape.length - 1];
  const rows = values.length / channels;
  const size = end - start;
  const cut = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    cut.set(values.subarray(row * channels + start, row * channels + end), row * size);
  }
  return { shape: [...shape.slice(0, -1), size], values: cut };
}

/** One row and column of zeros on each side, which tfjs' own 'same' would put at the end only. */
function stridedConvolution({ name, weights, inputs: [[x]] }: Layer): tf.SymbolicTensor {
  const sides: PadArgs = { name: `${name}/pad`, padding: [[1, 1], [1, 1]] } as unknown as PadArgs; // prettier-ignore
  return convolution(name, apply(tf.layers.zeroPadding2d(sides), x), { weights, strides: 2, padding: 'valid' });
}

function transposedConvolution({ name, weights: [kernel, bias], inputs: [[x]] }: Layer): tf.SymbolicTensor {
  const channels = bias.shape[0];
  const layer = tf.layers.conv2dTranspose({
    name,
    filters: channels,
    kernelSize: 2,
    strides: 2,
    padding: 'valid',
    kernelInitializer: 'zeros',
  });
  return applyWith(layer, x, [transposedKernel(kernel, channels), bias]);
}

/** [1,1,in,(row, column, out)] -> tfjs' [row,column,out,in]. */
function transposedKernel({ values }: LayerWeight, channels: number): LayerWeight {
  const rows = 4 * channels;
  const turned = new Float32Array(values.length);
  for (let from = 0; from < channels; from++) {
    for (let row = 0; row < rows; row++) turned[row * channels + from] = values[from * rows + row];
  }
  return { shape: [2, 2, channels, channels], values: turned };
}
