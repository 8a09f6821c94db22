import { describe, expect, test } from 'vitest';
import { FastSAMError } from '../../src/errors.js';
import type { Results } from '../../src/results/results.js';
import { maskOf, rectMask } from '../support/masks.js';
import { goldenCases, goldenResults, idsOf, resultsOf } from '../support/results.js';

const three = (): Results =>
  resultsOf([rectMask(8, 6, [0, 0, 8, 6]), rectMask(8, 6, [1, 1, 3, 3]), rectMask(8, 6, [2, 2, 6, 5])], {
    boxes: Float32Array.of(0, 0, 8, 6, 1, 1, 3, 3, 2, 2, 6, 5),
    maskInputs: {
      prototypes: Float32Array.of(1, 0, 0, 1, 2, 2),
      height: 1,
      width: 3,
      coefficients: Float32Array.of(0, 0, 1, -1, 2, 0),
    },
  });

describe('Results', () => {
  test('gives one object with all its columns, also from the end', () => {
    const last = three().at(-1);
    expect(last).toMatchObject({ id: 2, score: 0.1875, box: [2, 2, 6, 5], area: 12, class: 0 });
    expect(last.mask.bbox).toEqual([2, 2, 6, 5]);
  });

  test('refuses places where there is no object', () => {
    for (const index of [3, -4, 0.5, NaN]) expect(() => three().at(index)).toThrow(FastSAMError);
    expect(() => resultsOf([]).at(0)).toThrow('object index: got 0');
  });

  test('filters into new results whose columns stay together', () => {
    const all = three();
    const small = all.filter((object) => object.area < 20);
    expect(idsOf(small)).toEqual([1, 2]);
    expect(Array.from(small.boxes.xyxy)).toEqual([1, 1, 3, 3, 2, 2, 6, 5]);
    expect(Array.from(small.scores)).toEqual([0.375, 0.1875]);
    expect(small.masks.list[0]).toBe(all.masks.list[1]);
    expect(Array.from(small.maskInputs?.coefficients ?? [])).toEqual([1, -1, 2, 0]);
    expect(all.length).toBe(3);
  });

  test('keeps the first result’s ids through filter, sort and select', () => {
    const sorted = three().sort((a, b) => a.area - b.area);
    expect(idsOf(sorted)).toEqual([1, 2, 0]);
    expect(idsOf(sorted.filter((object) => object.id !== 2))).toEqual([1, 0]);
    expect(idsOf(sorted.select([-1]))).toEqual([0]);
  });

  test('sorts equals into their old order', () => {
    expect(idsOf(three().sort(() => 0))).toEqual([0, 1, 2]);
  });

  test('maps objects to an array', () => {
    expect(three().map((object, i) => object.area * 10 + i)).toEqual([480, 41, 122]);
  });

  test('iterates over its objects', () => {
    expect([...three()].map((object) => object.id)).toEqual([0, 1, 2]);
    expect([...three().masks].map((mask) => mask.area)).toEqual([48, 4, 12]);
    expect([...three().boxes][1]).toEqual([1, 1, 3, 3]);
  });

  test('is usable when nothing was found', () => {
    const none = three().filter(() => false);
    expect(none.length).toBe(0);
    expect(none.toJSON().masks).toEqual([]);
    expect(none.toCoco()).toEqual([]);
    expect(none.toYolo()).toBe('');
    expect(Array.from(none.labelMap())).toEqual(new Array(48).fill(0));
    expect(none.plot().data).toEqual(none.image.data);
  });

  test('gives the soft mask of the right object after a filter', () => {
    const soft = three().select([1]).probabilities(0);
    const sigmoid = (x: number): number => Math.fround(1 / (1 + Math.exp(-x)));
    expect(Array.from(soft.data)).toEqual([sigmoid(1), sigmoid(-1), 0.5]);
    expect([soft.width, soft.height]).toEqual([3, 1]);
    expect(() => resultsOf([rectMask(4, 4, [0, 0, 1, 1])]).probabilities(0)).toThrow('without prototypes');
  });

  test('labels pixels with the smallest object on top', () => {
    const results = resultsOf([maskOf('##..', '....'), maskOf('.###', '....'), maskOf('.#..', '....')]);
    expect(Array.from(results.labelMap())).toEqual([1, 3, 2, 2, 0, 0, 0, 0]);
  });

  test('refuses columns of different lengths', () => {
    expect(() => three().with({ boxes: new Float32Array(4) })).toThrow('boxes: got 4 entries, expected 12');
  });

  test('brings masks of the network grid to the image for everything that it writes', () => {
    const letterbox = {
      ...{ imageWidth: 16, imageHeight: 8, netWidth: 8, netHeight: 8, width: 8, height: 4 },
      ...{ top: 2, bottom: 2, left: 0, right: 0 },
    };
    const image = { data: new Uint8Array(16 * 8 * 3), width: 16, height: 8 };
    const net = resultsOf([rectMask(8, 8, [0, 2, 4, 6])], { image, letterbox, compat: 'ultralytics' });
    expect(net.masks.at(0).area).toBe(16);
    expect(net.toJSON().masks[0]).toMatchObject({ area: 64, segmentation: { size: [8, 16] } });
    expect(net.cutout(0)).toMatchObject({ x: 0, y: 0, width: 8, height: 8 });
  });
});

describe('Boxes', () => {
  test.each(goldenCases())('has the forms of Ultralytics’ boxes: $name', (golden) => {
    const { boxes } = goldenResults(golden);
    for (const form of ['xywh', 'xyxyn', 'xywhn'] as const) {
      expect(boxes[form], form).toBeAllclose(golden[form], { atol: 5e-6 });
    }
  });
});
