/**
 * Transposed convolution, 2x2 with stride 2. Its windows do not overlap, so every input cell becomes four output cells by
 * one matrix product each. On wasm this takes a small fraction of the time of tfjs' conv2dTranspose.
 */
import * as tf from '../runtime/tfjs.js';
import { runsOnTensorFlow } from '../runtime/tensorFlow.js';
import { single, singleShape } from './customLayer.js';
import { doubled } from './upsample.js';

/** Output cells per input cell. */
const CELLS = 4;
const BLOCK_SIDE = 2;

/**
 * [B,H,W,C] -> [B,2H,2W,C], float32, with bias, as many channels out as in.
 * Weights: kernel [1,1,C,4·C], its last axis ordered (row, column, output channel) of the 2x2 window; bias [C].
 */
export class TransposedConv extends tf.layers.Layer {
  static className = 'FastSamTransposedConv';
  #kernel?: tf.LayerVariable;
  #bias?: tf.LayerVariable;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = singleShape(inputShape)[3];
    const zeros = tf.initializers.zeros();
    this.#kernel = this.addWeight('kernel', [1, 1, channels, CELLS * channels], 'float32', zeros);
    this.#bias = this.addWeight('bias', [channels], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const kernel = this.#kernel?.read() as tf.Tensor4D;
    const bias = this.#bias?.read() as tf.Tensor1D;
    const form = runsOnTensorFlow() ? byDepthToSpace : byRows;
    return tf.tidy(() => form(single(inputs), kernel, bias));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return doubled(inputShape);
  }
}

/** One product for all four cells, then they are dealt out. Names no size. */
export function byDepthToSpace(x: tf.Tensor4D, kernel: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  return tf.add(tf.depthToSpace(tf.conv2d(x, kernel, 1, 'valid'), BLOCK_SIDE), bias);
}

/**
 * One product for the upper two cells and one for the lower two: each result, read in order, is every second row of the
 * output, so joining them row by row is all that remains.
 */
export function byRows(x: tf.Tensor4D, kernel: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rowValues = BLOCK_SIDE * width * channels;
  const flat = tf.reshape(x, [-1, channels]); // [B·H·W, C]
  const matrix = tf.reshape(kernel, [channels, CELLS * channels]);
  const pairBias = tf.concat([bias, bias]);
  const rows = [0, 1].map((row) => {
    const b = tf.slice(matrix, [0, row * BLOCK_SIDE * channels], [-1, BLOCK_SIDE * channels]);
    return tf.reshape(tf.fused.matMul({ a: flat, b, bias: pairBias }), [batch * height, rowValues]);
  });
  return tf.reshape(tf.concat(rows, 1), [batch, BLOCK_SIDE * height, BLOCK_SIDE * width, channels]);
}

tf.serialization.registerClass(TransposedConv);
