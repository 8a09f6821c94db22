/** A trained network on photographs against Ultralytics' FastSAM with the same weights. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { compareWithRecord, readRecord } from '../../tools/parity.js';
import { goldenPath } from '../support/golden.js';
import { scene } from '../support/paths.js';
import { describeOnDevices } from '../support/devices.js';

const IMAGES = ['bridge.jpg', 'coffee.jpg', 'coins.png', 'galaxies.jpg', 'rocket.jpg'] as const;
const RUNS = ['retina', 'plain'] as const;

/** Pixels; what is seen is 1e-4, the rest is for other CPUs' order of sums. */
const BOX_TOLERANCE = 0.01;
const SCORE_TOLERANCE = 1e-4;
const LOWEST_IOU = 0.99;

const recordOf = (file: string) => readRecord(goldenPath(`pipeline/${file.replace(/\.\w+$/, '')}.json.gz`));

describeOnDevices('a trained network', ['wasm', 'native'], ({ choice, device }) => {
  let model: FastSAM;

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
  });
  afterAll(() => {
    model.dispose();
  });

  test.each(IMAGES.flatMap((file) => RUNS.map((run) => [file, run] as const)))(
    '%s with %s masks gives what Ultralytics gives',
    async (file, run) => {
      expect(model.info.device).toBe(device);
      const difference = await compareWithRecord(model, scene(file), recordOf(file), run);
      expect(difference.expected).toBeGreaterThan(2);
      expect(difference.found).toBe(difference.expected);
      expect(difference.box).toBeLessThan(BOX_TOLERANCE);
      expect(difference.score).toBeLessThan(SCORE_TOLERANCE);
      expect(Math.min(...difference.maskIous)).toBeGreaterThanOrEqual(LOWEST_IOU);
      expect(difference.prompts).toBe(20);
      expect(difference.wrongChoices).toBe(0);
    },
  );
});

test('the comparison sees a difference', async () => {
  const model = await FastSAM.load('demo');
  const record = recordOf('coins.png');
  const fewer = await compareWithRecord(model, scene('coins.png'), { ...record, conf: 0.6 }, 'retina');
  expect(fewer.found).toBeLessThan(fewer.expected);
  const smaller = await compareWithRecord(model, scene('coins.png'), { ...record, imgsz: 256 }, 'retina');
  expect(smaller.box).toBeGreaterThan(BOX_TOLERANCE);
  expect(Math.min(...smaller.maskIous)).toBeLessThan(LOWEST_IOU);
  model.dispose();
});
