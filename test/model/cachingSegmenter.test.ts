/** Many settings on one image: the results of separate runs, bit by bit, with the network run once for each size. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import type { SegmentOptions } from '../../src/model/options.js';
import type { CachedSegmenter } from '../../src/model/segmenter.js';
import type { Results } from '../../src/results/results.js';
import { describeOnDevices } from '../support/devices.js';
import { repository } from '../support/paths.js';

const image = repository('test/golden/scenes/coffee.jpg');
const grid: SegmentOptions[] = [0, 0.05, 0.25, 0.4, 0.9].flatMap((conf) =>
  [0.1, 0.7, 1].flatMap((iou) => [5, 300].map((maxDet) => ({ conf, iou, maxDet }))),
);
const extra: SegmentOptions[] = [{ retinaMasks: false }, { snapFullBoxes: false }, { compat: 'ultralytics' }];

/** Everything that a result holds, but the times. */
const contents = (results: Results) => ({ ...results.toJSON(), speed: undefined, inputs: results.maskInputs });

describeOnDevices('a cached segmenter', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  let cached: CachedSegmenter;
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    cached = await model.withCache();
  });
  afterAll(() => {
    model.dispose();
  });

  test('gives what separate calls give, for one run of the network', async () => {
    for (const options of [...grid, ...extra]) {
      const settings = { imgsz: 160, ...options };
      const [found, expected] = [await cached.segment(image, settings), await model.segment(image, settings)];
      expect(contents(found), JSON.stringify(options)).toEqual(contents(expected));
    }
    expect(cached.runs).toBe(1);
  });

  test('runs for another size, another image, and in a stream too', async () => {
    await cached.segment(image, { imgsz: 96 });
    expect(cached.runs).toBe(2);
    const other = repository('test/golden/scenes/coins.png');
    for await (const { results } of cached.stream([other, image, other], { imgsz: 160 })) {
      expect(results?.length).toBeGreaterThan(0);
    }
    expect(cached.runs).toBe(3);
    const together = await Promise.all([0.1, 0.2, 0.1].map((conf) => cached.segment(other, { imgsz: 160, conf })));
    expect(contents(together[2])).toEqual(contents(together[0]));
    expect(cached.runs).toBe(3);
  });

  test('holds no tensors, forgets what it keeps, and reports a file that is not there each time', async () => {
    const before = tf.memory().numTensors;
    const own = await model.withCache();
    await own.segment(image, { imgsz: 96 });
    expect(tf.memory().numTensors).toBe(before);
    for (const name of ['missing.jpg', 'missing.jpg'])
      await expect(own.segment(name)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    own.dispose();
    await own.segment(image, { imgsz: 96 });
    expect(own.runs).toBe(2);
    own.dispose();
  });
});

describe('a cached segmenter of a model', () => {
  test('that was disposed is refused', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    const cached = await model.withCache();
    await cached.segment(image, { imgsz: 64 });
    model.dispose();
    await expect(cached.segment(image, { imgsz: 64 })).rejects.toMatchObject({ code: 'DISPOSED' });
    await expect(model.withCache()).rejects.toMatchObject({ code: 'DISPOSED' });
    cached.dispose();
  });
});
