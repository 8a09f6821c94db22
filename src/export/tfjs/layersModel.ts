/** A tfjs layers model as files. */
import * as tf from '@tensorflow/tfjs';
import type { ExportedFile } from '../exportedFile.js';
import { modelJson, weightFiles, type TfjsWeight } from './shards.js';

/** `model.json` and the shards; with `half`, weights are stored in float16. */
export async function layersModelFiles(
  model: tf.LayersModel,
  half: boolean,
  metadata: Readonly<Record<string, unknown>>,
): Promise<ExportedFile[]> {
  const weights = await Promise.all(
    model.weights.map(async (weight): Promise<TfjsWeight> => {
      const values = (await weight.read().data()) as Float32Array;
      const name = weight.originalName; // `name` counts the networks that this process has made
      return { name, shape: weight.shape as number[], values, trained: name.startsWith('model.') };
    }),
  );
  const { manifest, files } = weightFiles(weights, half);
  const modelTopology: unknown = model.toJSON(null, false);
  const json = modelJson('layers-model', { modelTopology, weightsManifest: manifest, userDefinedMetadata: metadata });
  return [json, ...files];
}
