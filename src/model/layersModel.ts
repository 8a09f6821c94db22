/** The network as a tfjs layers model on disk, which any tfjs program reads with `tf.loadLayersModel`. */
import * as tf from '@tensorflow/tfjs';
import type { StateDict } from '../weights/tensor.js';
import type { Architecture } from './architecture.js';
import { loadWeights } from './load.js';
import { buildNetwork, type NetworkOptions } from './network.js';

const TOPOLOGY_FILE = 'model.json';
const WEIGHTS_FILE = 'weights.bin';

/**
 * The files of the model: `model.json` and `weights.bin` (float32), each with its bytes. A program that loads them must
 * have imported this package, which registers the custom layers.
 */
export async function saveLayersModel(
  tensors: StateDict,
  architecture: Architecture,
  options: NetworkOptions = {},
): Promise<(readonly [name: string, bytes: Uint8Array])[]> {
  const network = buildNetwork(architecture, options);
  try {
    loadWeights(network, tensors);
    let artifacts: tf.io.ModelArtifacts | undefined;
    await network.model.save(
      tf.io.withSaveHandler((made) => {
        artifacts = made;
        return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
      }),
    );
    if (artifacts?.weightData === undefined) throw new Error('tfjs gave no artifacts');
    const { modelTopology, weightSpecs, weightData } = artifacts;
    const json = {
      format: 'layers-model',
      generatedBy: 'fastsam-tfjs',
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
    };
    const parts = Array.isArray(weightData) ? weightData : [weightData];
    return [
      [TOPOLOGY_FILE, new TextEncoder().encode(JSON.stringify(json))],
      [WEIGHTS_FILE, new Uint8Array(await new Blob(parts).arrayBuffer())],
    ];
  } finally {
    network.model.dispose();
  }
}
