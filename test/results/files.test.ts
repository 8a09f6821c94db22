import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { maskOf, rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
beforeAll(() => {
  usePlatform(nodePlatform);
});

const scene = () => resultsOf([rectMask(40, 30, [5, 5, 25, 20])]);

describe('save', () => {
  test('writes the plot as PNG, pixel for pixel', async () => {
    const path = join(folder, 'plot.png');
    await scene().save(path, { alpha: 0.3 });
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([40, 30, 3]);
    expect(new Uint8Array(data)).toEqual(scene().plot({ alpha: 0.3 }).data);
  });

  test('writes JPEG, JSON and YOLO labels by the name', async () => {
    for (const name of ['a.JPG', 'a.json', 'a.txt']) await scene().save(join(folder, name), { saveConf: true });
    expect((await sharp(join(folder, 'a.JPG')).metadata()).format).toBe('jpeg');
    const json = await readFile(join(folder, 'a.json'), 'utf8');
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(scene())));
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe(scene().toYolo({ saveConf: true }));
  });

  test('refuses other names', async () => {
    await expect(scene().save(join(folder, 'a.gif'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(scene().save(join(folder, 'noending'))).rejects.toThrow('.png');
  });
});

describe('cutout', () => {
  const image = { data: Uint8Array.from({ length: 4 * 3 * 3 }, (_, i) => i + 1), width: 4, height: 3 };
  const mask = maskOf('....', '.#..', '.##.');

  test('is the tight box with the outside transparent', () => {
    expect(resultsOf([mask], { image }).cutout(0)).toEqual({
      data: Uint8Array.of(16, 17, 18, 255, 0, 0, 0, 0, 28, 29, 30, 255, 31, 32, 33, 255),
      ...{ width: 2, height: 2, x: 1, y: 1 },
    });
  });

  test('pads as far as the image reaches', () => {
    const cut = resultsOf([mask], { image }).cutout(0, { padding: 5, keepColours: true });
    expect(cut).toMatchObject({ width: 4, height: 3, x: 0, y: 0 });
    expect(Array.from(cut.data.slice(0, 8))).toEqual([1, 2, 3, 0, 4, 5, 6, 0]);
    expect(Array.from(cut.data.filter((_, i) => i % 4 === 3))).toEqual([0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0]);
  });

  test('refuses an empty mask and a senseless padding', () => {
    expect(() => resultsOf([maskOf('..', '..')]).cutout(0)).toThrow('without a pixel');
    expect(() => resultsOf([mask], { image }).cutout(0, { padding: -1 })).toThrow('padding: got -1');
  });
});
