/** Odd but legal data sets, with the numbers of Ultralytics (tools/golden/yoloOdd.py), and those that both refuse. */
import { copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseYoloLabels } from '../../src/evaluate/yolo/labels.js';
import { FastSAM } from '../../src/index.js';
import { fastsam } from '../support/cli.js';
import { goldenPath, readGolden } from '../support/golden.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

type Numbers = Record<'precision' | 'recall' | 'mAP50' | 'mAP5095', number>;

interface OddCase {
  /** Texts by path; in base64 where they are not UTF-8. */
  readonly files: Record<string, string>;
  /** Names of scenes of test/golden/val by path. */
  readonly images: Record<string, string>;
  readonly links?: Record<string, string>;
  readonly encoding: string;
  /** Whether `val` is called in the folder itself, else in the one above. */
  readonly inside: boolean;
  readonly data: string;
  readonly expected: { boxes: Numbers; masks: Numbers; objects: number } | { error: string };
}

const { imgsz, cases } = readGolden<{ imgsz: number; cases: Record<string, OddCase> }>('val/odd.json.gz');
const here = process.cwd();

/** Writes the data set as `set` in a new folder, and goes where `val` is called. */
function layOut({ files, images, links = {}, encoding, inside, data }: OddCase): string {
  const above = realpathSync(temporaryFolder());
  const root = `${above}/set`;
  const make = (path: string) => {
    mkdirSync(dirname(`${root}/${path}`), { recursive: true });
    return `${root}/${path}`;
  };
  for (const [path, scene] of Object.entries(images))
    copyFileSync(goldenPath(`val/images/val/${scene}.png`), make(path));
  for (const [path, text] of Object.entries(files)) {
    const bytes = encoding === 'utf-8' ? text.replaceAll('{root}', root) : Buffer.from(text, 'base64');
    writeFileSync(make(path), bytes);
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(`${root}/${target}`, make(path));
  process.chdir(inside ? root : above);
  return data.replace('{root}', root);
}

afterEach(() => {
  process.chdir(here);
});

describe('val on odd data sets agrees with Ultralytics', () => {
  let model: FastSAM;
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: 'wasm' });
  });
  afterAll(() => {
    model.dispose();
  });

  for (const [name, each] of Object.entries(cases)) {
    const { expected } = each;
    if ('error' in expected) {
      test(`${name}: refused by both`, async () => {
        const data = layOut(each);
        await expect(model.val(data, { imgsz })).rejects.toMatchObject({
          code: expect.stringMatching(/INVALID_ARGUMENT|FILE_UNREADABLE/) as string,
          message: expect.stringContaining('data.yaml') as string,
        });
      });
      continue;
    }
    test(name, async () => {
      const found = await model.val(layOut(each), { imgsz });
      expect(found.objects).toBe(expected.objects);
      for (const kind of ['boxes', 'masks'] as const) {
        for (const [key, value] of Object.entries(expected[kind])) {
          expect(found[kind]?.[key as keyof Numbers], `${kind} ${key}`).toBeAllclose(value, { atol: 1e-4 });
        }
      }
    });
  }

  const usual = cases.inside;

  test.each([
    ['images\\val', 'backslashes in the yaml'],
    ['..\\images\\val', 'Roboflow with backslashes'],
    ['images/../images//val', 'dots and doubled slashes'],
  ])('%s: %s', async (val) => {
    const data = layOut({ ...usual, files: { ...usual.files, 'data.yaml': `val: ${val}\nnames: [a, b, c]\n` } });
    expect((await model.val(data, { imgsz, limit: 1 })).images).toBe(1);
  });

  test.each([
    ['.\\images\\val\\scene0.png\r\n./images/val/scene1.png', []],
    ['  images/val/scene0.png  \nimages/val/scene1.png', []],
    ['set/images/val/scene0.png\n./images/val/scene1.png\n', []],
    ['images/val/scene0.png\n/no/where/x.png\nimages/val/scene1.png', ['/no/where/x.png']],
  ])('the list %j is found whatever its paths start from', async (list, missing) => {
    const files = { ...usual.files, 'data.yaml': 'val: list.txt\nnc: 3\n', 'list.txt': list };
    const data = layOut({ ...usual, files });
    if (list.startsWith('set/')) process.chdir('..');
    const found = await model.val(list.startsWith('set/') ? `set/${data}` : data, { imgsz });
    expect(found.images).toBe(2);
    expect(found.skipped.map(({ image }) => image)).toEqual(missing);
  });

  test('what was passed over is noted: hidden files, other kinds, missing and repeated labels', async () => {
    const { 'labels/val/scene1.txt': gone = '', ...files } = usual.files;
    expect(gone).not.toBe('');
    files['labels/val/scene0.txt'] = files['labels/val/scene0.txt'].replace(/^.*\n/, '$&$&');
    const data = layOut({
      ...usual,
      files: { ...files, 'images/val/._scene0.png': 'x', 'images/val/a.gif': 'x', 'images/val/b.GIF': 'x' },
    });
    const { notes, skipped } = await model.val(data, { imgsz });
    expect(skipped).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^passed over 1 hidden file, \/.*\/images\/val\/\._scene0\.png$/),
      expect.stringMatching(/^passed over 2 files of another kind, the first is .*a\.gif$/),
      expect.stringMatching(
        /^1 of 3 images has no label file and counts as empty; the first is .*labels\/val\/scene1\.txt$/,
      ),
      expect.stringMatching(/^left out 1 repeated label, the first in .*labels\/val\/scene0\.txt$/),
    ]);
  });

  const nothing: [string, Record<string, string>, RegExp][] = [
    ['no label file', {}, /got 3 images and no label file, expected \/.*\/labels\/val\/scene0\.txt/],
    ['empty label files', { 'labels/val/scene0.txt': '\n', 'labels/val/scene2.txt': '' }, /no object in 2 label files/],
    [
      'only wrong label files',
      Object.fromEntries(['scene0', 'scene1', 'scene2'].map((name) => [`labels/val/${name}.txt`, 'x'])),
      /got 3 images, of which none can be used; \/.*scene0\.png: its labels have 'x'/,
    ],
    [
      'boxes and outlines',
      { 'labels/val/scene0.txt': '0 0.5 0.5 0.1 0.1', 'labels/val/scene1.txt': '0 0.1 0.1 0.5 0.1 0.3 0.8' },
      /got boxes in \/.*scene0\.txt and outlines in \/.*scene1\.txt, expected one kind/,
    ],
  ];
  test.each(nothing)('%s: an error that says where', async (_, labels, message) => {
    const data = layOut({ ...usual, files: { 'data.yaml': usual.files['data.yaml'], ...labels } });
    await expect(model.val(data, { imgsz })).rejects.toThrow(message);
  });

  test('boxes alone are evaluated without masks', async () => {
    const files = { 'data.yaml': usual.files['data.yaml'], 'labels/val/scene0.txt': '0 0.5 0.5 0.2 0.2\n' };
    const { masks, objects } = await model.val(layOut({ ...usual, files }), { imgsz });
    expect([masks, objects]).toEqual([undefined, 1]);
  });

  test('classes count where they are kept', async () => {
    const files = { ...usual.files, 'labels/val/scene0.txt': '7 0.1 0.1 0.5 0.1 0.3 0.8\n' };
    const data = layOut({ ...usual, files });
    const { skipped } = await model.val(data, { imgsz, singleClass: false });
    expect(skipped.map(({ reason }) => reason)).toEqual(['its labels have class 7, where the yaml has 0 to 2']);
    expect((await model.val(data, { imgsz })).skipped).toEqual([]);
  });
});

