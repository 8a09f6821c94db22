import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, type ValMetrics } from '../../src/index.js';
import { matchByScore, valMetrics } from '../../src/evaluate/yolo/ap.js';
import { interpolate, smooth } from '../../src/evaluate/statistics/curves.js';
import { boxIous } from '../../src/evaluate/yolo/ious.js';
import { fastsam } from '../support/cli.js';
import { describeOnDevices } from '../support/devices.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { goldenPath } from '../support/golden.js';
import { repository } from '../support/paths.js';

type Expected = Record<string, Record<'boxes' | 'masks', Record<string, number>>>;

function expectMetrics(found: ValMetrics | undefined, expected: Record<string, number>, what: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const own = found?.[name as 'mAP50'] ?? NaN;
    expect(own, `${what} ${name}`).toBeAllclose(value, { atol: 1e-4 });
  }
}

describeOnDevices('agreement with val of Ultralytics', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
  });
  afterAll(() => {
    model.dispose();
  });

  const sets = { 'drawn scenes': goldenPath('val'), 'COCO images': repository('out/val') };
  for (const [name, folder] of Object.entries(sets)) {
    test.skipIf(!existsSync(`${folder}/expected.json`))(
      `on ${name} (skipped where tools/golden/yoloVal.py has not made them), in batches of any size`,
      async () => {
        const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected;
        for (const [batch, kinds] of Object.entries(expected)) {
          const tensors = tf.memory().numTensors;
          const found = await model.val(`${folder}/data.yaml`, { imgsz: 320, batch: Number(batch) });
          expect(tf.memory().numTensors).toBe(tensors);
          expect(found.skipped).toEqual([]);
          expectMetrics(found.boxes, kinds.boxes, `boxes, batch ${batch},`);
          expectMetrics(found.masks, kinds.masks, `masks, batch ${batch},`);
        }
      },
      600_000,
    );
  }

  test('leaves out images that cannot be used and says why; limit, progress and abort hold', async () => {
    const folder = temporaryFolder();
    for (const kind of ['images', 'labels']) mkdirSync(`${folder}/${kind}`);
    const png = readFileSync(goldenPath('val/images/val/scene0.png'));
    for (const name of ['a', 'b', 'c']) writeFileSync(`${folder}/images/${name}.png`, png);
    writeFileSync(`${folder}/images/d.png`, 'no image');
    writeFileSync(`${folder}/labels/a.txt`, '0 0.2 0.2 0.6 0.2 0.6 0.7\n');
    writeFileSync(`${folder}/labels/b.txt`, '0 0.2 0.2 1.6 0.2 0.6 0.7\n');
    writeFileSync(`${folder}/data.yaml`, 'val: images\nnames: [thing]\n');
    const steps: string[] = [];
    const onProgress = (done: number, total: number) => steps.push(`${done}/${total}`);
    const all = await model.val(`${folder}/data.yaml`, { imgsz: 64, onProgress });
    expect([all.images, all.objects, all.masks !== undefined]).toEqual([2, 1, true]);
    expect(all.skipped.map(({ image, reason }) => `${image.slice(-5)} ${reason}`)).toEqual([
      'b.png its labels have a box with width 1.4, outside the image',
      expect.stringContaining('d.png'),
    ]);
    expect(steps).toEqual(['1/2', '2/2']);
    expect((await model.val(`${folder}/data.yaml`, { imgsz: 64, limit: 1 })).images).toBe(1);
    await expect(model.val(`${folder}/data.yaml`, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    await expect(model.val(`${folder}/nothing.yaml`)).rejects.toThrow(/nothing\.yaml/);
    await expect(model.val(`${folder}/data.yaml`, { split: 'test' })).rejects.toThrow(/got no "test"/);
  });
});

