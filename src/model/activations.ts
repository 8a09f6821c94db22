/** A look inside: the outputs of layers by their Ultralytics names. */
import * as tf from '../runtime/tfjs.js';
import { FastSAMError } from '../errors.js';
import { detectionRows } from './decode.js';
import { forward } from './forward.js';
import { checkInput, type Network, type RawOutputs } from './network.js';

/**
 * Every name that `activations` knows, in the order in which they are computed: the 23 layers (`model.9`), the blocks
 * inside them (`model.2.m.0.cv1`, `model.22.proto`) and the tfjs layers inside those (`model.0.conv`).
 */
export function activationNames(network: Network): string[] {
  return [...network.outputs.keys(), headName(network)];
}

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
 * @throws FastSAMError `UNKNOWN_NAME` for a name that the network does not have, with names like it;
 *   `INVALID_ARGUMENT` for an input of another shape.
 */
export function* eachActivation(
  network: Network,
  input: tf.Tensor4D,
  names: readonly string[],
): Generator<Activation, void> {
  checkInput(network, input);
  const wanted = namesByOutput(network, names);
  const withHead = names.includes(headName(network));
  const raw: tf.Tensor[] = [];
  const { inputs, outputs } = network.model;
  try {
    for (const { output, value } of forward(inputs[0], [...wanted.keys(), ...(withHead ? outputs : [])], input)) {
      for (const name of wanted.get(output) ?? []) yield { name, value };
      if (withHead && outputs.includes(output)) raw[outputs.indexOf(output)] = tf.clone(value);
    }
    if (withHead) yield* headActivation(network, input, raw);
  } finally {
    tf.dispose(raw);
  }
}

/**
 * Runs the network once and returns the outputs asked for, see `eachActivation`.
 * @returns by name; the caller disposes the tensors.
 * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT`.
 */
export function activations(network: Network, input: tf.Tensor4D, names: readonly string[]): Record<string, tf.Tensor> {
  const result: Record<string, tf.Tensor> = {};
  for (const { name, value } of eachActivation(network, input, names)) result[name] = tf.clone(value);
  return result;
}

/** The layer whose output is decoded predictions. */
const headName = ({ architecture }: Network): string => architecture.family.headName;

function* headActivation(
  network: Network,
  { shape: [, height, width] }: tf.Tensor4D,
  [boxes, classes, coefficients, prototypes]: readonly tf.Tensor[],
): Generator<Activation, void> {
  const raw = { boxes, classes, coefficients, prototypes } as RawOutputs;
  const value = detectionRows(raw, height, width, network.architecture);
  try {
    yield { name: headName(network), value };
  } finally {
    value.dispose();
  }
}

function namesByOutput(network: Network, names: readonly string[]): Map<tf.SymbolicTensor, string[]> {
  const wanted = new Map<tf.SymbolicTensor, string[]>();
  for (const name of new Set(names)) {
    if (name === headName(network)) continue;
    const output = network.outputs.get(name);
    if (!output) throw unknownName(name, activationNames(network));
    wanted.set(output, [...(wanted.get(output) ?? []), name]);
  }
  return wanted;
}

/** How many similar names a message shows. */
const SUGGESTIONS = 5;

function unknownName(name: string, known: readonly string[]): FastSAMError {
  const near = [...known].sort((a, b) => distance(name, a) - distance(name, b)).slice(0, SUGGESTIONS);
  return new FastSAMError(
    'UNKNOWN_NAME',
    `activations: got '${name}', expected a layer's name; try ${near.join(', ')}`,
  );
}

/** Number of single-character edits from one string to the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
