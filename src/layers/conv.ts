/** YOLOv8's Conv: convolution, batch norm, SiLU. */
import * as tf from '@tensorflow/tfjs';
import type { BlockGraph } from './blockGraph.js';
import { Silu } from './silu.js';
import { StridedConv } from './stridedConv.js';

/** Added to the variance; PyTorch's default would be 1e-5. */
export const BATCH_NORM_EPSILON = 1e-3;
/** Share of the old statistics that training keeps at each step (PyTorch counts the other share: 0.03). */
const BATCH_NORM_MOMENTUM = 0.97;

/** Size and stride of a convolution. */
export interface ConvShape {
  readonly channels: number;
  readonly kernel: 1 | 3;
  readonly stride?: 1 | 2;
}

/**
 * [B,H,W,C] -> [B,H/stride,W/stride,channels], zero padding of kernel/2 on every side.
 * Layers: `<name>.conv`, `<name>.bn` (none when the graph is folded: the convolution has a bias instead), `<name>.act`.
 */
export function conv(graph: BlockGraph, name: string, x: tf.SymbolicTensor, shape: ConvShape): tf.SymbolicTensor {
  const layer = convolution(`${name}.conv`, shape, graph.folded);
  let y = graph.add(layer, x);
  if (!graph.folded) y = graph.add(batchNorm(`${name}.bn`), y);
  return graph.name(name, graph.add(new Silu({ name: `${name}.act` }), y));
}

/** The plain 1x1 convolution with bias that ends each branch of the head. */
export function plainConv(graph: BlockGraph, name: string, x: tf.SymbolicTensor, channels: number): tf.SymbolicTensor {
  return graph.add(convolution(name, { channels, kernel: 1 }, true), x);
}

function convolution(name: string, { channels, kernel, stride = 1 }: ConvShape, useBias: boolean): tf.layers.Layer {
  if (stride === 2) return new StridedConv({ name, filters: channels, useBias });
  return tf.layers.conv2d({
    name,
    filters: channels,
    kernelSize: kernel,
    padding: 'same', // at stride 1 this pads both sides alike
    useBias,
    kernelInitializer: 'zeros', // weights are loaded; drawing random ones first takes seconds
  });
}

function batchNorm(name: string): tf.layers.Layer {
  return tf.layers.batchNormalization({ name, epsilon: BATCH_NORM_EPSILON, momentum: BATCH_NORM_MOMENTUM });
}
