/** A saved tf.LayersModel loads again and computes the same. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { runNetwork } from '../../src/model/network.js';
import { tinyNetwork } from '../support/tinyNetwork.js';
import { describeOnBackends } from '../support/devices.js';

describeOnBackends('a saved layers model', ['wasm', 'native'], () => {
  test.each([true, false])('batch norm folded: %s', async (foldBatchNorm) => {
    const before = tf.memory().numTensors;
    const network = tinyNetwork('tiny-3-classes', { foldBatchNorm });
    let artifacts: tf.io.ModelArtifacts | undefined;
    await network.model.save(
      tf.io.withSaveHandler((saved) => {
        artifacts = JSON.parse(JSON.stringify({ ...saved, weightData: undefined })) as tf.io.ModelArtifacts;
        artifacts.weightData = saved.weightData;
        return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) });
      }),
    );
    if (!artifacts) throw new Error('nothing was saved');
    expect(artifacts.weightSpecs?.map(({ name }) => name)).toContain('model.2.m.0.cv1.conv/kernel');
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    for (const shape of [
      [1, 64, 96, 3],
      [2, 32, 32, 3],
    ] as [number, number, number, number][]) {
      const input = tf.randomUniform<tf.Rank.R4>(shape, 0, 1, 'float32', 5);
      const { boxes, classes, coefficients, prototypes } = runNetwork(network, input);
      const expected = [boxes, classes, coefficients, prototypes];
      const got = loaded.predictOnBatch(input) as tf.Tensor[];
      for (const [i, tensor] of got.entries()) {
        expect(tensor.shape).toEqual(expected[i].shape);
        expect(await tensor.data()).toEqual(await expected[i].data());
      }
      tf.dispose([input, ...expected, ...got]);
    }
    network.model.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
