import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import '../../src/index.js';
import { studyFiles } from '../../src/studies/files.js';
import { anomalyStudy } from '../../src/studies/anomaly/study.js';
import { hintFrom } from '../../src/studies/shared/hints.js';
import { countRegions, figuresOf } from '../../src/studies/shared/regionCounts.js';
import { Mask } from '../../src/mask/mask.js';
import { union } from '../../src/mask/setOps.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const [width, height] = [40, 30];
const scratch = rectMask(width, height, [2, 2, 12, 12]);
const hole = rectMask(width, height, [20, 10, 30, 20]);
const body = rectMask(width, height, [0, 0, 40, 28]);

describe('marked regions', () => {
  const hintsOf = (truth: Mask) => ({ box: hintFrom(truth, 'box'), point: hintFrom(truth, 'point') });
  const scene = sceneOf([body, rectMask(width, height, [2, 2, 12, 10]), hole], [0.9, 0.8, 0.7]);

  test('are compared one by one with the segment that fits best', () => {
    expect(countRegions(scene, union(scratch, hole), {})?.best).toEqual([0.8, 1]);
    expect(countRegions(scene.select([0]), scratch, {})?.best).toEqual([100 / 1120]);
    expect(countRegions(sceneOf([], []), scratch, {})?.best).toEqual([0]);
    expect(countRegions(scene, Mask.empty(width, height), {})).toBeUndefined();
  });

  test('choose by boxes the segments that fit, by a point the one of the best score', () => {
    const truth = union(scratch, hole);
    const counts = countRegions(scene, truth, hintsOf(truth));
    expect(counts?.box).toEqual({ shared: 180, union: 200, marked: 200 });
    expect(counts?.point).toEqual({ shared: 200, union: 1120, marked: 200 });
  });

  test('have figures over regions and over images', () => {
    const half = { shared: 50, union: 100, marked: 80 };
    const none = { shared: 0, union: 100, marked: 80 };
    expect(
      figuresOf([
        { best: [0.2, 0.6], box: half, point: none },
        { best: [0.7], box: none, point: none },
      ]),
    ).toEqual({
      bestIou: expect.closeTo(0.5, 12) as number,
      recall: expect.closeTo(2 / 3, 12) as number,
      boxIou: 0.25,
      boxRecall: 0.3125,
      pointIou: 0,
      pointRecall: 0,
    });
    expect(figuresOf([]).recall).toBeNull();
    expect(figuresOf([{ best: [1], point: half }])).toMatchObject({ boxIou: null, pointIou: 0.5 });
  });
});

describe("MVTec's layout", () => {
  const folder = temporaryFolder();
  async function write(name: string, mask: Mask): Promise<void> {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    const pixels = Buffer.from(mask.toBitmap().map((bit) => 255 * bit));
    const size = { width: mask.gridWidth, height: mask.gridHeight, channels: 1 as const };
    writeFileSync(join(folder, name), await sharp(pixels, { raw: size }).png().toBuffer());
  }
  const open = (options: Record<string, unknown> = {}) =>
    anomalyStudy.open({ args: [folder], options, files: studyFiles, signal: undefined });

  test('pairs images with masks, good ones with none', async () => {
    await write('bottle/test/broken/000.png', body);
    await write('bottle/test/good/000.png', body);
    await write('bottle/train/good/000.png', body);
    await write('bottle/ground_truth/broken/000_mask.png', hole);
    const opened = await open();
    expect(opened.items.map(({ key }) => key)).toEqual(['bottle/test/broken/000', 'bottle/test/good/000']);
    const scene = sceneOf([hole], [0.9]);
    const [broken, good] = opened.items;
    expect((await opened.measure(broken, scene)).regions?.best).toEqual([1]);
    expect((await opened.measure(good, scene)).regions).toBeUndefined();
  });

  test('refuses masks of another size', async () => {
    const opened = await open();
    await expect(opened.measure(opened.items[0], sceneOf([rectMask(8, 8, [0, 0, 4, 4])], [1]))).rejects.toThrow(
      /mask of 40 x 30 pixels, expected 8 x 8/,
    );
  });
});