test('the command line: one line, exit code 2, nothing on standard output; hidden files do not fail a run', async () => {
  const usual = cases.inside;
  layOut({ ...usual, files: { 'data.yaml': usual.files['data.yaml'] } });
  const none = await fastsam(['val', 'data.yaml', '--device', 'wasm', '--imgsz', '64'], { cwd: process.cwd() });
  expect([none.code, none.stdout]).toEqual([2, '']);
  expect(none.stderr).toMatch(/^fastsam: data\.yaml: got 3 images and no label file, .*\n$/);
  layOut({ ...usual, files: { ...usual.files, 'images/val/._scene0.png': 'x' } });
  const hidden = await fastsam(['val', './data.yaml', '--device', 'wasm', '--imgsz', '64'], { cwd: process.cwd() });
  expect(hidden.code).toBe(0);
  expect(hidden.stdout).toMatch(/^3 images, 9 objects/);
  expect(hidden.stderr).toMatch(/^passed over 1 hidden file, .*\n$/);
});

test('label files are taken and left out as by verify_image_label of Ultralytics', () => {
  interface Verdict {
    readonly text: string;
    readonly single: boolean;
    readonly rows: readonly (readonly number[])[] | null;
    readonly corners: readonly number[];
  }
  const verdicts = readGolden<Verdict[]>('val/labels.json.gz');
  expect(verdicts.filter(({ rows }) => rows === null).length).toBeGreaterThan(100);
  expect(verdicts.filter(({ rows }) => rows !== null).length).toBeGreaterThan(100);
  for (const { text, single, rows, corners } of verdicts) {
    const read = parseYoloLabels(text, single ? Infinity : 3);
    if (typeof read === 'string') {
      expect(rows, `${JSON.stringify(text)}: ${read}`).toBeNull();
      continue;
    }
    const own = read.objects.map(({ class: number, box }) => [number, ...box]);
    expect(own, JSON.stringify(text)).toEqual(rows);
    expect(read.objects.flatMap(({ outline }) => (outline ? [outline.length / 2] : []))).toEqual(corners);
  }
});
