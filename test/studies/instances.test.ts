import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import '../../src/index.js';
import { evaluateCoco } from '../../src/evaluate/coco/evaluator.js';
import { COCO_AREAS, type CocoDataset, type CocoDetection } from '../../src/evaluate/coco/types.js';
import { countInstances, evaluateCounts } from '../../src/studies/instances/counts.js';
import { answerBoxes, instancesOf, readDetections, truePrompts } from '../../src/studies/instances/prompts.js';
import { instancesStudy } from '../../src/studies/instances/study.js';
import { encodeCounts } from '../../src/mask/rle.js';
import { makeCase } from '../evaluate/cocoCases.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';

/** AP by way of records of single images. */
function byRecords({ images, annotations }: CocoDataset, detections: readonly CocoDetection[]) {
  const records = images.map(({ id, width = 0, height = 0 }) => {
    const own = <T extends { readonly image_id: number }>(list: readonly T[]) =>
      list.filter(({ image_id }) => image_id === id);
    return { id, counts: countInstances(own(detections), own(annotations), width, height) };
  });
  return evaluateCounts(JSON.parse(JSON.stringify(records)) as typeof records);
}

describe('AP from records', () => {
  test('equals that of the evaluator, which equals pycocotools', () => {
    let compared = 0;
    for (let number = 0; number < 640; number++) {
      const { truth, detections, options } = makeCase(number);
      if (options.kind !== 'masks') continue;
      // A detection of a category that has no objects is none of the records' business, and -1 in both.
      const whole = evaluateCoco(truth, detections, { kind: 'masks', maxDets: [100] });
      const parts = byRecords(truth, detections);
      for (const { name: area } of COCO_AREAS) {
        expect(parts.averagePrecision({ area }), `case ${number} ${area}`).toBeCloseTo(
          whole.averagePrecision({ area }),
          12,
        );
      }
      if (++compared === 60) break;
    }
    expect(compared).toBeGreaterThan(30);
  });
});

describe('boxes as prompts', () => {
  const [width, height] = [40, 30];
  const left = rectMask(width, height, [2, 2, 12, 12]);
  const right = rectMask(width, height, [20, 5, 30, 25]);
  const scene = sceneOf([left, right], [0.9, 0.8]);
  const truth = (id: number, bbox: number[], mask: typeof left, iscrowd = 0) => ({
    id,
    image_id: 7,
    category_id: id,
    bbox,
    area: mask.area,
    iscrowd,
    segmentation: encodeCounts(mask),
  });

  test('take the object with the largest IoU, and none where none lies', () => {
    const ask = (bbox: number[]) => answerBoxes(scene, [{ bbox, category_id: 1, score: 1 }], 'mask');
    expect(ask([18, 5, 12, 20])).toMatchObject([{ object: 1, iou: 200 / 240 }]);
    expect(ask([33, 0, 5, 5])).toEqual([]);
    expect(ask([3, 3, 0, 5])).toEqual([]);
    expect(ask([50, 3, 5, 5])).toEqual([]);
    expect(answerBoxes(sceneOf([], []), [{ bbox: [0, 0, 2, 2], category_id: 1, score: 1 }], 'mask')).toEqual([]);
  });

  test('give their category and score to the mask, weighed by the IoU if asked', () => {
    const answers = answerBoxes(scene, [{ bbox: [18, 5, 12, 20], category_id: 3, score: 0.6 }], 'mask');
    expect(instancesOf(scene, answers, 7, false)).toEqual([
      { image_id: 7, category_id: 3, score: 0.6, segmentation: encodeCounts(right) },
    ]);
    expect(instancesOf(scene, answers, 7, true)[0].score).toBeCloseTo(0.5, 12);
  });

  test('come from objects that are no crowds', () => {
    const truths = [truth(1, [2, 2, 10, 10], left), truth(2, [20, 5, 10, 20], right, 1)];
    expect(truePrompts(truths).map(({ category_id }) => category_id)).toEqual([1]);
  });

  test('come from a result file; other files are refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fastsam-boxes-'));
    try {
      const path = join(folder, 'boxes.json');
      writeFileSync(path, JSON.stringify([{ image_id: 7, category_id: 1, bbox: [1, 2, 3, 4], score: 0.5 }]));
      expect((await readDetections(path)).get(7)).toMatchObject([{ bbox: [1, 2, 3, 4], score: 0.5 }]);
      for (const text of ['{', '{}', '[{"image_id":7}]', '[null]']) {
        writeFileSync(path, text);
        await expect(readDetections(path)).rejects.toThrow(/expected a (list of COCO results|detection|finite number)/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('make an AP of 1 where every mask is right, and half where one of two objects has none', () => {
    const exact = [truth(1, [2, 2, 10, 10], left), truth(2, [20, 5, 10, 20], right)];
    const figures = (found: typeof scene) => {
      const answers = answerBoxes(found, truePrompts(exact), 'mask');
      const detections = instancesOf(found, answers, 7, false);
      const counts = countInstances(detections, exact, width, height);
      return instancesStudy.summarise([{ key: '7', prompts: 2, answered: answers.length, counts }], {});
    };
    expect(figures(scene).AP).toBeCloseTo(1, 9);
    expect(figures(scene.select([0])).AP).toBeCloseTo(0.5, 9);
  });
});
