import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compressRle } from '../../src/mask/rleCounts.js';
import { unpackCounts } from '../../src/mask/rleString.js';
import { CocoEvaluator, evaluateCoco } from '../../src/evaluate/coco/evaluator.js';
import { COCO_AREAS, type CocoDataset, type CocoDetection } from '../../src/evaluate/coco/types.js';
import { runsOf } from '../../src/evaluate/coco/runs.js';
import { evaluateProposals } from '../../src/evaluate/coco/proposals.js';
import { drawBox, drawPolygon, Lcg, makeCase, type CocoCase } from './cocoCases.js';
import { readGolden } from '../support/golden.js';
import { shared } from '../support/paths.js';

/** The averages in the order in which the golden file has them. */
function averages({ truth, detections, options }: CocoCase): number[] {
  const result = evaluateCoco(truth, detections, options);
  const byArea = COCO_AREAS.flatMap(({ name: area }) =>
    options.maxDets.flatMap((maxDets) => [
      result.averagePrecision({ area, maxDets }),
      result.averageRecall({ area, maxDets }),
    ]),
  );
  return [...byArea, result.averagePrecision({ iou: 0.5 }), result.averagePrecision({ iou: 0.75 })];
}

describe('agreement with pycocotools', () => {
  const golden = readGolden<number[][]>('coco/cases.json.gz');

  test(`on ${golden.length} random ground truths: crowds, empty images, ties, classes, limits`, () => {
    expect(golden.length).toBeGreaterThanOrEqual(500);
    golden.forEach((expected, number) => {
      expect(averages(makeCase(number)), `case ${number}`).toBeAllclose(expected, { atol: 1e-6 });
    });
    // The cases are worth something only if most have an AP strictly between 0 and 1.
    expect(golden.filter(([ap]) => ap > 0 && ap < 1).length).toBeGreaterThan(golden.length / 2);
  });

  test('whether masks come as plain or as compressed counts', () => {
    for (let number = 0; number < golden.length; number += 10) {
      const { truth, detections, options } = makeCase(number);
      const packed = detections.map((detection) => {
        const { segmentation } = detection;
        if (segmentation === undefined || !('counts' in segmentation)) return detection;
        return { ...detection, segmentation: compressRle(segmentation as never) };
      });
      const found = averages({ truth, detections: packed, options });
      expect(found, `case ${number}`).toBeAllclose(golden[number], { atol: 1e-6 });
    }
  });

  test('on the pixels of polygons, also of those that leave the image', () => {
    readGolden<string[]>('coco/polygons.json.gz').forEach((counts, number) => {
      const rng = new Lcg(100_000 + number);
      const width = 3 + rng.below(60);
      const height = 3 + rng.below(60);
      const rings = Array.from({ length: 1 + rng.below(3) }, () => drawPolygon(rng, drawBox(rng, width, height)));
      const expected = runsOf({ size: [height, width], counts: unpackCounts(counts) }, width, height);
      expect(runsOf(rings, width, height), `polygon ${number}`).toEqual(expected);
    });
  });

  test('on polygons with corners far outside, whose edges are not walked', () => {
    interface Far {
      readonly width: number;
      readonly height: number;
      readonly ring: number[];
      readonly counts: string;
    }
    readGolden<Far[]>('coco/farPolygons.json.gz').forEach(({ width, height, ring, counts }, number) => {
      const expected = runsOf({ size: [height, width], counts: unpackCounts(counts) }, width, height);
      expect(runsOf([ring], width, height), `polygon ${number}`).toEqual(expected);
    });
    for (const far of [1e7, 1e8, 1e10, 1e308, Number.MAX_VALUE]) {
      // pycocotools, where it gives a value (1e7): 29 columns of 9 pixels.
      expect(runsOf([[1, 1, far, 1, far, 10, 1, 10]], 30, 20).area).toBe(29 * 9);
      expect(runsOf([[-far, -far, far, -far, far, far, -far, far]], 30, 20).area).toBe(600);
    }
    expect(() => runsOf([Array.from({ length: 8000 }, (_, i) => (i % 4 < 2 ? 0 : 9000))], 9000, 9)).toThrow(
      /crosses more than 16777216 columns/,
    );
    expect(() => runsOf([[1, 2, NaN, 4, 5, 6]], 30, 20)).toThrow(/polygon: got/);
  });

  const tiny = shared('data/coco-tiny/instances_val2017.json');
  test.skipIf(!existsSync(tiny))('on real annotations (skipped where ../shared/data/coco-tiny is absent)', () => {
    const truth = JSON.parse(readFileSync(tiny, 'utf8')) as CocoDataset;
    const expected = readGolden<Record<string, number[]>>('coco/tiny.json.gz');
    for (const kind of ['boxes', 'masks'] as const) {
      for (const classAgnostic of [false, true]) {
        const options = { kind, classAgnostic, maxDets: [1, 10, 100, 1000] };
        const found = averages({ truth, detections: tinyDetections(truth), options });
        const name = `${kind}-${classAgnostic ? 'agnostic' : 'classes'}`;
        expect(found, name).toBeAllclose(expected[name], { atol: 1e-6 });
      }
    }
  });
});

/** Detections that tools/golden/cocoEval.py derives from the same annotations: boxes, moved; masks, the boxes' pixels. */
function tinyDetections({ images, annotations }: CocoDataset): CocoDetection[] {
  const rng = new Lcg(7);
  const sizes = new Map(images.map((image) => [image.id, image]));
  return annotations.flatMap(({ image_id, category_id, bbox = [] }) => {
    const { width = 0, height = 0 } = sizes.get(image_id) ?? {};
    return Array.from({ length: 1 + rng.below(3) }, () => {
      const move = () => (rng.below(33) - 16) / 4;
      const x = Math.min(Math.max(bbox[0] + move(), 0), width - 1);
      const y = Math.min(Math.max(bbox[1] + move(), 0), height - 1);
      const w = Math.min(Math.max(bbox[2] + move(), 1), width - x);
      const h = Math.min(Math.max(bbox[3] + move(), 1), height - y);
      return { image_id, category_id, score: rng.below(1 << 20) / (1 << 20), bbox: [x, y, w, h] };
    });
  });
}