describe('fastsam val', () => {
  const scenes = goldenPath('val');

  test('prints a table and writes numbers and curves', async () => {
    const out = `${temporaryFolder()}/val`;
    const run = await fastsam(['val', `${scenes}/data.yaml`, '--device', 'wasm', '--limit', '2', '--out', out]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^2 images, \d+ objects.*\n +P +R +mAP50 mAP50-95\nboxes +\d.*\nmasks +\d/);
    const saved = JSON.parse(readFileSync(`${out}/results.json`, 'utf8')) as { masks: { mAP50: number } };
    expect(saved.masks.mAP50).toBeGreaterThan(0);
    for (const name of ['box', 'mask']) expect(existsSync(`${out}/${name}-pr.png`)).toBe(true);
  });

  test('takes COCO files, leaves out crowds and images that are missing, and says so', async () => {
    const file = `${temporaryFolder()}/coco.json`;
    const object = { image_id: 1, category_id: 3, bbox: [10, 10, 50, 40], area: 2000 };
    const segmentation = [[10, 10, 60, 10, 60, 50, 10, 50]];
    const image = { width: 160, height: 120 };
    const data = {
      images: [
        { id: 1, file_name: 'scene0.png', ...image },
        { id: 2, file_name: 'missing.png', ...image },
      ],
      annotations: [
        { id: 1, ...object, segmentation, iscrowd: 0 },
        { id: 2, ...object, segmentation: { size: [120, 160], counts: [100, 19100] }, iscrowd: 1 },
      ],
      categories: [{ id: 3, name: 'thing' }],
    };
    writeFileSync(file, JSON.stringify(data));
    const args = ['val', file, '--device', 'wasm', '--json'];
    const run = await fastsam([...args, '--images', `${scenes}/images/val`]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/left out .*missing\.png/);
    const found = JSON.parse(run.stdout) as { images: number; objects: number; coco: { masks: { AR: object } } };
    expect([found.images, found.objects]).toEqual([1, 1]);
    expect(Object.keys(found.coco.masks.AR)).toEqual(['1', '10', '100', '300']);
    const without = await fastsam(args);
    expect([without.code, without.stdout]).toEqual([2, '']);
    expect(without.stderr).toMatch(/expected --images/);
  });
});

describe('matching and curves', () => {
  test('each detection takes the best free object; a second one on it is wrong', () => {
    const ious = Float32Array.of(0.9, 0.6, 0.8, 0.4); // two detections (rows), two objects
    expect([...matchByScore(ious, [0, 0], [0, 0])]).toEqual([0b0111111111, 0]);
    expect([...matchByScore(ious, [0, 0], [1, 0])]).toEqual([0b0000000111, 0]);
  });

  test('IoU of boxes by hand: a quarter overlap of equal squares is 1/7', () => {
    expect(boxIous(Float32Array.of(0, 0, 2, 2), Float32Array.of(1, 1, 3, 3))[0]).toBeCloseTo(1 / 7, 6);
  });

  test('everything right is 1, nothing right is 0, no object at all is 0', () => {
    const all = { scores: [0.9, 0.8], classes: [0, 0], objectClasses: [0, 0] };
    const right = valMetrics({ ...all, right: [1023, 1023] });
    expect(right.recall).toBeCloseTo(1, 12);
    expect(right.mAP5095).toBeGreaterThan(0.99);
    expect(valMetrics({ ...all, right: [0, 0] }).mAP50).toBeLessThan(0.01);
    expect(valMetrics({ ...all, objectClasses: [], right: [0, 0] }).mAP50).toBe(0);
  });

  test('interpolates between samples, the last of equal positions counting', () => {
    expect(interpolate([-1, 0, 0.5, 1, 9], [0, 1, 1, 2], [0, 4, 8, 6])).toEqual([0, 0, 2, 8, 6]);
    expect(interpolate([-1], [0, 1], [3, 4], 7)).toEqual([7]);
    expect(smooth([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0.1).every((value) => Math.abs(value - 1) < 1e-12)).toBe(true);
  });
});
