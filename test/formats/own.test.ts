/** Formats of one's own through the library. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sameNames, videoPath } from '../../src/formats/write.js';
import { defineFormat, FORMATS, usePlatform, type OutputFormat } from '../../src/index.js';
import { browserPlatform } from '../../src/platform/browser.js';
import { nodePlatform } from '../../src/platform/node.js';
import { rectMask } from '../support/masks.js';
import { resultsOf } from '../support/results.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

usePlatform(nodePlatform);
const folder = temporaryFolder();

const scene = () => resultsOf([rectMask(40, 30, [5, 5, 25, 20]), rectMask(40, 30, [1, 2, 4, 6])]);

const csv = defineFormat({
  name: 'csv',
  about: 'areas as CSV',
  ending: '.csv',
  scope: 'image',
  encode: ({ imageMasks }, { name }) => imageMasks.map(({ area }, i) => `${name},${i},${area}\n`).join(''),
});
const areas = defineFormat({
  name: 'areas',
  about: 'a file for each object',
  ending: '-areas',
  scope: 'folder',
  *encode({ imageMasks }) {
    for (const [i, { area }] of imageMasks.entries()) yield { name: `${i}.txt`, content: `${area}` };
  },
});
const total = defineFormat({
  name: 'total',
  about: 'the areas of all images',
  ending: '.txt',
  scope: 'run',
  encode: ({ imageMasks }) => Uint8Array.of(imageMasks.reduce((sum, { area }) => sum + area, 0)),
  async *merge(parts) {
    for (const { name, width, height, read } of parts) yield `${name} ${width} x ${height}: ${(await read())[0]}\n`;
  },
});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a format of one's own", () => {
  test('gives bytes, and a file under any name', async () => {
    expect(text(await scene().encode(csv))).toBe('image,0,300\nimage,1,12\n');
    const path = join(folder, 'a.json'); // the format counts, not the ending
    await scene().save(path, { format: csv });
    expect(readFileSync(path, 'utf8')).toBe('image,0,300\nimage,1,12\n');
  });

  test('writes a folder', async () => {
    const path = join(folder, 'areas');
    await scene().save(path, { format: areas });
    expect(readdirSync(path).sort()).toEqual(['0.txt', '1.txt']);
    expect(readFileSync(join(path, '1.txt'), 'utf8')).toBe('12');
    await expect(scene().encode(areas)).rejects.toThrow('the format areas, which writes folders');
  });

  test('for a run holds the one image', async () => {
    expect(text(await scene().encode(total))).toBe('image 40 x 30: 56\n'); // 312 in a byte
  });

  test('works in browsers where it makes a file', async () => {
    usePlatform(browserPlatform);
    try {
      expect(text(await scene().encode(csv))).toContain('300');
      expect(text(await scene().encode('yolo'))).toBe(scene().toYolo());
      await expect(scene().save('areas', { format: areas })).rejects.toThrow('got the platform browser');
    } finally {
      usePlatform(nodePlatform);
    }
  });

  test('that fails is named with the image', async () => {
    const broken = { ...csv, encode: () => (undefined as unknown as string).trim() };
    const image = { ...scene().image, path: 'a/b.jpg' };
    await expect(scene().with({ image }).encode(broken)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('format csv: encode failed for a/b.jpg: Cannot read') as string,
    });
    const nothing = { ...csv, encode: () => 5 } as unknown as OutputFormat;
    await expect(scene().encode(nothing)).rejects.toThrow('got number from encode');
    const once = { ...total, merge: () => 5 } as unknown as OutputFormat;
    await expect(scene().encode(once)).rejects.toThrow('format total: merge failed: ');
    const numbers = { ...total, merge: () => [5] } as unknown as OutputFormat;
    await expect(scene().encode(numbers)).rejects.toThrow('format total: got number from merge, expected texts');
    const outside = { ...areas, encode: () => [{ name: '../x', content: '' }] };
    await expect(scene().save(join(folder, 'outside'), { format: outside })).rejects.toThrow(
      "got the file name '../x'",
    );
  });

  test.each<[string, object, string]>([
    ['no object', [] as never, 'format.name: got undefined'],
    ['a name with spaces', { ...csv, name: 'My format' }, "format.name: got 'My format', expected small letters"],
    ["a name of the batch's own", { ...csv, name: 'summary' }, 'none of manifest, summary'],
    ['an ending that leaves the folder', { ...csv, ending: '/../x' }, "format csv: ending: got '/../x'"],
    ['another scope', { ...csv, scope: 'file' }, "format csv: scope: got 'file', expected image, folder, run"],
    ['no encode', { ...csv, encode: undefined }, 'format csv: encode: got undefined, expected a function'],
    ['no merge', { ...total, merge: undefined }, 'format total: merge: got undefined'],
    [
      'a video of another kind',
      { ...csv, video: { kind: 'gif', ending: '.gif' } },
      "format csv: video.kind: got 'gif'",
    ],
    ['a drawn video without draw', { ...csv, video: { kind: 'drawn', ending: '.mp4' } }, 'video.draw: got undefined'],
  ])('is refused: %s', (_, format, message) => {
    expect(() => defineFormat(format as OutputFormat)).toThrow(message);
  });
});

describe('built-in formats', () => {
  test('by name', async () => {
    expect(text(await scene().encode('json'))).toBe(`${JSON.stringify(scene())}\n`);
    expect(JSON.parse(text(await scene().encode('coco')))).toMatchObject({ images: [{ id: 1, file_name: 'image' }] });
    const path = join(folder, 'cut');
    await scene().save(path, { format: 'cutout' });
    expect(readdirSync(path).sort()).toEqual(['0.png', '1.png']);
    await expect(scene().encode('gif')).rejects.toMatchObject({ code: 'UNKNOWN_NAME' });
  });

  test('are as they ask of others, and only json, sa1b and labelme, yolo and mot share names', () => {
    for (const format of FORMATS) expect(defineFormat(format)).toBe(format);
    const pairs = FORMATS.flatMap((a, i) => FORMATS.slice(i + 1).map((b) => [a, b]));
    const clashing = (path?: typeof videoPath) =>
      pairs.filter((pair) => sameNames(pair, path) !== undefined).map((pair) => pair.map(({ name }) => name).join());
    expect(clashing()).toEqual(['json,sa1b', 'json,labelme', 'yolo,mot', 'sa1b,labelme']);
    expect(clashing(videoPath)).toEqual(['json,sa1b']);
  });
});
