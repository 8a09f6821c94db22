/** Multi-head self-attention on rows (Vaswani et al. 2017, section 3.2), all heads and sequences in one product. */
import * as tf from '../../runtime/tfjs.js';
import type { LayerArgs } from '../../layers/customLayer.js';
import { keepFloat32 } from '../../runtime/compile/precision.js';
import { linear, inputRows, rowWidth } from './linear.js';

/** What a SelfAttention is made from. */
export interface SelfAttentionConfig extends LayerArgs {
  heads: number;
  /** Rows of each sequence in the input. Default: all rows are one sequence. */
  length?: number;
}

/**
 * [rows, width] -> the same, float32. A second input [rows, rows], where there is one, is added to the scores of a
 * single sequence: 0 where a row (of queries) attends to a column (of keys), else a large negative number. Weights:
 * inKernel [width, 3·width] and inBias for queries, keys and values, the queries already divided by the square root of
 * a head's width; outKernel [width, width], outBias.
 */
export class SelfAttention extends tf.layers.Layer {
  static className = 'FastSamSelfAttention';
  readonly #heads: number;
  readonly #length: number | undefined;
  #variables: readonly tf.LayerVariable[] = [];

  constructor(config: SelfAttentionConfig) {
    super(config);
    this.#heads = config.heads;
    this.#length = config.length;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const width = rowWidth(inputShape);
    const add = (name: string, ...shape: number[]): tf.LayerVariable =>
      this.addWeight(name, shape, 'float32', tf.initializers.zeros());
    this.#variables = [
      add('inKernel', width, 3 * width),
      add('inBias', 3 * width),
      add('outKernel', width, width),
      add('outBias', width),
    ];
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = inputRows(inputs);
    const mask = Array.isArray(inputs) ? (inputs.at(1) as tf.Tensor2D | undefined) : undefined;
    const [inKernel, inBias, outKernel, outBias] = this.#variables.map((variable) => variable.read());
    return tf.tidy(() => {
      const qkv = linear(x, inKernel as tf.Tensor2D, inBias as tf.Tensor1D);
      const [q, k, v] = tf.split(qkv, 3, 1).map((part) => this.#byHead(part as tf.Tensor2D));
      const scores = tf.matMul(q, k, false, true);
      const weights = keepFloat32(() => tf.softmax(mask ? tf.add(scores, mask) : scores));
      const mixed = tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]);
      return linear(tf.reshape(mixed, [-1, x.shape[1]]), outKernel as tf.Tensor2D, outBias as tf.Tensor1D);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tf.Shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.#heads, ...(this.#length !== undefined && { length: this.#length }) };
  }

  /** [rows, width] -> [sequences, heads, length, width of a head]. */
  #byHead(x: tf.Tensor2D): tf.Tensor4D {
    const depth = x.shape[1] / this.#heads;
    const [sequences, length] = this.#length === undefined ? [1, -1] : [-1, this.#length];
    return tf.transpose(tf.reshape(x, [sequences, length, this.#heads, depth]), [0, 2, 1, 3]);
  }
}

tf.serialization.registerClass(SelfAttention);
