/** Applies stock tfjs layers, with their weights. */
import * as tf from '../../runtime/tfjs.js';
import type { LayerWeight } from '../walkLayers.js';

/** A stock convolution. */
export interface StockConvolution {
  /** Kernel [h,w,in,out], and a bias if there is one. */
  readonly weights: readonly LayerWeight[];
  readonly strides?: number;
  readonly dilationRate?: [number, number];
  readonly padding?: 'same' | 'valid';
}

const ZEROS = { kernelInitializer: 'zeros' } as const; // weights are set; drawing random ones first takes seconds

/** Applies a layer. */
export function apply(
  layer: tf.layers.Layer,
  input: tf.SymbolicTensor | readonly tf.SymbolicTensor[],
): tf.SymbolicTensor {
  return layer.apply(input as tf.SymbolicTensor | tf.SymbolicTensor[]) as tf.SymbolicTensor;
}

/** Applies a layer and gives it its weights. */
export function applyWith(
  layer: tf.layers.Layer,
  input: tf.SymbolicTensor,
  weights: readonly LayerWeight[],
): tf.SymbolicTensor {
  const output = apply(layer, input);
  tf.tidy(() => {
    layer.setWeights(weights.map(({ values, shape }) => tf.tensor(values, [...shape], 'float32')));
  });
  return output;
}

export function concatenate(name: string, parts: readonly tf.SymbolicTensor[], axis: number): tf.SymbolicTensor {
  return parts.length === 1 ? parts[0] : apply(tf.layers.concatenate({ name, axis }), parts);
}

/** A convolution over whole cells. */
export function convolution(
  name: string,
  x: tf.SymbolicTensor,
  { weights, strides = 1, dilationRate = [1, 1], padding = 'same' }: StockConvolution,
): tf.SymbolicTensor {
  const [height, width, , filters] = weights[0].shape;
  const kernelSize: [number, number] = [height, width];
  const layer = tf.layers.conv2d({
    name,
    filters,
    kernelSize,
    strides,
    dilationRate,
    padding,
    useBias: weights.length > 1,
    ...ZEROS,
  });
  return applyWith(layer, x, weights);
}

/** A map as a list of its cells: [B,H,W,…] -> [B,H·W,…rest]. */
export function list(name: string, x: tf.SymbolicTensor, ...rest: readonly number[]): tf.SymbolicTensor {
  return apply(tf.layers.reshape({ name, targetShape: [-1, ...rest] }), x);
}
