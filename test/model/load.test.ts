import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compareActivations } from '../../src/model/compare.js';
import { architectureFor } from '../../src/model/architecture.js';
import { YOLOV8_SEG } from '../../src/model/families/yolov8Seg.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork } from '../../src/model/network.js';
import { inferArchitecture } from '../../src/model/check.js';
import type { WeightTensor } from '../../src/weights/tensor.js';
import { tinyFile, tinyNetwork } from '../support/tinyNetwork.js';
import { describeOnBackends } from '../support/devices.js';

const tensor = (values: Float32Array, ...shape: number[]): WeightTensor => {
  return { dtype: 'float32', shape, toFloat32: () => values };
};

/** The tiny checkpoint as somebody saves it after fusing: convolutions have a bias, batch norm is gone. */
function fusedTiny(): Map<string, WeightTensor> {
  const { tensors } = tinyFile('tiny');
  const fused = new Map(tensors);
  for (const name of tensors.keys()) {
    if (!name.endsWith('.bn.weight')) continue;
    const block = name.slice(0, -'.bn.weight'.length);
    const array = (key: string): Float32Array => tensors.get(`${block}.${key}`)?.toFloat32() ?? new Float32Array();
    const weight = array('conv.weight');
    const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((key) =>
      array(`bn.${key}`),
    );
    const factor = (channel: number): number => gamma[channel] / Math.sqrt(variance[channel] + 0.001);
    const perChannel = weight.length / gamma.length;
    const scaled = weight.map((value, i) => value * factor(Math.floor(i / perChannel)));
    const bias = beta.map((value, channel) => value - mean[channel] * factor(channel));
    fused.set(`${block}.conv.weight`, tensor(scaled, ...(tensors.get(`${block}.conv.weight`)?.shape ?? [])));
    fused.set(`${block}.conv.bias`, tensor(bias, bias.length));
    for (const key of ['weight', 'bias', 'running_mean', 'running_var']) fused.delete(`${block}.bn.${key}`);
  }
  return fused;
}

describeOnBackends('loading weights', ['wasm', 'native'], () => {
  test('a fused checkpoint computes what the unfused one does', async () => {
    const fused = fusedTiny();
    const architecture = inferArchitecture(fused);
    expect(architecture.folded).toBe(true);
    const network = buildNetwork(architecture);
    loadWeights(network, fused);
    const rows = await compareActivations(network, tinyFile('tiny.reference'));
    expect(Math.max(...rows.map(({ relative }) => relative))).toBeLessThan(1e-4);
    network.model.dispose();
  });

  test('a fused checkpoint does not go into a network with batch norm', () => {
    const network = tinyNetwork('tiny', { foldBatchNorm: false });
    expect(() => {
      loadWeights(network, fusedTiny());
    }).toThrow(/got weights with batch norm folded in/);
    network.model.dispose();
  });

  test('weights of another network are refused as a whole', () => {
    const network = buildNetwork(architectureFor(YOLOV8_SEG, 'n'));
    const before = tf.memory().numTensors;
    expect(() => {
      loadWeights(network, tinyFile('tiny').tensors);
    }).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }) as Error);
    expect(tf.memory().numTensors).toBe(before);
    network.model.dispose();
  });

  test('bin positions other than 0, 1, 2 … are refused', () => {
    const tensors = new Map(tinyFile('tiny').tensors);
    tensors.set('model.22.dfl.conv.weight', tensor(Float32Array.of(0, 1, 2, 3, 5), 1, 5, 1, 1));
    const network = buildNetwork(inferArchitecture(tensors));
    expect(() => {
      loadWeights(network, tensors);
    }).toThrow(/got 5 at 4/);
    network.model.dispose();
  });

  test('loading twice leaks nothing', () => {
    const network = tinyNetwork('tiny');
    const before = tf.memory().numTensors;
    loadWeights(network, tinyFile('tiny').tensors);
    expect(tf.memory().numTensors).toBe(before);
    network.model.dispose();
  });
});
