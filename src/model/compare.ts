/** Layer by layer and stage by stage against what another program computed (docs/user/compare.md). */
import type * as tf from '../runtime/tfjs.js';
import { FastSAMError } from '../errors.js';
import type { WeightTensor } from '../weights/tensor.js';
import { eachActivation } from './activations.js';
import { eachStageDifference } from './compareStages.js';
import type { LayerDifference } from './layerDifference.js';
import { activationNames } from './layerNames.js';
import type { Network } from './network.js';
import { readInput, readLayers, readStageSettings, type LayerReference, type ReferenceLayer } from './referenceFile.js';

/**
 * Runs the network on the reference's input and yields one row for each output that the reference has and the network
 * also makes, in the order of computation; then one for each stage after the network that it has. A network with batch norm
 * folded makes no `.bn`, for instance.
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
  const settings = readStageSettings(reference);
  const input = readInput(reference);
  try {
    for (const { name, value } of eachActivation(network, input, names)) {
      const layer = layers.get(name);
      const expected = reference.tensors.get(name);
      if (layer && expected) yield await difference(layer, value, expected);
    }
    if (settings) yield* eachStageDifference(network, input, reference, settings);
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

/** The first row, in the order of computation, that is further off than that; NaN is. */
export function firstAbove(rows: readonly LayerDifference[], tolerance: number): LayerDifference | undefined {
  return rows.find(({ relative }) => !(relative <= tolerance));
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
