/** Files for other programs: labelme and SVG; and drawn images in memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LabelmeFile } from '../../src/formats/labelme.js';
import { colourOf } from '../../src/draw/palette.js';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform } from '../../src/platform/platform.js';
import { maskOf, rectMask } from '../support/masks.js';
import { readGolden } from '../support/golden.js';
import { goldenCases, goldenResults, resultsOf } from '../support/results.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const folder = temporaryFolder();
beforeAll(() => {
  usePlatform(nodePlatform);
});

/** What labelme's own writer wrote, checked by its own reader. */
const golden = readGolden<Record<string, Record<'polygon' | 'mask', LabelmeFile>>>('results/labelme.json');

/** The pixels of base64 PNGs in place of the files, which encoders write in many ways. */
async function withPixels({ shapes, ...file }: LabelmeFile): Promise<unknown> {
  const decoded = shapes.map(async ({ mask, ...shape }) => {
    if (mask === null) return { ...shape, mask };
    const image = sharp(Buffer.from(mask, 'base64'));
    const { data, info } = await image.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    return { ...shape, mask: [info.width, info.height, ...data] };
  });
  return { ...file, version: '', shapes: await Promise.all(decoded) };
}

describe('labelme', () => {
  test.each(goldenCases())('is what labelme writes and reads: $name', async (image) => {
    const results = goldenResults(image);
    for (const shapes of ['polygon', 'mask'] as const) {
      const file = await results.toLabelme({ shapes, imagePath: 'a.png' });
      expect(await withPixels(file)).toEqual(await withPixels(golden[image.name][shapes]));
    }
  });

  test('binds the parts of an object, and tracks', async () => {
    const two = maskOf('##...', '##...', '....#');
    const one = rectMask(5, 3, [0, 0, 2, 2]);
    const { shapes } = await resultsOf([one, two], { ids: Int32Array.of(4, 9) }).toLabelme();
    expect(shapes.map(({ group_id }) => group_id)).toEqual([null, 9, 9]);
    expect(shapes[2].points).toEqual([[4, 2], [4, 2], [4, 2]]); // prettier-ignore
    const tracked = await resultsOf([one], { trackIds: Int32Array.of(3) }).toLabelme();
    expect(tracked.shapes[0].group_id).toBe(3);
  });

  test('names classes and the image beside which the file lies', async () => {
    const image = { data: new Uint8Array(45), width: 5, height: 3, path: 'photos/2026/a b.jpg' };
    const results = resultsOf([rectMask(5, 3, [0, 0, 2, 2]), rectMask(5, 3, [0, 0, 1, 1])], {
      image,
      classes: Int32Array.of(16, 7),
      names: { 0: 'person', 16: 'dog' },
    });
    const file = await results.toLabelme();
    expect(file.imagePath).toBe('a b.jpg');
    expect(file.shapes.map(({ label }) => label)).toEqual(['dog', 'class 7']);
    await results.save(join(folder, 'a.json'), { format: 'labelme' });
    expect(JSON.parse(await readFile(join(folder, 'a.json'), 'utf8'))).toEqual(file);
  });

  test('thins polygons out', async () => {
    const steps = resultsOf([maskOf('#....', '##...', '###..', '####.', '#####')]);
    const points = async (tolerance: number) => (await steps.toLabelme({ tolerance })).shapes[0].points.length;
    expect(await points(2)).toBeLessThan((await points(0)) + 1);
    await expect(steps.toLabelme({ shapes: 'box' as never })).rejects.toThrow(
      "shapes: got 'box', expected one of polygon, mask",
    );
  });
});

describe('SVG', () => {
  test('is the documented text', () => {
    const results = resultsOf([maskOf('###.', '#.#.', '###.')], {
      names: { 0: 'a', 1: '<b & "c">' },
      classes: Int32Array.of(1),
    });
    const [r, g, b] = colourOf(0).map((value) => value.toString(16).padStart(2, '0'));
    expect(results.toSvg({ alpha: 1 })).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3" viewBox="0 0 4 3" fill-rule="evenodd" fill-opacity="1">\n' +
        `<path id="object-0" data-score="0.75" data-class="&lt;b &amp; &quot;c&quot;&gt;" fill="#${r}${g}${b}" ` +
        'd="M3 0V3H0V0ZM2 2V1H1V2Z"/>\n</svg>\n',
    );
  });

  test.each(goldenCases())('is drawn by librsvg as the label map is: $name', async (image) => {
    const results = goldenResults(image);
    const colours = results.map((_, i) => [i + 1, 0, 0] as const);
    const text = results.toSvg({ alpha: 1, colours });
    const { data, info } = await sharp(Buffer.from(text)).raw().toBuffer({ resolveWithObject: true });
    const red = Array.from({ length: info.width * info.height }, (_, p) => data[p * info.channels]);
    expect(red).toEqual([...results.labelMap()]);
  });

  test('leaves out objects without a pixel, and is written to a file', async () => {
    const results = resultsOf([maskOf('....', '....'), maskOf('.##.', '....')]);
    expect(results.toSvg().match(/<path/g)).toHaveLength(1);
    await results.save(join(folder, 'a.svg'), { alpha: 0.25 });
    expect(await readFile(join(folder, 'a.svg'), 'utf8')).toBe(results.toSvg({ alpha: 0.25 }));
    expect(() => results.toSvg({ tolerance: -1 })).toThrow('tolerance: got -1, expected a number from 0');
  });

  test('draws smooth outlines where they are thinned out', () => {
    const steps = resultsOf([maskOf('#....', '##...', '###..', '####.', '#####')]);
    expect(steps.toSvg()).not.toContain('L');
    expect(steps.toSvg({ tolerance: 1 })).toContain('L');
  });
});

describe('images in memory', () => {
  const scene = () => resultsOf([rectMask(40, 30, [5, 5, 25, 20])]);

  test('are blobs of the type that was asked for', async () => {
    const png = await scene().toBlob();
    expect(png.type).toBe('image/png');
    const pixels = await sharp(await png.arrayBuffer())
      .removeAlpha()
      .raw()
      .toBuffer();
    expect(new Uint8Array(pixels)).toEqual(scene().plot().data);
    const jpeg = await scene().toBlob('image/jpeg', { quality: 40 });
    expect(jpeg.type).toBe('image/jpeg');
    expect((await sharp(await jpeg.arrayBuffer()).metadata()).format).toBe('jpeg');
    await expect(scene().toBlob('image/webp' as never)).rejects.toThrow(
      "type: got 'image/webp', expected one of image/png, image/jpeg",
    );
  });

  test('need a browser where they are for a canvas; the advice works', async () => {
    const canvas = { getContext: () => null } as never;
    expect(() => {
      scene().draw(canvas);
    }).toThrow(/draw: got the platform node, which has no canvas, expected a browser; .*results\.encode\('png'\)/);
    expect(() => scene().toImageData()).toThrow('toImageData: got the platform node');
    expect((await scene().encode('png')).length).toBeGreaterThan(0);
  });
});
