/** The whole way from an image to masks on WebGPU: in Node on Dawn, where both are installed (docs/user/webgpu.md). */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, type Results } from '../../src/index.js';
import { compareActivations } from '../../src/model/compare.js';
import { acquireDevice, releaseDevice } from '../../src/runtime/device.js';
import { deviceStatus } from '../../src/runtime/deviceStatus.js';
import { throwIfGpuFailed } from '../../src/runtime/gpuErrors.js';
import { compareWithRecord, readRecord } from '../../tools/parity.js';
import { tinyFile, tinyNetwork, type TinyName } from '../support/tinyNetwork.js';
import { goldenPath } from '../support/golden.js';
import { scene } from '../support/paths.js';

const TOLERANCE = 1e-4;
const BOX_TOLERANCE = 0.01; // pixels
const LOWEST_IOU = 0.99;

const row = await deviceStatus('webgpu');
const note = row.available ? ` (${row.detail})` : ` (skipped: ${row.detail})`;
const recordOf = (name: string) => readRecord(goldenPath(`pipeline/${name}.json.gz`));

const areas = (scene: Results): number[] => Array.from(scene, ({ mask }) => mask.area);

describe.skipIf(!row.available)(`WebGPU${note}`, () => {
  let tensors: number;

  beforeAll(async () => {
    await acquireDevice('webgpu');
    tensors = tf.memory().numTensors;
  });
  afterAll(() => {
    releaseDevice();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test.each<TinyName>(['tiny', 'tiny-3-classes'])('every layer of %s is what PyTorch computes', async (name) => {
    expect(tf.getBackend()).toBe('webgpu');
    const network = tinyNetwork(name);
    const rows = await compareActivations(network, tinyFile(`${name}.reference`));
    expect(rows.length).toBeGreaterThan(23);
    expect(rows.filter(({ relative }) => !(relative <= TOLERANCE))).toEqual([]);
    network.model.dispose();
    throwIfGpuFailed();
  });

  test.each(['coffee.jpg', 'coins.png', 'rocket.jpg'])('the objects of %s are those of Ultralytics', async (file) => {
    const model = await FastSAM.load('demo', { device: 'webgpu' });
    const record = recordOf(file.replace(/\.\w+$/, ''));
    const difference = await compareWithRecord(model, scene(file), record, 'retina');
    model.dispose();
    expect(difference.expected).toBeGreaterThan(2);
    expect(difference.found).toBe(difference.expected);
    expect(difference.box).toBeLessThan(BOX_TOLERANCE);
    expect(difference.score).toBeLessThan(TOLERANCE);
    expect(Math.min(...difference.maskIous)).toBeGreaterThanOrEqual(LOWEST_IOU);
    expect(difference.wrongChoices).toBe(0);
  });

  test('several images together give what each gives alone', async () => {
    const model = await FastSAM.load('demo', { device: 'webgpu' });
    const files = ['coffee.jpg', 'rocket.jpg'].map(scene);
    const together = await model.segment(files, { square: true, imgsz: 160, batch: 2 });
    for (const [i, file] of files.entries()) {
      const alone = await model.segment(file, { square: true, imgsz: 160 });
      expect(together[i].length).toBe(alone.length);
      expect(areas(together[i])).toEqual(areas(alone));
    }
    model.dispose();
  });

  test('an error on the GPU is thrown, once, instead of zeros', async () => {
    const model = await FastSAM.load('demo', { device: 'webgpu' });
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    device.createBuffer({ size: 16, usage: 0xffff }); // no such usage
    const failing = model.segment(scene('coins.png'), { imgsz: 64 });
    await expect(failing).rejects.toMatchObject({
      code: 'DEVICE_FAILED',
      message: expect.stringContaining('webgpu: got') as string,
    });
    await expect(model.segment(scene('coins.png'), { imgsz: 64 })).resolves.toBeDefined();
    model.dispose();
  });
});
