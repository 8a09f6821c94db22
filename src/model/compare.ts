/** Layer by layer against what PyTorch and Ultralytics computed (`tools/golden/layers.py` makes the reference files). */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError } from '../errors.js';
import { elementCount, type StateDict, type WeightTensor } from '../weights/tensor.js';
import { eachActivation } from './activations.js';
import { activationNames } from './layerNames.js';
import type { Network } from './network.js';

/** A reference file, read. */
export interface LayerReference {
  /** `input` [1,H,W,3] and one array of values per layer. */
  readonly tensors: StateDict;
  /** `layers`: a JSON list of ReferenceLayer, in the order of computation. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the reference says of one output. Its array holds some of the values, or all. */
interface ReferenceLayer {
  readonly name: string;
  /** Shape of the whole output; feature maps are [B,H,W,C]. */
  readonly shape: readonly number[];
  /** Value k of the array is element (k · step) mod size of the whole output. */
  readonly step: number;
  /** Largest absolute value of the whole output. */
  readonly largest: number;
}

/** How far one output is from the reference. */
export interface LayerDifference {
  /** Ultralytics name, such as `model.9`. */
  readonly layer: string;
  readonly shape: readonly number[];
  /** How many values were compared. */
  readonly values: number;
  /** Largest absolute difference; NaN if any value is. */
  readonly maxAbs: number;
  /** Largest absolute value of the reference. */
  readonly maxRef: number;
  /** maxAbs / maxRef. */
  readonly relative: number;
}

const INPUT = 'input';

/**
 * Runs the network on the reference's input and yields one row for each output that the reference has and the network
 * also makes, in the order of computation. A network with batch norm folded makes no `.bn`, for instance.
 * @throws FastSAMError `INVALID_CHECKPOINT` when this is no reference file; `CHECKPOINT_MISMATCH` when it was made with
 *   another network.
 */
export async function* eachDifference(
  network: Network,
  reference: LayerReference,
): AsyncGenerator<LayerDifference, void> {
  const layers = new Map(readLayers(reference).map((layer) => [layer.name, layer]));
  const known = new Set(activationNames(network));
  const names = [...layers.keys()].filter((name) => known.has(name));
  const input = readInput(reference);
  try {
    for (const { name, value } of eachActivation(network, input, names)) {
      const layer = layers.get(name);
      const expected = reference.tensors.get(name);
      if (layer && expected) yield await difference(layer, value, expected);
    }
  } finally {
    input.dispose();
  }
}

/** All rows of `eachDifference`. */
export async function compareActivations(network: Network, reference: LayerReference): Promise<LayerDifference[]> {
  const rows: LayerDifference[] = [];
  for await (const row of eachDifference(network, reference)) rows.push(row);
  return rows;
}

async function difference(layer: ReferenceLayer, value: tf.Tensor, reference: WeightTensor): Promise<LayerDifference> {
  const { name, shape, step, largest } = layer;
  if (shape.join() !== value.shape.join()) {
    throw new FastSAMError(
      'CHECKPOINT_MISMATCH',
      `reference: got ${name} of shape [${shape.join(', ')}], expected [${value.shape.join(', ')}] as in the network; ` +
        'use the reference of this checkpoint',
    );
  }
  const values = await value.data();
  const expected = reference.toFloat32();
  let maxAbs = 0;
  for (let k = 0; k < expected.length; k++) {
    const distance = Math.abs(values[(k * step) % values.length] - expected[k]);
    if (!(distance <= maxAbs)) maxAbs = distance;
    if (Number.isNaN(maxAbs)) break;
  }
  return { layer: name, shape, values: expected.length, maxAbs, maxRef: largest, relative: maxAbs / (largest || 1) };
}

function readInput({ tensors }: LayerReference): tf.Tensor4D {
  const input = tensors.get(INPUT);
  if (input?.shape.length !== 4)
    throw broken(`'${INPUT}' ${input ? `of shape [${input.shape.join(', ')}]` : 'missing'}`);
  return tf.tensor4d(input.toFloat32(), input.shape as [number, number, number, number]);
}

function readLayers({ tensors, metadata }: LayerReference): ReferenceLayer[] {
  let layers: unknown;
  try {
    layers = JSON.parse(metadata.layers);
  } catch (error) {
    throw broken("no JSON in the metadata's 'layers'", error);
  }
  if (!Array.isArray(layers) || layers.length === 0) throw broken("no list in the metadata's 'layers'");
  return layers.map((layer: unknown) => {
    if (!isReferenceLayer(layer)) throw broken(`a layer described as ${JSON.stringify(layer).slice(0, 100)}`);
    const count = tensors.get(layer.name)?.shape.reduce((product, size) => product * size, 1) ?? 0;
    if (count < 1 || count > elementCount(layer.shape)) throw broken(`${count} values for ${layer.name}`);
    return layer;
  });
}

function isReferenceLayer(value: unknown): value is ReferenceLayer {
  if (typeof value !== 'object' || value === null) return false;
  const { name, shape, step, largest } = value as Record<string, unknown>;
  const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) > 0;
  return (
    typeof name === 'string' &&
    Array.isArray(shape) &&
    shape.every(isCount) &&
    isCount(step) &&
    typeof largest === 'number'
  );
}

const broken = (got: string, cause?: unknown): FastSAMError =>
  new FastSAMError(
    'INVALID_CHECKPOINT',
    `reference: got ${got}, expected a file of layer outputs; make one with tools/golden/layers.py`,
    { cause },
  );
