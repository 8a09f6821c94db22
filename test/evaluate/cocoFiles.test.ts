/** COCO files as programs write them, with fields missing, null or of another type; and those that are refused. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cocoDatasetOf } from '../../src/evaluate/coco/check.js';
import { CocoEvaluator, evaluateCoco } from '../../src/evaluate/coco/evaluator.js';
import { imageFiles, readCocoFile } from '../../src/evaluate/coco/file.js';
import { completeTruth } from '../../src/evaluate/coco/shapes.js';
import type { CocoDataset, CocoDetection } from '../../src/evaluate/coco/types.js';
import { validateCoco, type CocoValResult } from '../../src/evaluate/valCoco.js';
import { FastSAM, FastSAMError } from '../../src/index.js';
import { studyFiles } from '../../src/studies/files.js';
import { openCoco } from '../../src/studies/shared/cocoData.js';
import { proposalsStudy } from '../../src/studies/proposals/study.js';
import { fastsam } from '../support/cli.js';
import { goldenPath } from '../support/golden.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const [WIDTH, HEIGHT] = [160, 120]; // of scene0.png
const RING = [10, 10, 60, 10, 60, 50, 10, 50];
const TRUTH = {
  id: 5,
  image_id: 1,
  category_id: 3,
  bbox: [10, 10, 50, 40],
  area: 2000,
  iscrowd: 0,
  segmentation: [RING],
};
const IMAGE = { id: 1, file_name: 'scene0.png', width: WIDTH, height: HEIGHT };

type Fields = Record<string, unknown>;

/** A file with one image and one annotation, some fields of which are other ones; `undefined` leaves one out. */
function dataset(truth: Fields = {}, image: Fields = {}, more: Fields = {}): object {
  return {
    images: [{ ...IMAGE, ...image }],
    annotations: [{ ...TRUTH, ...truth }],
    categories: [{ id: 3, name: 'thing' }],
    ...more,
  };
}

/** A folder with the file and the image under these names. */
function layOut(data: unknown, names: readonly string[] = ['scene0.png']): { file: string; images: string } {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(dirname(`${folder}/images/${name}`), { recursive: true });
    copyFileSync(goldenPath('val/images/val/scene0.png'), `${folder}/images/${name}`);
  }
  const file = `${folder}/a.json`;
  writeFileSync(file, typeof data === 'string' ? data : JSON.stringify(data));
  return { file, images: `${folder}/images` };
}

