/** Gradients through the whole network, of its input or of any layer's output. */
import * as tf from '../runtime/tfjs.js';
import { FastSAMError, invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import { registerGradients, withoutFilterGradients } from '../runtime/gradients.js';
import { throwIfGpuFailed } from '../runtime/gpuErrors.js';
import type { Edits } from './edits.js';
import { forward, schedule } from './forward.js';
import { activationNames, checkLayerNames, headName } from './layerNames.js';
import { checkInput, type Network } from './network.js';
import {
  editsOf,
  headRows,
  headSymbols,
  predict,
  predictFrom,
  predictionsOfRows,
  type HeadOutputs,
  type InputSize,
  type Predictions,
} from './predictions.js';

/**
 * A function of all predictions before NMS, made of tfjs operations.
 * @returns a float32 scalar, such as `scores.max()`.
 */
export type PredictionScalar = (outputs: Predictions) => tf.Tensor;

/** What `of` says for the network's input. */
export const INPUT = 'input';

/**
 * The gradient of a scalar of the predictions.
 * @param input float32 [B,H,W,3], RGB 0…1, sides multiples of the largest stride; stays the caller's.
 * @param of `input`, or a layer of this network: the gradient is that of its output, after edits.
 * @returns float32 of the shape of the input or of the layer's output, for the caller to dispose.
 * @throws FastSAMError `UNKNOWN_NAME`; `INVALID_ARGUMENT` for an input of another shape, a function that gives no scalar,
 *   one that throws, and a scalar that does not depend on what it is derived by.
 */
export function gradient(
  network: Network,
  input: tf.Tensor4D,
  scalar: PredictionScalar,
  of: string,
  edits: Edits = {},
): tf.Tensor {
  checkInput(network, input);
  if (of !== INPUT) checkLayerNames('of', [of], activationNames(network));
  registerGradients();
  const result = tf.tidy(() => {
    const { at, predictions } = startingPoint(network, input, of, edits);
    return derive((value) => checkedScalar(scalar, predictions(value)), at, of);
  });
  throwIfGpuFailed();
  return result;
}

/** Where a gradient is taken, and what the network makes of other values there. */
interface StartingPoint {
  readonly at: tf.Tensor;
  readonly predictions: (value: tf.Tensor) => Predictions;
}

function startingPoint(network: Network, input: tf.Tensor4D, of: string, edits: Edits): StartingPoint {
  if (of === INPUT) return { at: input, predictions: (x) => predict(network, x as tf.Tensor4D, edits) };
  const [, height, width] = input.shape;
  const size: InputSize = { height, width };
  const image = network.model.inputs[0];
  const symbols = headSymbols(network);
  const target = network.outputs.get(of);
  const { order } = schedule([image], symbols);
  const later = target ? dependents(target, order) : new Set<tf.SymbolicTensor>();
  const isNeeded = (output: tf.SymbolicTensor): boolean =>
    symbols.includes(output) || order.some((other) => later.has(other) && other.inputs.includes(output));
  // Computed before anything is recorded, so that a gradient in the middle holds no maps of what lies before.
  const needed = order.filter((output) => output === target || (!later.has(output) && isNeeded(output)));
  const values = new Map<tf.SymbolicTensor, tf.Tensor>();
  for (const { output, value } of forward(new Map([[image, input]]), needed, editsOf(network, edits))) {
    values.set(output, tf.clone(value));
  }
  if (of === headName(network)) {
    const [distances, logits, coefficients, prototypes] = symbols.map((symbol) => values.get(symbol));
    const head = { distances, logits, coefficients, prototypes } as HeadOutputs;
    const rows = headRows(network, head, size, edits);
    return { at: rows, predictions: (value) => predictionsOfRows(network, value as tf.Tensor3D, head.prototypes) };
  }
  const at = target && values.get(target);
  if (!target || !at) throw independent(of);
  return { at, predictions: (value) => predictFrom(network, new Map([...values, [target, value]]), size, edits) };
}

/** The outputs that an output goes into, and itself. */
function dependents(of: tf.SymbolicTensor, order: readonly tf.SymbolicTensor[]): Set<tf.SymbolicTensor> {
  const found = new Set([of]);
  for (const output of order) if (output.inputs.some((source) => found.has(source))) found.add(output);
  return found;
}

function checkedScalar(scalar: PredictionScalar, predictions: Predictions): tf.Scalar {
  const value: unknown = scalar(predictions);
  const isTensor = (given: unknown): given is tf.Tensor => given instanceof tf.Tensor;
  if (isTensor(value) && value.dtype === 'float32' && value.rank === 0) return value as tf.Scalar;
  const got = isTensor(value) ? `${value.dtype} [${value.shape.join(', ')}]` : showValue(value);
  throw invalidArgument(
    `gradient: got ${got} from the function, expected a float32 scalar; end it with .sum(), .max() or .mean()`,
  );
}

function derive(f: (value: tf.Tensor) => tf.Scalar, at: tf.Tensor, of: string): tf.Tensor {
  try {
    return withoutFilterGradients(() => tf.grad(f)(at));
  } catch (error) {
    freeTape();
    if (error instanceof FastSAMError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith('Cannot compute gradient of y=f(x)')) throw independent(of);
    throw invalidArgument(`gradient: the function failed: ${message.split('\n')[0]}`, { cause: error });
  }
}

/** What tfjs kept for a gradient that failed: it would stay for ever. */
function freeTape(): void {
  const { state } = tf.engine();
  for (const { saved } of (state.activeTape as { saved?: tf.Tensor[] }[] | null) ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

const independent = (of: string): FastSAMError =>
  invalidArgument(
    `gradient: got a function that does not depend on '${of}', expected one that does; take other outputs or another layer`,
  );
