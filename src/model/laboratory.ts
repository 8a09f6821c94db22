/** What looks into a loaded network; loaded when it is used. */
import type * as tf from '../runtime/tfjs.js';
import { invalidArgument } from '../errors.js';
import { checkValue, resolve } from '../options/resolve.js';
import type { ModelDefaults } from '../weights/catalogue.js';
import { onDevice } from '../runtime/onDevice.js';
import { addTensorMethods } from '../runtime/tensorMethods.js';
import { activations } from './activations.js';
import type { Detector } from './detector.js';
import { checkEdits, type Edits } from './edits.js';
import { gradient, INPUT, type PredictionScalar } from './gradient.js';
import { checkLayerNames, namesWithBatchNorm } from './layerNames.js';
import { LayersDetector } from './layersDetector.js';
import type { LoadedNetwork } from './loadedNetwork.js';
import { networkInput, type NetworkInput } from './networkInput.js';
import {
  ACTIVATION_OPTIONS,
  GRADIENT_OPTIONS,
  LAYER_NAMES,
  PREDICTION_SCALAR,
  type ActivationOptions,
  type GradientOptions,
} from './options.js';

addTensorMethods();

/**
 * The detector with edits: on layers with batch norm where an edit asks for it.
 * @throws FastSAMError `UNKNOWN_NAME`, `INVALID_ARGUMENT`.
 */
export function editingDetector(loaded: LoadedNetwork, edits: Edits): Detector {
  checkEdits(edits, knownNames(loaded));
  return new LayersDetector(loaded.networkFor(Object.keys(edits)), edits);
}

/** See `FastSAM.layerNames`. */
export function knownNames({ network, tensors }: LoadedNetwork): string[] {
  return namesWithBatchNorm(network, tensors);
}

/** See `FastSAM.activations`. */
export async function activationsOf(
  loaded: LoadedNetwork,
  defaults: ModelDefaults,
  input: NetworkInput,
  names: readonly string[],
  options: ActivationOptions,
): Promise<Record<string, tf.Tensor>> {
  const { edit: edits = {}, precision: asked, ...choice } = resolve(ACTIVATION_OPTIONS, options, { ...defaults });
  checkValue('names', LAYER_NAMES, names);
  checkLayerNames('activations', names, knownNames(loaded));
  checkEdits(edits, knownNames(loaded));
  const edited = Object.keys(edits);
  const precision = asked ?? (edited.length > 0 ? 'fp32' : loaded.precision);
  if (edited.length > 0 && precision !== 'fp32') {
    throw invalidArgument(
      `precision: got ${precision} with edits, expected fp32, in which edited layers run; leave it out`,
    );
  }
  const network = loaded.networkFor([...names, ...edited]);
  const x = await networkInput(input, choice, network.architecture.family.maxStride);
  try {
    if (precision === 'fp32') return onDevice(() => activations(network, x, names, edits));
    const { compiledActivations } = await import('./compiledActivations.js');
    return await compiledActivations(network, x, names, precision);
  } finally {
    x.dispose();
  }
}

/** See `FastSAM.gradient`. */
export async function gradientOf(
  loaded: LoadedNetwork,
  defaults: ModelDefaults,
  input: NetworkInput,
  scalar: PredictionScalar,
  options: GradientOptions,
): Promise<tf.Tensor> {
  const { of, edit: edits = {}, ...choice } = resolve(GRADIENT_OPTIONS, options, { ...defaults });
  checkValue('scalar', PREDICTION_SCALAR, scalar);
  if (of !== INPUT) checkLayerNames('of', [of], [INPUT, ...knownNames(loaded)]);
  checkEdits(edits, knownNames(loaded));
  const network = loaded.networkFor([of, ...Object.keys(edits)]);
  const x = await networkInput(input, choice, network.architecture.family.maxStride);
  try {
    return onDevice(() => gradient(network, x, scalar, of, edits));
  } finally {
    x.dispose();
  }
}