describe('val on odd COCO files', () => {
  let model: FastSAM;
  let usual: CocoValResult;
  const val = (data: unknown, names?: readonly string[]) => {
    const { file, images } = layOut(data, names);
    return validateCoco(model, file, images, { imgsz: 64 });
  };
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: 'wasm' });
    usual = await val(dataset());
  });
  afterAll(() => {
    model.dispose();
  });

  test.each<[string, object]>([
    ['ids as texts', dataset({ image_id: '1', category_id: '3', id: '5' }, { id: '1' }, { categories: [{ id: '3' }] })],
    ['no iscrowd', dataset({ iscrowd: undefined })],
    ['iscrowd null, false, "0"', dataset({ iscrowd: null })],
    ['iscrowd false', dataset({ iscrowd: false })],
    ['iscrowd "0"', dataset({ iscrowd: '0' })],
    ['no width and height', dataset({}, { width: undefined, height: undefined })],
    ['width null, height as text', dataset({}, { width: null, height: '120' })],
    ['an empty ring more', dataset({ segmentation: [[], RING] })],
    ['no bbox: that of the mask', dataset({ bbox: undefined })],
    ['bbox null', dataset({ bbox: null })],
    ['no categories', dataset({}, {}, { categories: null })],
    ['a category that is not listed', dataset({ category_id: 9 })],
    ['no id of the annotation', dataset({ id: undefined })],
  ])('%s', async (_, data) => {
    const found = await val(data);
    expect(found.objects).toBe(1);
    expect(found.boxes.mAP50).toBe(usual.boxes.mAP50);
    expect(found.coco.masks?.summary()).toEqual(usual.coco.masks?.summary());
    expect(found.coco.boxes.summary()).toEqual(usual.coco.boxes.summary());
    expect(found.notes).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['scene0.png', 'the name', ['scene0.png', 'a/scene0.png']],
    ['val2017/scene0.png', 'a folder more', ['scene0.png']],
    ['scene0.png', 'a folder less', ['deep/er/scene0.png']],
    ['a\\b\\scene0.png', 'backslashes', ['a/b/scene0.png', 'c/b/scene0.png']],
    ['./a//scene0.png', 'a dot', ['a/scene0.png', 'scene0.png']],
    ['/data/coco/a/scene0.png', 'an absolute path', ['a/scene0.png', 'b/scene0.png']],
    ['../../a/scene0.png', 'a way out of the folder', ['a/scene0.png']],
  ])('file_name %s: %s', async (file_name, _, names) => {
    expect((await val(dataset({}, { file_name }), names)).images).toBe(1);
  });

  test('coco_url where file_name is missing or null', async () => {
    const url = { coco_url: 'http://images.cocodataset.org/val2017/scene0.png?x=1' };
    for (const file_name of [undefined, null]) {
      expect((await val(dataset({}, { ...url, file_name }), ['val2017/scene0.png', 'train/scene0.png'])).images).toBe(
        1,
      );
    }
  });

  test('several files of one name are no choice to make in silence', async () => {
    await expect(val(dataset(), ['a/scene0.png', 'b/scene0.png'])).rejects.toThrow(
      /images: got several files scene0\.png for image 1 of .*a\.json; name the folder that has one/,
    );
    // The advice: name one of the folders.
    const { file, images } = layOut(dataset(), ['a/scene0.png', 'b/scene0.png']);
    expect((await validateCoco(model, file, `${images}/a`, { imgsz: 64 })).images).toBe(1);
  });

  test('without area the pixels of the mask count, without a mask those of the box, and it is said', async () => {
    // 50 x 40 pixels is medium for COCO (from 32 x 32 to 96 x 96).
    for (const area of [undefined, null]) {
      const found = await val(dataset({ area }));
      expect(found.coco.masks?.summary()).toEqual(usual.coco.masks?.summary());
      expect(found.notes).toEqual([
        '1 annotation without area: the pixels of its mask count, without a mask those of its box',
      ]);
    }
    const { ARByArea } = (await val(dataset({ area: undefined, segmentation: undefined }))).coco.boxes.summary();
    expect([ARByArea.small, ARByArea.large]).toEqual([-1, -1]);
    expect(ARByArea.medium).toBeGreaterThanOrEqual(0);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['[]', []],
    ['[[]]', [[]]],
  ])('segmentation %s everywhere: boxes alone', async (_, segmentation) => {
    const found = await val(dataset({ segmentation }));
    expect([found.masks, found.coco.masks]).toEqual([undefined, undefined]);
    expect(found.coco.boxes.summary()).toEqual(usual.coco.boxes.summary());
  });

  test('the command line shows boxes alone, and area', async () => {
    const { file, images } = layOut(dataset({ segmentation: undefined, area: undefined }));
    const run = await fastsam(['val', file, '--images', images, '--device', 'wasm', '--imgsz', '64']);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^1 annotation without area: .*\n$/);
    expect(run.stdout).toMatch(/^1 image, 1 object; percent\n.*\nboxes .*\nmasks +none: the labels have no outlines\n/);
    expect(run.stdout).toMatch(/COCO .*\nboxes .*\n\nms an image/);
    const json = await fastsam(['val', file, '--images', images, '--device', 'wasm', '--imgsz', '64', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ masks: null, coco: { masks: null } });
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', '', /a\.json: got no JSON/],
    [
      'NaN',
      '{"images": [{"id": NaN}]}',
      /got no JSON, expected COCO annotations; JSON has no NaN, which Python writes/,
    ],
    ['null', 'null', /a\.json: got null, expected COCO annotations/],
    ['a list', '[]', /a\.json: got \[\], expected COCO annotations/],
    ['no images', { annotations: [], categories: [] }, /got no list "images"/],
    ['an empty list of images', { images: [], annotations: [], categories: [] }, /got no image in the list "images"/],
    ['no annotations', { images: [IMAGE] }, /got no list "annotations"/],
    ['no object', dataset({ image_id: 77 }), /got 1 image and no object in 0 annotations/],
    ['crowds alone', dataset({ iscrowd: 1 }), /got 1 image and no object in 1 annotation of them/],
    ['image null', dataset({}, {}, { images: [null] }), /image 1 of the list: got null, expected an image/],
    ['category null', dataset({}, {}, { categories: [null] }), /category 1 of the list: got null, expected a category/],
    [
      'annotation null',
      dataset({}, {}, { annotations: [TRUTH, null] }),
      /annotation 2 of the list: got null, expected an annotation/,
    ],
    ['two images of one id', dataset({}, {}, { images: [IMAGE, IMAGE] }), /got two images 1/],
    [
      'id of words',
      dataset({ image_id: 'x' }),
      /annotation 5 \(image 'x'\): image_id: got 'x', expected a whole number/,
    ],
    ['file_name null', dataset({}, { file_name: null }), /got image 1 without file_name/],
    ['file_name 7', dataset({}, { file_name: 7 }), /image 1 of the list: got file_name 7, expected a text/],
    ['bbox of three', dataset({ bbox: [1, 2, 3] }), /annotation 5 \(image 1, scene0\.png\): got bbox \[1, 2, 3\]/],
    ['bbox of texts', dataset({ bbox: ['1', '2', '3', '4'] }), /got bbox \['1'/],
    [
      'neither box nor mask',
      dataset({ bbox: null, segmentation: null }),
      /annotation 5 of image 1: got neither bbox nor segmentation/,
    ],
    [
      'area of text',
      dataset({ area: '7' }),
      /got area '7', expected pixels from 0 on; leave it out to have it counted/,
    ],
    ['area below 0', dataset({ area: -1 }), /got area -1/],
    ['iscrowd 7', dataset({ iscrowd: 7 }), /iscrowd: got 7, expected 0 or 1/],
    ['flat polygon', dataset({ segmentation: RING }), /got the polygon 10, expected .*polygons stand in a list/],
    [
      'polygon with null',
      dataset({ segmentation: [[1, 2, 3, null, 5, 6]] }),
      /annotation 5 \(image 1, scene0\.png\): got the polygon/,
    ],
    ['polygon of one corner', dataset({ segmentation: [[1, 2]] }), /got the polygon \[1, 2\]/],
    ['segmentation of text', dataset({ segmentation: 'x' }), /got segmentation 'x'/],
    [
      'RLE of another size',
      dataset({ segmentation: { size: [2, 2], counts: [4] } }),
      /\(image 1, scene0\.png\): RLE: got a mask of 2 x 2 pixels, expected 160 x 120/,
    ],
    [
      'RLE with other sums',
      dataset({ segmentation: { size: [120, 160], counts: [4] } }),
      /\(image 1, scene0\.png\): RLE: got runs of 4/,
    ],
    ['RLE of null', dataset({ segmentation: { size: null, counts: null } }), /RLE: got size null/],
    ['an image beyond bounds', dataset({}, { width: 1e6, height: 1e6 }), /got 1000000 x 1000000 pixels/],
    ['an image of width 0', dataset({}, { width: 0 }), /width: got 0, expected pixels/],
    [
      'some with masks',
      dataset({}, {}, { annotations: [TRUTH, { ...TRUTH, id: 6, segmentation: [] }] }),
      /got annotation 6 of image 1 without segmentation and 1 annotation with one, expected all or none/,
    ],
    [
      'other names',
      dataset({}, { file_name: 'other.png' }),
      /images: got none of the images that .*a\.json names, of which the first is other\.png/,
    ],
    [
      'another size',
      dataset({}, { width: 161 }),
      /got 1 image, of which none can be used; .*scene0\.png: it has 160 x 120 pixels, its annotations say 161 x 120/,
    ],
  ])('%s is refused in one line', async (_, data, message) => {
    const outcome = val(data);
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toBeInstanceOf(FastSAMError);
    await expect(outcome).rejects.toMatchObject({ message: expect.not.stringContaining('\n') as string });
  });

  test('marks of bytes and UTF-16 are read', async () => {
    const text = `\uFEFF${JSON.stringify(dataset())}`;
    const { file } = layOut(text);
    expect((await readCocoFile(file)).data.images).toHaveLength(1);
    writeFileSync(file, Buffer.from(text, 'utf16le'));
    expect((await readCocoFile(file)).data.images).toHaveLength(1);
  });
});