describe('hand-worked evaluations', () => {
  const image = { id: 1, width: 10, height: 10 };
  const object = { image_id: 1, category_id: 1, iscrowd: 0, area: 16 };
  const truth = (...boxes: number[][]): CocoDataset => ({
    images: [image],
    annotations: boxes.map((bbox) => ({ ...object, bbox, area: bbox[2] * bbox[3] })),
    categories: [{ id: 1 }],
  });
  const found = (score: number, ...bbox: number[]): CocoDetection => ({ image_id: 1, category_id: 1, score, bbox });

  test('one object found exactly has AP and AR 1; unseen sizes have none', () => {
    const { AP, AP50, AR, APByArea } = evaluateCoco(truth([2, 2, 4, 4]), [found(0.9, 2, 2, 4, 4)], {
      kind: 'boxes',
    }).summary();
    for (const one of [AP, AP50, AR[1], APByArea.small]) expect(one).toBeCloseTo(1, 12);
    expect(APByArea.large).toBe(-1);
  });

  test('IoU 3/4 passes the thresholds up to 0.75: 6 of 10', () => {
    const result = evaluateCoco(truth([2, 2, 4, 4]), [found(0.9, 2, 2, 3, 4)], { kind: 'boxes' });
    expect(result.averageRecall()).toBeCloseTo(0.6, 12);
    expect(result.averagePrecision({ iou: 0.75 })).toBeCloseTo(1, 12);
    expect(result.averagePrecision({ iou: 0.8 })).toBe(0);
  });

  test('a wrong detection before a right one halves precision', () => {
    const detections = [found(0.9, 7, 7, 2, 2), found(0.8, 2, 2, 4, 4)];
    expect(evaluateCoco(truth([2, 2, 4, 4]), detections, { kind: 'boxes' }).averagePrecision()).toBeCloseTo(0.5, 12);
  });

  test('ignore counts only where asked for', () => {
    const data = truth([2, 2, 4, 4], [7, 7, 2, 2]);
    const annotations = data.annotations.map((a, i) => ({ ...a, ignore: i }));
    const detections = [found(0.9, 2, 2, 4, 4)];
    const recall = (ignoreFlags: boolean) =>
      evaluateCoco({ ...data, annotations }, detections, { kind: 'boxes', ignoreFlags }).averageRecall();
    expect(recall(false)).toBe(0.5);
    expect(recall(true)).toBe(1);
  });

  test('images may come in any order', () => {
    const { truth: data, detections, options } = makeCase(4);
    const evaluator = new CocoEvaluator(
      data.categories.map(({ id }) => id),
      options,
    );
    for (const { id, width = 0, height = 0 } of [...data.images].reverse()) {
      const own = <T extends { image_id: number }>(items: readonly T[]) => items.filter((item) => item.image_id === id);
      evaluator.add({ id, width, height, truths: own(data.annotations), detections: own(detections) });
    }
    expect(evaluator.result().precision).toEqual(evaluateCoco(data, detections, options).precision);
  });

  test('AUC is the mean of AR over the logarithm of the number of proposals', () => {
    // Two objects; the first proposal finds one, the tenth the other: AR@1 = 0.5, AR@10 = AR@100 = 1.
    const detections = [found(0.9, 2, 2, 4, 4)];
    for (let i = 0; i < 8; i++) detections.push(found(0.8, 0, 0, 1, 1));
    detections.push(found(0.7, 7, 7, 2, 2));
    const table = evaluateProposals(truth([2, 2, 4, 4], [7, 7, 2, 2]), detections, 'boxes', [1, 10, 100]);
    expect(table.rows.map(({ recall }) => recall.all)).toEqual([0.5, 1, 1]);
    expect(table.auc.all).toBeCloseTo((0.75 + 1) / 2, 12);
    expect(table.auc.large).toBe(-1);
  });
});

describe('wrong input is named', () => {
  const { truth, detections } = makeCase(0);
  const evaluate = (changed: object) => () =>
    evaluateCoco(truth, [{ ...detections[0], ...changed }], { kind: 'masks' });

  test('detections of unknown images, masks of another size, broken boxes and scores', () => {
    expect(evaluate({ image_id: 999 })).toThrow(/got image 999/);
    expect(evaluate({ score: NaN })).toThrow(/got score NaN/);
    expect(evaluate({ bbox: [1, 2, 3] })).toThrow(/got bbox \[1, 2, 3\]/);
    expect(evaluate({ bbox: undefined, segmentation: undefined })).toThrow(/neither bbox nor segmentation/);
    expect(evaluate({ bbox: undefined, segmentation: { size: [1, 1], counts: [1] } })).toThrow(/1 x 1 pixels/);
    expect(evaluate({ bbox: undefined, segmentation: [[1, 2]] })).toThrow(
      /detections: number 1: got the polygon \[1, 2\]/,
    );
  });

  test('options out of range', () => {
    expect(() => new CocoEvaluator([1], { kind: 'boxes', maxDets: [0] })).toThrow(/maxDets: got \[0\]/);
    expect(() => new CocoEvaluator([1], { kind: 'boxes', iouThresholds: [2] })).toThrow(/iouThresholds/);
    expect(() => new CocoEvaluator([1], { kind: 'boxes' }).result().averageRecall({ area: 'huge' })).toThrow(/huge/);
  });
});
