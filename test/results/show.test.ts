/** What a REPL prints and a notebook shows. */
import { inspect } from 'node:util';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { Mask } from '../../src/mask/mask.js';
import { DISPLAY } from '../../src/options/show.js';
import { sceneOf } from '../support/scenes.js';
import { repository } from '../support/paths.js';

const mask = Mask.fromBitmap([0, 1, 1, 0, 0, 1, 0, 1], 4, 2);
const scene = sceneOf([mask, Mask.empty(4, 2)], [0.9, 0.5]);

describe('a line', () => {
  test('of results, masks and boxes', () => {
    expect(inspect(scene)).toBe('Results: 2 objects in 4 x 2 pixels (hand, 64 px, none fp32)');
    expect(inspect(scene.prompt({ points: [[1, 0]] }))).toMatch(
      /^Results: 1 object in .*, asked for \{.*"points":\[\[1,0\]\].*\}$/,
    );
    expect(inspect(mask)).toBe('Mask: 4 of 4 x 2 pixels');
    expect(inspect(scene.masks.at(0))).toBe('ObjectMask: 4 of 4 x 2 pixels, box [1, 0, 4, 2]');
    expect(inspect(scene.masks)).toBe('Masks: 2');
    expect(inspect(scene.boxes)).toBe('Boxes: 2 in 4 x 2 pixels');
    expect(inspect([scene]).split('\n')).toHaveLength(1);
  });

  test('of a model', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    expect(inspect(model)).toMatch(/^FastSAM: demo, .*, wasm fp32$/);
    model.dispose();
  });
});

describe('a picture', () => {
  test('of a mask has its pixels', async () => {
    const shown = scene.masks.at(0)[DISPLAY]();
    expect(shown['text/plain']).toBe(inspect(scene.masks.at(0)));
    const svg = shown['image/svg+xml'];
    const { data, info } = await sharp(Buffer.from(svg)).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([4, 2]);
    expect([...data].map((value) => (value > 127 ? 1 : 0))).toEqual([...mask.toBitmap()]);
  });

  test('of results is the drawn image, under the name that Jupyter asks for', async () => {
    const model = await FastSAM.load('demo', { device: 'wasm' });
    const results = await model.segment(repository('test/golden/scenes/coins.png'), { imgsz: 64 });
    model.dispose();
    const display = (results as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
      Symbol.for('Jupyter.display')
    ];
    const shown = await display.call(results);
    const { width, height, format } = await sharp(Buffer.from(shown['image/jpeg'], 'base64')).metadata();
    expect([width, height, format]).toEqual([results.image.width, results.image.height, 'jpeg']);
  });
});
