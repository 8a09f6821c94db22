import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PromptRecord } from '../../src/prompt/kinds/list.js';
import { decodeRle } from '../../src/mask/rle.js';
import { mergeCoco } from '../../src/formats/coco.js';
import { formatG } from '../../src/formats/yolo.js';
import { maskOf, rectMask } from '../support/masks.js';
import { goldenCases, goldenResults, resultsOf } from '../support/results.js';
import { violations } from '../support/schema.js';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('JSON', () => {
  test('is the documented record', () => {
    const results = resultsOf([maskOf('.#.', '.#.', '...')], {
      image: { data: new Uint8Array(27), width: 3, height: 3, path: 'a.jpg' },
      boxes: Float32Array.of(0.1, 0, 2.00049, 2),
      promptRecord: { points: [[1, 1]], labels: [1] },
    });
    expect(asJson(results)).toEqual({
      image: { path: 'a.jpg', width: 3, height: 3 },
      model: 'tiny',
      imgsz: 32,
      device: 'wasm',
      precision: 'fp32',
      prompt: { points: [[1, 1]], labels: [1] },
      speed: { preprocess: 1.26, inference: 20, postprocess: 3 },
      masks: [{ id: 0, score: 0.75, bbox: [0.1, 0, 2, 2], area: 2, segmentation: { size: [3, 3], counts: '324' } }],
    });
  });

  test('names classes only where the model has several', () => {
    const masks = [rectMask(4, 4, [0, 0, 1, 1])];
    const classes = Int32Array.of(2);
    expect(resultsOf(masks, { classes, names: { 0: 'object' } }).toJSON().masks[0]).not.toHaveProperty('class');
    const many = resultsOf(masks, { classes, names: { 0: 'cat', 2: 'dog' } });
    expect(many.toJSON().masks[0]).toMatchObject({ class: 2, name: 'dog' });
    expect(violations(asJson(many))).toEqual([]);
  });

  test('fits its schema, whatever was found or asked', () => {
    const prompts: (PromptRecord | null)[] = [
      null,
      { boxes: [[0, 0, 1, 1]], pick: 'all' },
      { text: 'a dog' },
      { points: [[1, 2]], labels: [0] },
    ];
    for (const promptRecord of prompts) {
      for (const golden of goldenCases()) {
        expect(violations(asJson(goldenResults(golden).with({ promptRecord })))).toEqual([]);
      }
      expect(violations(asJson(resultsOf([], { promptRecord, imgsz: [320, 640] })))).toEqual([]);
    }
  });

  test('has a schema that refuses what is not such a record', () => {
    const good = resultsOf([rectMask(4, 4, [0, 0, 1, 1])]).toJSON();
    const bad: unknown[] = [
      { ...good, masks: undefined },
      { ...good, extra: 1 },
      { ...good, imgsz: [1] },
      { ...good, masks: [{ ...good.masks[0], bbox: [1, 2, 3] }] },
      { ...good, masks: [{ ...good.masks[0], score: 1.5 }] },
      { ...good, promptRecord: { labels: [2] } },
    ];
    for (const record of bad) expect(violations(asJson(record))).not.toEqual([]);
  });

  test.each(goldenCases())('holds pycocotools’ counts and areas: $name', (golden) => {
    const { masks } = goldenResults(golden).toJSON();
    expect(masks.map((mask) => mask.segmentation.counts)).toEqual(golden.masks);
    expect(masks.map((mask) => mask.area)).toEqual(golden.areas);
  });
});

