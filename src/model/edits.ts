/** Changes in the middle of the network: functions by the names of the layers whose outputs they change. */
import * as tf from '../runtime/tfjs.js';
import { FastSAMError, invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import { checkLayerNames } from './layerNames.js';
import type { Network } from './network.js';

/** Values that an edit may return: a tensor, float32 values in a row, or nested lists of numbers. */
export type EditedValue = tf.Tensor | Float32Array | NestedNumbers;

/** Lists of numbers, as deep as a tensor has axes. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/**
 * Gives the output of a layer anew, in the same shape, as float32.
 * @param value the layer's output, laid out as `activations` gives it: feature maps are [B,H,W,C]. It and the tensors made
 *   here are freed afterwards; a returned tensor that was made elsewhere stays the caller's.
 */
export type Edit = (value: tf.Tensor) => EditedValue;

/** Edits by the names of layers, as `activations` knows them. */
export type Edits = Readonly<Record<string, Edit>>;

/**
 * Checks names and values of edits.
 * @throws FastSAMError `UNKNOWN_NAME` for a layer that the network does not have, with names like it; `INVALID_ARGUMENT`
 *   for a value that is no function.
 */
export function checkEdits(edits: Edits, known: readonly string[]): void {
  checkLayerNames('edit', Object.keys(edits), known);
  for (const [name, edit] of Object.entries<unknown>(edits)) {
    if (typeof edit === 'function') continue;
    throw invalidArgument(
      `edit ${name}: got ${showValue(edit)}, expected a function of a tensor; write { '${name}': (t) => t.mul(0) }`,
    );
  }
}

/** The edits of every output; an output with several names is changed by the innermost one first, as PyTorch's hooks do. */
export function editsByOutput(network: Network, edits: Edits): ReadonlyMap<tf.SymbolicTensor, readonly string[]> {
  const byOutput = new Map<tf.SymbolicTensor, string[]>();
  for (const [name, output] of network.outputs) {
    if (name in edits) byOutput.set(output, [...(byOutput.get(output) ?? []), name]);
  }
  return byOutput;
}

/**
 * Applies one edit.
 * @returns a tensor of the shape of `value`, for the caller to dispose; `value` stays.
 * @throws FastSAMError `INVALID_ARGUMENT`, with the layer's name, for another shape or type, and for what the edit throws.
 */
export function applyEdit(name: string, edit: Edit, value: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    let given: unknown;
    try {
      given = edit(tf.clone(value));
    } catch (error) {
      if (error instanceof FastSAMError) throw error;
      throw invalidArgument(`edit ${name}: the function threw: ${messageOf(error)}`, { cause: error });
    }
    const edited = toTensor(name, given, value);
    if (edited.dtype === 'float32' && sameShape(edited.shape, value.shape)) return edited;
    throw wrong(name, `${edited.dtype} [${edited.shape.join(', ')}]`, value);
  });
}

function toTensor(name: string, given: unknown, value: tf.Tensor): tf.Tensor {
  if (isTensor(given)) {
    if (given.isDisposed) throw wrong(name, 'a tensor that was disposed', value);
    return tf.clone(given);
  }
  if (given instanceof Float32Array) {
    if (given.length === value.size) return tf.tensor(given, value.shape);
    throw wrong(name, `${given.length} values`, value);
  }
  if (!Array.isArray(given)) throw wrong(name, describe(given), value);
  try {
    return tf.tensor(given as number[]);
  } catch (error) {
    throw wrong(name, `a list that makes no tensor (${messageOf(error)})`, value);
  }
}

const isTensor = (given: unknown): given is tf.Tensor => given instanceof tf.Tensor;

function describe(given: unknown): string {
  if (given instanceof Promise) return 'a Promise';
  return ArrayBuffer.isView(given) ? given.constructor.name : showValue(given);
}

const wrong = (name: string, got: string, { shape }: tf.Tensor): FastSAMError =>
  invalidArgument(
    `edit ${name}: got ${got}, expected a float32 tensor, Float32Array or nested list of shape [${shape.join(', ')}]; ` +
      'return one of that shape',
  );

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0];
