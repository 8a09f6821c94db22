/** A look inside: the outputs of layers by their Ultralytics names. */
import * as tf from '../runtime/tfjs.js';
import type { Edits } from './edits.js';
import { forward } from './forward.js';
import { activationNames, checkLayerNames, headName } from './layerNames.js';
import { checkInput, type Network } from './network.js';
import { editsOf, headRows, headSymbols, type HeadOutputs } from './predictions.js';

/** One named output. */
export interface Activation {
  readonly name: string;
  /** Valid until the next one is asked for: `tf.clone` it to keep it. */
  readonly value: tf.Tensor;
}

/**
 * Runs the network once and yields the outputs asked for, each as soon as it is made, so that no two need to be held.
 * Feature maps are float32 [B,H,W,C]; the head (`model.22` in YOLOv8) is Ultralytics' [B, 4+classes+coefficients, A] (`detectionRows`),
 * `model.22.dfl` [B,A,4] in bins, `model.22.boxes`, `.classes`, `.coefficients` the raw outputs.
 * @param input float32 [B,H,W,3], RGB 0…1, sides multiples of 32; stays the caller's.
 * @param edits see `Edit`; the outputs are those after them.
 * @throws FastSAMError `UNKNOWN_NAME` for a name that the network does not have, with names like it;
 *   `INVALID_ARGUMENT` for an input of another shape, and for what an edit returns.
 */
export function* eachActivation(
  network: Network,
  input: tf.Tensor4D,
  names: readonly string[],
  edits: Edits = {},
): Generator<Activation, void> {
  checkInput(network, input);
  checkLayerNames('activations', names, activationNames(network));
  const wanted = namesByOutput(network, names);
  const withHead = names.includes(headName(network));
  const symbols = withHead ? headSymbols(network) : [];
  const head: tf.Tensor[] = [];
  const given = new Map([[network.model.inputs[0], input]]);
  try {
    for (const { output, value } of forward(given, [...wanted.keys(), ...symbols], editsOf(network, edits))) {
      for (const name of wanted.get(output) ?? []) yield { name, value };
      if (symbols.includes(output)) head[symbols.indexOf(output)] = tf.clone(value);
    }
    if (withHead) yield* headActivation(network, input, head, edits);
  } finally {
    tf.dispose(head);
  }
}

/**
 * Runs the network once and returns the outputs asked for, see `eachActivation`.
 * @returns by name; the caller disposes the tensors.
 * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT`.
 */
export function activations(
  network: Network,
  input: tf.Tensor4D,
  names: readonly string[],
  edits: Edits = {},
): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  try {
    for (const { name, value } of eachActivation(network, input, names, edits)) result[name] = tf.clone(value);
    return result;
  } catch (error) {
    tf.dispose(result);
    throw error;
  }
}

function* headActivation(
  network: Network,
  { shape: [, height, width] }: tf.Tensor4D,
  [distances, logits, coefficients, prototypes]: readonly tf.Tensor[],
  edits: Edits,
): Generator<Activation, void> {
  const head = { distances, logits, coefficients, prototypes } as HeadOutputs;
  const value = headRows(network, head, { height, width }, edits);
  try {
    yield { name: headName(network), value };
  } finally {
    value.dispose();
  }
}

function namesByOutput(network: Network, names: readonly string[]): Map<tf.SymbolicTensor, string[]> {
  const wanted = new Map<tf.SymbolicTensor, string[]>();
  for (const name of new Set(names)) {
    const output = network.outputs.get(name);
    if (output) wanted.set(output, [...(wanted.get(output) ?? []), name]);
  }
  return wanted;
}
