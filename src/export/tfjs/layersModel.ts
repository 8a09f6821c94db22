/** A tfjs layers model as files. */
import type * as tf from '../../runtime/tfjs.js';
import type { ExportedFile } from '../exportedFile.js';
import { readWeights } from '../walkLayers.js';
import { modelJson, weightFiles, type TfjsWeight } from './shards.js';

/** `model.json` and the shards; with `half`, weights are stored in float16. */
export async function layersModelFiles(
  model: tf.LayersModel,
  half: boolean,
  metadata: Readonly<Record<string, unknown>>,
): Promise<ExportedFile[]> {
  const arrays = await readWeights(model);
  const weights = arrays.map((array, i): TfjsWeight => {
    const name = model.weights[i].originalName; // `name` counts the networks that this process has made
    return { ...array, name, trained: name.startsWith('model.') };
  });
  const { manifest, files } = weightFiles(weights, half);
  const modelTopology: unknown = model.toJSON(null, false);
  const json = modelJson('layers-model', { modelTopology, weightsManifest: manifest, userDefinedMetadata: metadata });
  return [json, ...files];
}
