import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nonMaxSuppression, suppression, type NmsOptions } from '../../src/model/nms.js';
import { clusteredBoxes, greedyNms, type Clusters } from './nmsCases.js';
import { readGolden } from '../support/golden.js';
import { codeOf } from '../support/errors.js';

interface Golden {
  readonly conf: number;
  readonly iou: number;
  readonly maxDet: number;
  readonly kept: number[];
}

interface SmallCase extends Golden {
  readonly name: string;
  readonly boxes: number[][];
  readonly scores: number[];
  readonly maxNms: number;
  readonly classes?: number[];
}

const golden = readGolden<{
  small: SmallCase[];
  large: (Clusters & Golden)[];
}>('nms/cases.json');

/** Both ways of asking have to agree. */
function keep(
  boxes: Float32Array,
  scores: Float32Array,
  options: Omit<NmsOptions, 'classes'>,
  classes?: readonly number[],
): number[] {
  const all = classes ? { ...options, classes: Int32Array.from(classes) } : options;
  const kept = [...nonMaxSuppression(boxes, scores, all)];
  expect([...suppression(boxes, scores, all).kept]).toEqual(kept);
  return kept;
}

describe('NMS', () => {
  test.each(golden.small)('torchvision: $name', ({ boxes, scores, classes, kept, ...options }) => {
    const found = keep(Float32Array.from(boxes.flat()), Float32Array.from(scores), options, classes);
    expect(found).toEqual(kept);
  });

  test.each(golden.large)('torchvision: $n boxes in $clusters clusters at IoU $iou', (plan) => {
    const { boxes, scores } = clusteredBoxes(plan);
    expect(keep(boxes, scores, { conf: plan.conf, iou: plan.iou, maxDet: plan.maxDet })).toEqual(plan.kept);
  });

  test('one class is no class', () => {
    const { boxes, scores } = clusteredBoxes({ seed: 8, n: 600, clusters: 9, spread: 0.3, grid: 0, levels: 0 });
    const options = { conf: 0.2, iou: 0.5, maxDet: 300 };
    const zeros = new Array<number>(600).fill(0);
    expect(keep(boxes, scores, options, zeros)).toEqual(keep(boxes, scores, options));
  });

  test('a chain in which each box strikes the next keeps every second one', () => {
    const n = 1100;
    const boxes = Float32Array.from({ length: n * 4 }, (_, i) => [0, 0, 10, 10][i & 3] + (i & 1 ? 0 : 4 * (i >> 2)));
    const scores = Float32Array.from({ length: n }, (_, i) => 1 - i / 2000);
    const kept = keep(boxes, scores, { conf: 0, iou: 0.4, maxDet: n });
    expect(kept).toEqual(Array.from({ length: n / 2 }, (_, i) => 2 * i));
  });

  test('random boxes on a coarse grid equal the greedy loop', () => {
    const side = fc.integer({ min: 0, max: 6 });
    const box = fc.tuple(side, side, side, side, fc.integer({ min: 1, max: 5 }));
    fc.assert(
      fc.property(fc.array(box, { maxLength: 40 }), fc.constantFrom(0, 0.25, 0.5, 0.75, 1), (rows, iou) => {
        const boxes = Float32Array.from(rows.flatMap(([x, y, w, h]) => [x, y, x + w, y + h]));
        const scores = Float32Array.from(rows, (row) => row[4] / 5);
        expect(keep(boxes, scores, { conf: 0, iou, maxDet: 1000 })).toEqual(greedyNms(boxes, scores, iou));
      }),
      { numRuns: 60 },
    );
  });

  test.each([{ conf: NaN }, { conf: -0.1 }, { iou: 1.5 }, { maxDet: 2.5 }, { maxNms: -1 }])('refuses %o', (wrong) => {
    const options = { conf: 0.4, iou: 0.9, maxDet: 300, ...wrong };
    expect(codeOf(() => nonMaxSuppression(Float32Array.of(0, 0, 1, 1), Float32Array.of(0.5), options))).toBe(
      'INVALID_ARGUMENT',
    );
  });

  test('each box that goes is listed under the best one that it overlaps too much', () => {
    const boxes = Float32Array.of(0, 0, 10, 10, 0, 0, 10, 9, 20, 0, 30, 10, 1, 0, 11, 10, 20, 0, 30, 8, 50, 0, 60, 9);
    const scores = Float32Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4);
    const found = suppression(boxes, scores, { conf: 0.1, iou: 0.5, maxDet: 2 });
    expect([...found.kept]).toEqual([0, 2]); // 5 stays, too, but for maxDet
    expect(found.suppressed.map((list) => [...list])).toEqual([[1, 3], [4]]);
  });
});