describe('COCO', () => {
  test('writes xywh boxes, RLE, area and score', () => {
    const results = resultsOf([maskOf('.#.', '.#.', '...')], { boxes: Float32Array.of(1, 0, 2.5, 2) });
    expect(results.toCoco({ imageId: 7, categoryId: 3 })).toEqual([
      {
        id: 1,
        image_id: 7,
        category_id: 3,
        segmentation: { size: [3, 3], counts: '324' },
        area: 2,
        bbox: [1, 0, 1.5, 2],
        iscrowd: 0,
        score: 0.75,
      },
    ]);
  });

  test('writes outer rings along pixel corners on request', () => {
    const [annotation] = resultsOf([rectMask(8, 6, [1, 2, 5, 5])]).toCoco({ segmentation: 'polygons' });
    expect(annotation.segmentation).toEqual([[5, 2, 5, 5, 1, 5, 1, 2]]);
  });

  test.each(goldenCases())(
    'writes rings that pycocotools decodes to the mask with its holes filled: $name',
    (golden) => {
      const annotations = goldenResults(golden).toCoco({ segmentation: 'polygons' });
      expect(annotations.map((annotation) => annotation.segmentation)).toEqual(golden.rings);
    },
  );

  test('merges images into one file with ids that go on', () => {
    const square = rectMask(4, 4, [0, 0, 2, 2]);
    const named = { data: new Uint8Array(48), width: 4, height: 4, path: 'dir/b.png' };
    const file = mergeCoco([resultsOf([square, square]), resultsOf([]), resultsOf([square], { image: named })]);
    expect(file.images).toEqual([
      { id: 1, file_name: 'image-1', width: 4, height: 4 },
      { id: 2, file_name: 'image-2', width: 4, height: 4 },
      { id: 3, file_name: 'dir/b.png', width: 4, height: 4 },
    ]);
    expect(file.annotations.map(({ id, image_id, category_id }) => [id, image_id, category_id])).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [3, 3, 1],
    ]);
    expect(file.categories).toEqual([{ id: 1, name: 'object' }]);
  });

  test('numbers categories from the model’s classes', () => {
    const results = resultsOf([rectMask(4, 4, [0, 0, 2, 2])], {
      classes: Int32Array.of(1),
      names: { 0: 'cat', 1: 'dog' },
    });
    const file = mergeCoco([results], { names: ['c.jpg'] });
    expect(file.categories).toEqual([
      { id: 1, name: 'cat' },
      { id: 2, name: 'dog' },
    ]);
    expect(file.annotations[0].category_id).toBe(2);
    expect(file.images[0].file_name).toBe('c.jpg');
  });
});

describe('YOLO labels', () => {
  test.each(goldenCases())('are the lines of Ultralytics’ save_txt: $name', (golden) => {
    const results = goldenResults(golden);
    expect(results.toYolo()).toBe(golden.txt);
    expect(results.toYolo({ saveConf: true })).toBe(golden.txtConf);
  });

  test('formats numbers as %g', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1, '1'],
      [0.5, '0.5'],
      [1 / 3, '0.333333'],
      [0.9999996, '1'],
      [0.0001, '0.0001'],
      [0.00001234567, '1.23457e-05'],
      [123456.7, '123457'],
      [1234567, '1.23457e+06'],
      [-0.25, '-0.25'],
    ];
    for (const [value, text] of cases) expect(formatG(value)).toBe(text);
  });

  test('formats every number to within its sixth digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (value) => {
        expect(Math.abs(Number(formatG(value)) - value)).toBeLessThanOrEqual(value * 5.001e-6);
      }),
    );
  });
});

describe('masks as data', () => {
  test('come back from their RLE', () => {
    const rows = ['#..#', '.##.', '####'];
    const rle = resultsOf([maskOf(...rows)])
      .masks.at(0)
      .toRle();
    expect(Array.from(decodeRle(rle).toBitmap())).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1]);
  });

  test('have polygons with holes', () => {
    const [polygon] = resultsOf([maskOf('####', '#..#', '#..#', '####')])
      .masks.at(-1)
      .toPolygons();
    expect(Array.from(polygon.outer)).toEqual([0, 0, 0, 3, 3, 3, 3, 0]);
    expect(polygon.holes).toHaveLength(1);
  });
});
