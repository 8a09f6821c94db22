/** y = x·W + b on rows. */
import * as tf from '../../runtime/tfjs.js';
import type { LayerArgs } from '../../layers/customLayer.js';
import { runsOnTensorFlow } from '../../runtime/tensorFlow.js';
import { matMul } from '../../runtime/compile/tensorOps.js';

/** What a Linear is made from. */
export interface LinearConfig extends LayerArgs {
  /** Columns of the result. */
  units: number;
  /** Default true. */
  useBias?: boolean;
}

/** [rows, inputs] -> [rows, units], float32. Weights: kernel [inputs, units], bias [units]. */
export class Linear extends tf.layers.Layer {
  static className = 'FastSamLinear';
  readonly #units: number;
  readonly #useBias: boolean;
  #kernel?: tf.LayerVariable;
  #bias?: tf.LayerVariable;

  constructor(config: LinearConfig) {
    super(config);
    this.#units = config.units;
    this.#useBias = config.useBias ?? true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = rowWidth(inputShape);
    const zeros = tf.initializers.zeros();
    this.#kernel = this.addWeight('kernel', [inputs, this.#units], 'float32', zeros);
    if (this.#useBias) this.#bias = this.addWeight('bias', [this.#units], 'float32', zeros);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return linear(
      inputRows(inputs),
      this.#kernel?.read() as tf.Tensor2D,
      this.#bias?.read() as tf.Tensor1D | undefined,
    );
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [rowCount(inputShape), this.#units];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units, useBias: this.#useBias };
  }
}

/** x·kernel + bias in the form that is fastest on the backend in use. */
export function linear(x: tf.Tensor2D, kernel: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  if (!runsOnTensorFlow()) return tf.fused.matMul({ a: x, b: kernel, ...(bias && { bias }) }) as tf.Tensor2D;
  return tf.tidy(() => {
    const product = matMul(x, kernel);
    return bias ? tf.add(product, bias) : product;
  });
}

/** The rows that a layer was called with; further inputs come after them. */
export function inputRows(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor2D {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor2D;
}

/** Columns of the rows that a layer is built for. */
export function rowWidth(shape: tf.Shape | tf.Shape[]): number {
  return firstShape(shape)[1] ?? 0;
}

/** Number of rows, null where it is dynamic. */
export function rowCount(shape: tf.Shape | tf.Shape[]): number | null {
  return firstShape(shape)[0];
}

const firstShape = (shape: tf.Shape | tf.Shape[]): tf.Shape =>
  Array.isArray(shape[0]) ? shape[0] : (shape as tf.Shape);

tf.serialization.registerClass(Linear);