describe('records of programs', () => {
  const truth = cocoDatasetOf(dataset(), 'truth');
  const detection = { image_id: 1, category_id: 3, score: 0.5, bbox: [10, 10, 50, 40] };
  const evaluate = (data: unknown, found: unknown, kind: 'boxes' | 'masks' = 'boxes') =>
    evaluateCoco(data as CocoDataset, found as CocoDetection[], { kind });

  test('sound ones stay the same objects', () => {
    const data = dataset() as CocoDataset;
    expect(cocoDatasetOf(data, 'truth').annotations[0]).toBe(data.annotations[0]);
    expect(cocoDatasetOf(data, 'truth').images[0]).toBe(data.images[0]);
  });

  test('ids as texts find each other', () => {
    const data = dataset({ image_id: '1' }, {}, {});
    expect(evaluate(data, [{ ...detection, image_id: '1', category_id: '3' }]).averagePrecision()).toBeCloseTo(1, 12);
  });

  test('areas that are missing are counted: pixels of the mask (pycocotools: 2000), else of the box', () => {
    const bare = cocoDatasetOf(dataset({ area: null }), 'truth').annotations[0];
    expect(completeTruth(bare, WIDTH, HEIGHT).area).toBe(2000);
    const half = cocoDatasetOf(dataset({ area: null, segmentation: [[10, 10, 60, 10, 60, 50]] }), 'truth')
      .annotations[0];
    expect(completeTruth(half, WIDTH, HEIGHT).area).toBe(1000);
    const box = cocoDatasetOf(dataset({ area: null, segmentation: null }), 'truth').annotations[0];
    expect(completeTruth(box, WIDTH, HEIGHT).area).toBe(2000);
    const { ARByArea } = evaluate(dataset({ area: null }), [detection]).summary();
    expect(ARByArea).toEqual({ all: 1, small: -1, medium: 1, large: -1 });
  });

  test('boxes need no size of the image, masks do', () => {
    const data = dataset({}, { width: undefined, height: undefined });
    expect(evaluate(data, [detection]).averagePrecision()).toBeCloseTo(1, 12);
    expect(() => evaluate(data, [detection], 'masks')).toThrow(
      /got image 1 without width and height, which masks need/,
    );
  });

  test('the advice for objects without masks holds', () => {
    const data = dataset({ segmentation: undefined });
    expect(() => evaluate(data, [detection], 'masks')).toThrow(
      /annotation 5 of image 1: got no segmentation.*kind 'boxes' needs none/,
    );
    expect(evaluate(data, [detection], 'boxes').averagePrecision()).toBeCloseTo(1, 12);
  });

  test.each<[unknown, RegExp]>([
    [[null], /detections: number 1: got null/],
    [null, /detections: got null, expected a list/],
    [[{ ...detection, score: '0.5' }], /number 1: got score '0\.5'/],
    [[{ ...detection, image_id: 1.5 }], /image_id: got 1\.5/],
    [
      [{ ...detection, bbox: null, segmentation: { size: [1, 1], counts: [1] } }],
      /detection of image 1: RLE: got a mask of 1 x 1/,
    ],
    [[{ ...detection, bbox: null }], /detection of image 1: got neither/],
    [[{ ...detection, segmentation: 5 }], /got segmentation 5/],
  ])('detections %j are refused', (found, message) => {
    expect(() => evaluate(truth, found)).toThrow(message);
    expect(() => evaluate(truth, found)).toThrow(FastSAMError);
  });

  test('CocoEvaluator checks what it is given', () => {
    const evaluator = new CocoEvaluator([3], { kind: 'boxes' });
    const add = (truths: unknown, id: number) => () => {
      evaluator.add({ id, width: WIDTH, height: HEIGHT, truths: truths as never, detections: [] });
    };
    expect(add([null], 1)).toThrow(/image 1: annotation: got null/);
    expect(add([{ ...TRUTH, bbox: 7 }], 2)).toThrow(/image 2: annotation: got bbox 7/);
  });
});

