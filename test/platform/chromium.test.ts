/** Images and results in a real browser, beside what Node makes of the same file. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeRle } from '../../src/mask/rle.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { readImage } from '../../src/source/readImage.js';
import { chromium, chromiumNote } from '../support/chromium.js';
import { maskInWindow } from '../support/masks.js';
import { runInPage } from '../support/pageModule.js';
import { scene } from '../support/paths.js';
import { sceneOf, sumOf, type run } from './page/images.js';

const IMAGE = scene('coins.png');

describe.skipIf(chromium === undefined)(`in Chromium${chromiumNote}`, { timeout: 60_000 }, () => {
  let found: Awaited<ReturnType<typeof run>>;
  let here: Awaited<ReturnType<typeof readImage>>;
  let masks: ReturnType<typeof maskInWindow>[];

  beforeAll(async () => {
    usePlatform(nodePlatform);
    here = await readImage(IMAGE);
    const { width, height } = here;
    const window = [3, 5, width - 9, height - 11] as const;
    masks = [
      maskInWindow([width, height], window, (x, y) => (x - 100) ** 2 + (y - 90) ** 2 < 60 ** 2 && (x * y) % 7 > 0),
      maskInWindow([width, height], window, (x, y) => x > 40 && y > 60 && x < 200 && y < 120 && (x >> 3) % 3 > 0),
    ];
    const served = { 'coins.png': readFileSync(IMAGE), 'masks.json': JSON.stringify(masks.map(encodeRle)) };
    found = (await runInPage('test/platform/page/images.ts', served)) as typeof found;
  }, 60_000);

  test('every kind of image gives the pixels of Node, and its name', () => {
    const whole = [here.width, here.height, sumOf(here.data)];
    const { File: file, Response: answer, URL: address, ...others } = found.read;
    expect(Object.keys(others)).toHaveLength(8);
    for (const [name, digest] of Object.entries(others)) expect([name, digest]).toEqual([name, whole]);
    expect(file).toEqual([...whole, 'my coins.png']);
    expect(address).toEqual([...whole, 'coins.png']);
    expect(answer).toEqual([...whole, expect.stringMatching(/^http.*\/coins\.png$/)]);
  });

  test('images beyond the largest canvas come in strips, with the same pixels', () => {
    const whole = [here.width, here.height, sumOf(here.data)];
    expect(found.strips).toEqual([whole, whole]);
  });

  test('images are scaled down as they are decoded', () => {
    const { file, mean, strips, canvas, pixels } = found.scaled;
    const height = Math.round((here.height * 100) / here.width);
    expect([file, canvas, pixels]).toEqual([[100, height], [100, height], [10, 3]]); // prettier-ignore
    expect(strips).toBe(true);
    expect(mean).toBeCloseTo(here.data.reduce((sum, value) => sum + value, 0) / here.data.length, -0.5);
  });

  test('HEIC is handed to the decoder, which Chromium does not have', () => {
    expect(found.heic).toMatch(/got HEIC that this browser cannot decode, .*convert it to JPEG or PNG/);
  });

  test('results are drawn on canvases, as image data and as blobs', () => {
    const { width, height } = here;
    const plotted = sumOf(sceneOf(here, masks).plot().data);
    expect(found.plot).toEqual({
      size: [width, height, width, height, width, height],
      same: true,
      opaque: 0,
      rgb: plotted,
      blob: ['image/png', plotted],
    });
    expect(found.messages[0]).toMatch(/canvas: got an object \(Object\), expected a canvas that is drawn on in 2D/);
    expect(found.messages[1]).toMatch(/canvas: got an object \(HTMLCanvasElement\), expected/);
  });

  test('an SVG covers exactly the pixels of the objects', () => {
    expect(found.svg).toBe(0);
  });

  test('results go through a worker', () => {
    expect(found.clone).toBe(8);
    expect(found.back).toEqual([true, true]);
  });
});
