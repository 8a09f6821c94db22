/** Every layer and block of two small networks against PyTorch and Ultralytics. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import { compareActivations, eachDifference, firstAbove } from '../../src/model/compare.js';
import type { LayerDifference } from '../../src/model/layerDifference.js';
import type { Network } from '../../src/model/network.js';
import { tinyFile, tinyNetwork } from '../support/tinyNetwork.js';
import { activate, describeOnBackends } from '../support/devices.js';

const TOLERANCE = 1e-4;

const CASES = [
  { name: 'tiny', foldBatchNorm: true },
  { name: 'tiny', foldBatchNorm: false },
  { name: 'tiny-3-classes', foldBatchNorm: true },
  { name: 'tiny-3-classes', foldBatchNorm: false },
] as const;

describeOnBackends('layers and blocks', ['wasm', 'native', 'plain JavaScript'], (backend) => {
  const cases = backend === 'plain JavaScript' ? CASES.slice(0, 1) : CASES;

  describe.each(cases)('of $name, batch norm folded: $foldBatchNorm', ({ name, foldBatchNorm }) => {
    let network: Network;
    let rows: LayerDifference[];

    beforeAll(async () => {
      network = tinyNetwork(name, { foldBatchNorm });
      rows = await compareActivations(network, tinyFile(`${name}.reference`));
    });
    afterAll(() => {
      network.model.dispose();
    });

    test('all 23 layers were compared, and every block of the reference', () => {
      const layers = rows.map(({ layer }) => layer).filter((layer) => layer.split('.').length === 2);
      expect(layers).toEqual(Array.from({ length: 23 }, (_, i) => `model.${String(i)}`));
      const { metadata } = tinyFile(`${name}.reference`);
      expect(rows).toHaveLength((JSON.parse(metadata.layers) as unknown[]).length);
    });

    test('each is within 1e-4 of its largest value, and none is flat', () => {
      expect(rows.filter(({ relative }) => !(relative <= TOLERANCE))).toEqual([]);
      expect(rows.filter(({ maxRef }) => maxRef < 0.01)).toEqual([]);
    });
  });
});

describe('a comparison that must not pass', () => {
  let network: Network;

  beforeAll(async () => {
    await activate('wasm');
    network = tinyNetwork('tiny');
  });
  afterAll(() => {
    network.model.dispose();
  });

  test('one changed weight shows from its layer on, and not before', async () => {
    const layer = network.model.getLayer('model.5.conv');
    const [kernel, bias] = layer.getWeights().map((weight) => weight.clone()); // those read are the variables themselves
    layer.setWeights([kernel, tf.add(bias, 0.5)]);
    const rows = await compareActivations(network, tinyFile('tiny.reference'));
    const relative = new Map(rows.map((row) => [row.layer, row.relative]));
    expect(relative.get('model.4')).toBeLessThan(TOLERANCE);
    expect(relative.get('model.5')).toBeGreaterThan(0.01);
    expect(relative.get('model.22')).toBeGreaterThan(TOLERANCE);
    expect(firstAbove(rows, TOLERANCE)?.layer).toMatch(/^model\.5/);
    layer.setWeights([kernel, bias]);
    tf.dispose([kernel, bias]);
    expect(firstAbove(await compareActivations(network, tinyFile('tiny.reference')), TOLERANCE)).toBeUndefined();
  });

  test('NaN is a difference', async () => {
    const layer = network.model.getLayer('model.21.cv2.conv');
    const [kernel, bias] = layer.getWeights().map((weight) => weight.clone()); // those read are the variables themselves
    layer.setWeights([kernel, tf.fill(bias.shape, NaN)]);
    const rows = await compareActivations(network, tinyFile('tiny.reference'));
    expect(rows.find(({ layer: name }) => name === 'model.21')?.relative).toBeNaN();
    expect(firstAbove(rows, 1)?.layer).toMatch(/^model\.21\.cv2/);
    layer.setWeights([kernel, bias]);
    tf.dispose([kernel, bias]);
  });

  test("another network's reference is refused", async () => {
    await expect(compareActivations(network, tinyFile('tiny-3-classes.reference'))).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
    });
  });

  test.each([
    ['a file of weights', tinyFile('tiny')],
    ['no layers', { ...tinyFile('tiny.reference'), metadata: { layers: '[]' } }],
    ['a broken list', { ...tinyFile('tiny.reference'), metadata: { layers: '[{"name":"model.0"}]' } }],
    [
      'a layer without values',
      {
        ...tinyFile('tiny.reference'),
        metadata: { layers: '[{"name":"model.99","shape":[1],"step":1,"largest":1}]' },
      },
    ],
    ['no input', { tensors: new Map(), metadata: { layers: '[]' } }],
  ])('%s is no reference', async (_, file) => {
    await expect(compareActivations(network, file)).rejects.toMatchObject({ code: 'INVALID_CHECKPOINT' });
    await expect(compareActivations(network, file)).rejects.toThrow(FastSAMError);
  });

  test('nothing leaks, also when the caller stops early', async () => {
    const before = tf.memory().numTensors;
    await compareActivations(network, tinyFile('tiny.reference'));
    for await (const { layer } of eachDifference(network, tinyFile('tiny.reference'))) if (layer === 'model.2') break;
    await expect(compareActivations(network, tinyFile('tiny-3-classes.reference'))).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});