describe('studies read the same files', () => {
  test('with texts for ids, without sizes; a file of boxes with the advice that is given', async () => {
    const odd = layOut(dataset({ image_id: '1', iscrowd: null }, { id: '1', width: null, height: null }), [
      'x/scene0.png',
    ]);
    const { items } = await openCoco(odd.file, odd.images, studyFiles);
    expect(items).toMatchObject([{ key: '1', image: `${odd.images}/x/scene0.png`, truths: [{ image_id: 1 }] }]);
    const boxes = layOut(dataset({ segmentation: [] }));
    const open = (options: object) =>
      proposalsStudy.open({
        args: [boxes.file, boxes.images],
        options: options as never,
        files: studyFiles,
        signal: AbortSignal.timeout(60_000),
      });
    await expect(open({})).rejects.toThrow(/annotation 5 of image 1 without segmentation, .* with --kind boxes/);
    expect((await open({ kind: 'boxes' })).items).toHaveLength(1);
  });

  test('names are looked up once, whatever their number', () => {
    const present = Array.from({ length: 20_000 }, (_, i) => `folder${i}/image.png`);
    const images = present.map((name, id) => ({ id, file_name: `x/${name}` }));
    const found = imageFiles(images, { path: 'a.json', folder: 'f', present });
    expect(found[19_999]).toBe('f/folder19999/image.png');
  });
});
