import { describe, expect, test } from 'vitest';
import {
  levelCurve,
  maxFMeasure,
  meanAbsoluteError,
  saliencyF,
  sMeasure,
} from '../../src/evaluate/salient/measures.js';
import { mapOf, salienceOf } from '../../src/studies/salient/ranking.js';
import { compareMaps, salientMap, salientStudy } from '../../src/studies/salient/study.js';
import { chosenBy, hintFrom } from '../../src/studies/shared/hints.js';
import { pixelNearCentroid } from '../../src/mask/regions.js';
import { maskOf, rectMask } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { readGolden } from '../support/golden.js';

interface GoldenCase {
  readonly width: number;
  readonly height: number;
  readonly map: number[];
  readonly truth: number[];
  readonly mae: number;
  readonly maxF: number;
  readonly s: number;
}
const golden = readGolden<GoldenCase[]>('studies/salient.json');

describe('measures of saliency maps', () => {
  test('equal the port of the definitions in numpy', () => {
    for (const [n, { width, height, map, truth, mae, maxF, s }] of golden.entries()) {
      const bytes = { data: Uint8Array.from(map), width, height };
      const marked = Uint8Array.from(truth);
      expect(meanAbsoluteError(bytes, marked), `case ${n}`).toBeCloseTo(mae, 10);
      expect(maxFMeasure(levelCurve(bytes, marked)), `case ${n}`).toBeCloseTo(maxF, 10);
      expect(sMeasure(bytes, marked), `case ${n}`).toBeCloseTo(s, 10);
    }
    expect(golden.filter(({ s }) => s > 0.2 && s < 0.9).length).toBeGreaterThan(10);
  });

  test('are best for the truth itself', () => {
    const truth = rectMask(9, 7, [2, 1, 6, 5]).toBitmap();
    const map = { data: truth.map((bit) => 255 * bit), width: 9, height: 7 };
    expect(meanAbsoluteError(map, truth)).toBe(0);
    expect(maxFMeasure(levelCurve(map, truth))).toBeCloseTo(1, 12);
    expect(sMeasure(map, truth)).toBeCloseTo(1, 12);
  });

  test('weigh precision by beta squared 0.3', () => {
    expect(saliencyF(0.5, 1)).toBeCloseTo((1.3 * 0.5) / (0.15 + 1), 12);
    expect(saliencyF(0, 0)).toBe(0);
  });
});

describe('ranking', () => {
  const [width, height] = [20, 20];
  const whole = rectMask(width, height, [0, 0, 20, 20]);
  const middle = rectMask(width, height, [6, 6, 14, 14]);
  const corner = rectMask(width, height, [0, 0, 12, 12]);
  const scene = sceneOf([whole, corner, middle], [0.9, 0.8, 0.7]);

  test('by each rule puts another object first', () => {
    const first = (values: number[]) => values.indexOf(Math.max(...values));
    expect(first(salienceOf(scene, 'score'))).toBe(0);
    expect(first(salienceOf(scene, 'area'))).toBe(1);
    expect(salienceOf(scene, 'area')[0]).toBe(0);
    expect(salienceOf(scene, 'centre')).toEqual([1, expect.closeTo(Math.exp(-0.16 / (2 * 0.35 ** 2)), 12), 1]);
    expect(first(salienceOf(scene, 'product'))).toBe(2);
  });

  test('makes the map of the first objects, weaker ones darker', () => {
    const { data } = mapOf([whole, middle], [0.5, 1], 2, scene.image);
    expect([data[0], data[10 * width + 10]]).toEqual([128, 255]);
    expect(mapOf([whole, middle], [0.5, 1], 1, scene.image).data[0]).toBe(0);
    expect(mapOf([], [], 1, scene.image).data.every((value) => value === 0)).toBe(true);
  });

  test('gives way to a hint', () => {
    const options = { rule: 'score', top: 1 } as const;
    const none = compareMaps(salientMap(scene, undefined, options), middle);
    const box = compareMaps(salientMap(scene, hintFrom(middle, 'box'), options), middle);
    expect(none.mae).toBeCloseTo(1 - 64 / 400, 12);
    expect(box).toMatchObject({ mae: 0, s: expect.closeTo(1, 9) as number });
    expect(chosenBy(sceneOf([corner, middle], [0.8, 0.9]), hintFrom(middle, 'point'))).toEqual([1]);
    expect(chosenBy(sceneOf([], []), hintFrom(middle, 'box'))).toEqual([]);
  });

  test('finds a point inside of a ring', () => {
    const ring = maskOf('#####', '#...#', '#...#', '#####');
    expect(ring.has(...pixelNearCentroid(ring))).toBe(true);
  });
});

describe('the study', () => {
  test('takes F of mean precision and recall, MAE and S as means; images without marks have no F', () => {
    const record = (precision: number, recall: number, mae: number) => ({
      key: String(mae),
      objects: 1,
      mae,
      s: mae,
      precision: [precision],
      recall: [recall],
    });
    const records = [record(1, 0.5, 0.1), record(0.5, 1, 0.3)];
    const figures = salientStudy.summarise([...records, { key: 'x', objects: 0, mae: 0.2, s: 0.8 }], {});
    expect(figures['max F']).toBeCloseTo(0.75, 12);
    expect(figures.MAE).toBeCloseTo(0.2, 12);
    expect(figures.S).toBeCloseTo(0.4, 12);
    expect(salientStudy.summarise([], {}).S).toBeNull();
  });
});
