/** The stages after the network against PyTorch and Ultralytics, and files of our own held against theirs. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inferArchitecture } from '../../src/model/check.js';
import { compareActivations, firstAbove } from '../../src/model/compare.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, type Network } from '../../src/model/network.js';
import { readInput, readStageSettings, type LayerReference } from '../../src/model/referenceFile.js';
import { encodeReference } from '../../src/model/writeReference.js';
import { float32Tensor } from '../../src/weights/tensor.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { activate, describeOnBackends } from '../support/devices.js';
import { goldenBytes } from '../support/golden.js';
import { repository } from '../support/paths.js';

const STAGES = ['boxes', 'scores', 'coefficients', 'prototypes', 'kept', 'logits', 'image_boxes', 'masks'];
const reference = readSafetensors(goldenBytes('layers/demo-coffee.reference.safetensors'));

function demoNetwork(): Network {
  const { tensors } = readSafetensors(readFileSync(repository('test/golden/networks/demo.safetensors')));
  const network = buildNetwork(inferArchitecture(tensors));
  loadWeights(network, tensors);
  return network;
}

/** The reference with one array changed. */
function changed(name: string, change: (values: Float32Array) => Float32Array, shape?: number[]): LayerReference {
  const tensor = reference.tensors.get(name);
  if (!tensor) throw new Error(name);
  const values = change(tensor.toFloat32().slice());
  return { ...reference, tensors: new Map(reference.tensors).set(name, float32Tensor(shape ?? tensor.shape, values)) };
}

describeOnBackends('stages', ['wasm', 'native'], () => {
  test('are those of Ultralytics: the same anchors, and masks without one other pixel', async () => {
    const network = demoNetwork();
    const rows = await compareActivations(network, reference);
    network.model.dispose();
    expect(firstAbove(rows, 1e-4)).toBeUndefined();
    const stages = rows.filter(({ layer }) => layer.startsWith('stages.'));
    expect(stages.map(({ layer }) => layer.slice(7))).toEqual(STAGES);
    expect(stages.every(({ layer, maxRef }) => layer === 'stages.masks' || maxRef > 0.1)).toBe(true);
    const exact = Object.fromEntries(stages.map(({ layer, maxAbs }) => [layer, maxAbs]));
    expect(exact['stages.kept']).toBe(0);
    expect(exact['stages.masks']).toBe(0);
  });
});

describe('a fault of a stage', () => {
  let network: Network;
  beforeAll(async () => {
    await activate('wasm');
    network = demoNetwork();
  });
  afterAll(() => {
    network.model.dispose();
  });

  /** The stages that are off. */
  const off = async (file: LayerReference) =>
    (await compareActivations(network, file))
      .filter(({ layer, relative }) => layer.startsWith('stages.') && !(relative <= 1e-4))
      .map(({ layer }) => layer.slice(7));

  test('shows in its own row', async () => {
    expect(await off(changed('stages.scores', (v) => v.fill(0.99, 0, 1)))).toEqual(['scores', 'kept']);
    expect(await off(changed('stages.kept', (v) => v.reverse()))).toEqual(expect.arrayContaining(['kept', 'logits']));
    expect(await off(changed('stages.logits', (v) => v.map((x) => -x)))).toEqual(['logits', 'masks']);
    expect(await off(changed('stages.image_boxes', (v) => v.map((x) => x + 1)))).toEqual(['image_boxes', 'masks']);
    const moved = (v: Float32Array) => v.map((count, i) => (i === 0 ? count - 50 : i === 1 ? count + 50 : count));
    expect(await off(changed('stages.mask_counts', moved))).toEqual(['masks']);
  });

  test.each([
    [
      'a missing array',
      { ...reference, tensors: new Map([...reference.tensors].filter(([n]) => n !== 'stages.kept')) },
    ],
    ['an anchor outside', changed('stages.kept', (v) => v.fill(1e6))],
    ['counts that do not add up', changed('stages.mask_counts', (v) => v.map((x) => x + 1))],
    ['lengths beyond the counts', changed('stages.mask_lengths', (v) => v.fill(1e6))],
    ['boxes of three numbers', changed('stages.boxes', (v) => v.subarray(0, 3), [1, 3])],
    ['no settings', { ...reference, metadata: { ...reference.metadata, stages: '{}' } }],
    ['no JSON', { ...reference, metadata: { ...reference.metadata, stages: '{' } }],
  ])('%s is refused', async (_, file) => {
    const before = tf.memory().numTensors;
    await expect(compareActivations(network, file)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('another network is refused', async () => {
    const file = changed('stages.boxes', (v) => v.subarray(0, 8), [2, 4]);
    await expect(compareActivations(network, file)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
  });

  test('a file of our own agrees with that of PyTorch, and with itself', async () => {
    const settings = readStageSettings(reference);
    if (!settings) throw new Error('no settings');
    const before = tf.memory().numTensors;
    const input = readInput(reference);
    const own = readSafetensors(await encodeReference(network, input, settings, 64));
    input.dispose();
    for (const row of await compareActivations(network, own)) expect(row.maxAbs, row.layer).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    expect([...own.tensors.keys()].filter((name) => name.endsWith('.conv') || name.endsWith('.act'))).toEqual([]);
    const names = [...reference.tensors.keys()];
    expect(names.filter((name) => !own.tensors.has(name))).toEqual([]);
    for (const name of ['kept', 'mask_counts', 'mask_lengths'].map((each) => `stages.${each}`)) {
      expect(own.tensors.get(name)?.toFloat32(), name).toEqual(reference.tensors.get(name)?.toFloat32());
    }
    for (const name of ['boxes', 'scores', 'prototypes', 'logits'].map((each) => `stages.${each}`)) {
      expect(own.tensors.get(name)?.shape, name).toEqual(reference.tensors.get(name)?.shape);
      expect(own.tensors.get(name)?.toFloat32()).toBeAllclose(reference.tensors.get(name)?.toFloat32() ?? [], {
        rtol: 1e-4,
        atol: 1e-3,
      });
    }
  });
});
