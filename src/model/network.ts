/** The network: a family's table as tfjs layers. */
import * as tf from '../runtime/tfjs.js';
import { invalidArgument } from '../errors.js';
import { TfjsGraph } from '../layers/tfjsGraph.js';
import type { Architecture } from './architecture.js';
import { buildGraph } from './buildGraph.js';
import { forward } from './forward.js';

/** What the network gives for a batch of images of H x W pixels. A = Σ (H/s)·(W/s) anchors, s the head's strides. */
export interface RawOutputs {
  /** DFL logits [B,A,4·regMax]: left, top, right, bottom. */
  readonly boxes: tf.Tensor3D;
  /** Class logits [B,A,classes]. */
  readonly classes: tf.Tensor3D;
  /** Mask coefficients [B,A,maskCoefficients]. */
  readonly coefficients: tf.Tensor3D;
  /** Prototypes [B,H/4,W/4,maskCoefficients]. */
  readonly prototypes: tf.Tensor4D;
}

/** A network, its weights zero until `loadWeights`. */
export interface Network {
  readonly architecture: Architecture;
  /** Whether the convolutions carry a bias instead of a batch norm behind them. */
  readonly folded: boolean;
  /** float32 RGB 0…1 [B,H,W,3] -> [boxes, classes, coefficients, prototypes] as in RawOutputs. H, W multiples of the largest stride. */
  readonly model: tf.LayersModel;
  /** Every output by its Ultralytics name: tfjs layers (`model.0.conv`) and blocks (`model.2.m.0.cv1`, `model.9` …). */
  readonly outputs: ReadonlyMap<string, tf.SymbolicTensor>;
}

/** How to build a network. */
export interface NetworkOptions {
  /** Default true: the same results to rounding, faster, less memory. False keeps batch norm as layers. */
  readonly foldBatchNorm?: boolean;
}

/**
 * Builds the layers of an architecture; the weights are zero. Check the checkpoint first (`checkTensors`): this allocates
 * whatever the architecture asks for.
 * @throws FastSAMError `INVALID_ARGUMENT` when batch norm is wanted as layers, but the weights have it folded.
 */
export function buildNetwork(architecture: Architecture, { foldBatchNorm = true }: NetworkOptions = {}): Network {
  if (architecture.folded && !foldBatchNorm) {
    throw invalidArgument(
      'foldBatchNorm: got false, expected true for weights that come without batch norm; leave it out',
    );
  }
  const graph = new TfjsGraph(foldBatchNorm, architecture.settings);
  const image = tf.input({ shape: [null, null, 3], name: 'image' });
  const head = buildGraph(graph, image, architecture);
  const outputs = [head.boxes, head.classes, head.coefficients, head.prototypes];
  const model = tf.model({ inputs: image, outputs, name: architecture.family.networkName(architecture.scale) });
  return { architecture, folded: foldBatchNorm, model, outputs: graph.outputs };
}

/**
 * Runs the network once. Intermediate maps are freed as soon as nothing needs them.
 * @param input float32 [B,H,W,3], RGB 0…1, H and W multiples of the largest stride; stays the caller's.
 * @returns tensors that the caller disposes.
 * @throws FastSAMError `INVALID_ARGUMENT` for an input of another shape.
 */
export function runNetwork(network: Network, input: tf.Tensor4D): RawOutputs {
  checkInput(network, input);
  const { inputs, outputs } = network.model;
  const values = new Map<tf.SymbolicTensor, tf.Tensor>();
  for (const { output, value } of forward(new Map([[inputs[0], input]]), outputs)) values.set(output, tf.clone(value));
  const [boxes, classes, coefficients] = outputs.slice(0, 3).map((output) => values.get(output) as tf.Tensor3D);
  return { boxes, classes, coefficients, prototypes: values.get(outputs[3]) as tf.Tensor4D };
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless the input is a batch of images that the network takes. */
export function checkInput({ architecture }: Network, { shape, dtype }: tf.Tensor): void {
  const { maxStride } = architecture.family;
  const fits =
    shape.length === 4 &&
    dtype === 'float32' &&
    shape[0] > 0 &&
    shape[3] === 3 &&
    [shape[1], shape[2]].every((side) => side > 0 && side % maxStride === 0);
  if (fits) return;
  throw invalidArgument(
    `network input: got ${dtype} [${shape.join(', ')}], expected float32 [batch, height, width, 3] with sides that ` +
      `are multiples of ${maxStride}; letterbox the image first`,
  );
}
