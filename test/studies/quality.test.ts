import { describe, expect, test } from 'vitest';
import { calibrationError, calibrationOf } from '../../src/evaluate/statistics/calibration.js';
import { calibrationPlot } from '../../src/studies/quality/plot.js';
import { stabilityScores } from '../../src/record/stability.js';
import { measureQuality } from '../../src/studies/quality/measure.js';
import { qualityStudy } from '../../src/studies/quality/study.js';
import { averageRanks, spearman } from '../../src/evaluate/statistics/lists.js';
import { encodeCounts } from '../../src/mask/rle.js';
import { rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { readGolden } from '../support/golden.js';

interface Golden {
  readonly correlations: readonly { a: number[]; b: number[]; spearman: number | null }[];
  readonly stability: {
    readonly prototypes: number[];
    readonly coefficients: number[];
    readonly boxes: number[][];
    readonly expected: readonly { delta: number; scores: number[] }[];
  };
}
const golden = readGolden<Golden>('studies/quality.json');

describe('rank correlation', () => {
  test('gives equals the mean of their ranks', () => {
    expect([...averageRanks([30, 10, 30, 20])]).toEqual([3.5, 1, 3.5, 2]);
  });

  test('is 1 for the same order, -1 for the opposite, none for a constant', () => {
    expect(spearman([1, 2, 3], [10, 100, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(spearman([1, 1, 1], [3, 2, 1])).toBeNull();
    expect(spearman([1], [1])).toBeNull();
  });

  test('equals scipy, ties included', () => {
    for (const { a, b, spearman: expected } of golden.correlations) {
      const value = spearman(a, b);
      if (expected === null) expect(value).toBeNull();
      else expect(value).toBeCloseTo(expected, 10);
    }
    expect(golden.correlations.filter(({ spearman: value }) => value !== null).length).toBeGreaterThan(10);
  });
});

describe('stability', () => {
  const { prototypes, coefficients, boxes, expected } = golden.stability;
  const masks = boxes.map((box) => rectMask(64, 64, box));
  const scene = sceneOf(
    masks,
    masks.map(() => 0.5),
    {
      boxes: Float32Array.from(boxes.flat()),
      maskInputs: {
        prototypes: Float32Array.from(prototypes),
        coefficients: Float32Array.from(coefficients),
        width: 16,
        height: 16,
      },
    },
  );

  test('equals masks of the whole grid in torch', () => {
    for (const { delta, scores } of expected) {
      expect(stabilityScores(scene, delta), `delta ${delta}`).toBeAllclose(scores, { atol: 5e-6 });
    }
    expect(expected.flatMap(({ scores }) => scores).some((score) => score > 0.1 && score < 0.9)).toBe(true);
  });

  test('refuses results without prototypes and deltas that are none', () => {
    expect(() => stabilityScores(sceneOf(masks, [1, 1, 1, 1, 1, 1]))).toThrow(/without prototypes/);
    expect(() => stabilityScores(scene, 0)).toThrow(/delta: got 0/);
  });
});

describe('calibration', () => {
  test('sorts scores into parts and weighs the distance of each by its masks', () => {
    const bins = calibrationOf([0.05, 0.15, 0.15, 1], [0.05, 0.35, 0.15, 0.5]);
    expect(bins.map(({ count }) => count)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(bins[1].iou).toBeCloseTo(0.25, 12);
    expect(bins[5].iou).toBeNull();
    // (1 * 0 + 2 * |0.15 - 0.25| + 1 * |1 - 0.5|) / 4
    expect(calibrationError(bins)).toBeCloseTo(0.175, 12);
    expect(calibrationError(calibrationOf([], []))).toBeNull();
  });

  test('draws a bar as high as the mean IoU', () => {
    const image = calibrationPlot([{ title: 'x', bins: calibrationOf([0.55], [0.5]) }]);
    const column = 30 + 102; // inside the sixth part, left of its count
    const blue = Array.from({ length: image.height }, (_, y) => image.data[3 * (y * image.width + column) + 2]).filter(
      (value, y) => value === 200 && y > 30,
    );
    expect(blue.length).toBeGreaterThan(90);
    expect(blue.length).toBeLessThanOrEqual(101);
  });
});

describe('the study', () => {
  const [width, height] = [20, 20];
  const object = rectMask(width, height, [0, 0, 10, 10]);
  const crowd = rectMask(width, height, [0, 12, 20, 20]);
  const truth = (mask: typeof object, iscrowd: number) => ({
    image_id: 1,
    category_id: 1,
    bbox: [0, 0, 10, 10],
    area: mask.area,
    iscrowd,
    segmentation: encodeCounts(mask),
  });
  const item = { key: '1', width, height, truths: [truth(object, 0), truth(crowd, 1)] };
  // The best score is the worst mask of the object; one mask lies in the crowd.
  const scene = sceneOf(
    [
      rectMask(width, height, [0, 0, 10, 6]),
      rectMask(width, height, [2, 13, 8, 17]),
      rectMask(width, height, [0, 0, 10, 8]),
      object,
    ],
    [0.9, 0.8, 0.7, 0.6],
  );

  test('notes the IoU of each mask, without those of crowds', () => {
    const record = measureQuality(item, scene, [0.1, 0.9, 0.5, 0.8]);
    expect(record.ious).toEqual([0.6, 0.8, 1]);
    expect(record.stability).toEqual([0.1, 0.5, 0.8]);
  });

  test('finds with the order what the order deserves', () => {
    const metrics = qualityStudy.summarise([measureQuality(item, scene, [0.1, 0.2, 0.5, 0.8])], {});
    expect(metrics['spearman score all']).toBeCloseTo(-1, 12);
    expect(metrics['spearman stability all']).toBeCloseTo(1, 12);
    // IoU 0.6 finds it at .5, .55, .6; IoU 1 at all ten thresholds.
    expect(metrics['masks AR@1 by score']).toBeCloseTo(0.3, 12);
    expect(metrics['masks AR@1 by stability']).toBeCloseTo(1, 12);
    expect(metrics['masks AR@1 by iou']).toBeCloseTo(1, 12);
    expect(metrics['masks AR@10 by score']).toBe(metrics['masks AR@10 by stability']);
  });

  test('has figures for no images and none found', () => {
    expect(qualityStudy.summarise([], {})['spearman score all']).toBeNull();
    const empty = measureQuality(item, sceneOf([], []), []);
    expect(qualityStudy.summarise([empty], {})['masks AR@10 by score']).toBe(0);
  });
});
