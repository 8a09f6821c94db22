/** Masks from raw detections and results: thresholds, other prototypes and coefficients, selections of one's own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, Mask, masks as sets, type MaskInputs, type RawDetections, type Results } from '../../../src/index.js';
import { describeOnDevices } from '../../support/devices.js';
import { codeOf, errorOf, refusal } from '../../support/errors.js';
import { goldenPath } from '../../support/golden.js';
import { scene } from '../../support/paths.js';
import { expectSameResults } from './support.js';

const LIMITS = { conf: 0.3, iou: 0.7 } as const;
const areas = (results: Results): number[] => results.masks.list.map(({ area }) => area);

function inputsOf({ maskInputs }: Results): MaskInputs {
  if (!maskInputs) throw new Error('no mask inputs');
  return maskInputs;
}

/** Pixels of the box with logits above a threshold. */
function cut(results: Results, i: number, threshold: number): Mask {
  const { data, width, height } = results.logits(i);
  return sets.cropToBox(
    Mask.fromBitmap(
      data.map((v) => (v > threshold ? 1 : 0)),
      width,
      height,
    ),
    results.boxes.at(i),
  );
}

describeOnDevices('masks of stages', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  let raw: RawDetections;
  let results: Results;

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    raw = await model.detect(scene('coins.png'));
    results = await raw.toResults(LIMITS);
  });
  afterAll(() => {
    model.dispose();
  });

  test('a mask is where its logits are above the threshold, in its box', async () => {
    for (const [made, threshold] of [
      [results, 0],
      [await raw.toResults({ ...LIMITS, maskThreshold: 1.5 }), 1.5],
    ] as const) {
      expect(made.length).toBeGreaterThan(10);
      // Rounding decides about a pixel here and there.
      made.masks.list.forEach((mask, i) => {
        expect(sets.iou(mask, cut(made, i, threshold))).toBeGreaterThan(0.999);
      });
    }
  });

  test('a higher threshold makes masks smaller, and results know theirs', async () => {
    const higher = await raw.toResults({ ...LIMITS, maskThreshold: 2 });
    const changed = results.with({ maskInputs: { ...inputsOf(results), threshold: 2 } });
    expect(higher.maskInputs?.threshold).toBe(2);
    expect(higher.length).toBe(results.length);
    for (const [i, area] of areas(results).entries()) {
      expect(areas(higher)[i]).toBeLessThan(area);
      expect(sets.iou(higher.masks.list[i], changed.masks.list[i])).toBeGreaterThan(0.999);
    }
  });

  describe('other mask inputs of results', () => {
    test('equal ones give the masks that are there', async () => {
      for (const options of [{}, { retinaMasks: false }, { compat: 'ultralytics', retinaMasks: false }] as const) {
        const made = await raw.toResults({ ...LIMITS, ...options });
        const again = made.with({ maskInputs: { ...inputsOf(made) } });
        const worst = Math.min(...again.masks.list.map((mask, i) => sets.iou(mask, made.masks.list[i])));
        expect(worst).toBeGreaterThan(0.999);
        expect(again.with({ maskInputs: again.maskInputs }).masks.list).toBe(again.masks.list);
      }
    });

    test('masks follow coefficients and prototypes, and so do probabilities', () => {
      const inputs = inputsOf(results);
      const none = results.with({
        maskInputs: { ...inputs, coefficients: new Float32Array(inputs.coefficients.length) },
      });
      expect(areas(none)).toEqual(areas(none).map(() => 0));
      expect(none.probabilities(0).data[0]).toBe(0.5);
      const halves = results.with({ maskInputs: { ...inputs, prototypes: inputs.prototypes.map((v) => -v) } });
      // The negative of a mask in its box: together they fill it.
      for (let i = 0; i < 3; i++) {
        const both = sets.union(halves.masks.list[i], results.masks.list[i]);
        expect(both.area).toBeGreaterThan(0.999 * both.width * both.height);
        expect(sets.intersectionArea(halves.masks.list[i], results.masks.list[i])).toBe(0);
      }
      expect(results.select([2, 0]).with({ maskInputs: inputsOf(results.select([2, 0])) }).length).toBe(2);
    });

    test('arrays of wrong lengths are refused by name', () => {
      const inputs = inputsOf(results);
      const n = results.length;
      const attempt = (changes: object) =>
        errorOf(() => results.with({ maskInputs: { ...inputs, ...changes } })).message;
      expect(attempt({ coefficients: Float32Array.of(1, 2, 3) })).toBe(
        `maskInputs.coefficients: got 3 values, expected ${32 * n}, 32 for each of ${n} objects`,
      );
      expect(attempt({ prototypes: new Float32Array(7) })).toMatch(/^maskInputs.prototypes: got 7 values for 80 x 64/);
      expect(attempt({ crops: new Float32Array(4) })).toMatch(/^maskInputs.crops: got 4 values/);
      const small = { prototypes: new Float32Array(8 * 8 * 32), width: 8, height: 8 };
      expect(attempt(small)).toMatch(/got prototypes of 8 x 8 cells, expected 80 x 64/);
      expect(codeOf(() => results.with({ anchors: new Int32Array(1) }))).toBe('INVALID_ARGUMENT');
    });
  });

  describe('raw detections with other arrays', () => {
    test('16 of the 32 prototypes: masks and logits follow', async () => {
      const kept = raw.coefficients.map((value, i) => (i % 32 < 16 ? value : 0));
      const half = await raw.with({ coefficients: kept }).toResults(LIMITS);
      const data = raw.prototypes.data.map((value, i) => (i % 32 < 16 ? value : 0));
      const same = await raw.with({ prototypes: { ...raw.prototypes, data } }).toResults(LIMITS);
      expect(areas(half)).not.toEqual(areas(results));
      expect(half.masks.list).toEqual(same.masks.list);
      expect(half.logits(0)).toEqual(same.logits(0));
    });

    test('boxes and scores', async () => {
      const moved = await raw
        .with({ boxes: raw.boxes.map((v) => v + 1) })
        .toResults({ ...LIMITS, snapFullBoxes: false });
      expect(moved.boxes.xyxy[0]).toBeCloseTo(results.boxes.xyxy[0] + 384 / 320, 4);
      const none = await raw.with({ scores: new Float32Array(raw.scores.length) }).toResults(LIMITS);
      expect(none.length).toBe(0);
      expect(await raw.with({ boxes: undefined }).toResults(LIMITS)).toHaveLength(results.length);
    });

    test('wrong ones are refused by name', () => {
      expect(() => raw.with({ scores: new Float32Array(3) })).toThrow(
        /^scores: got 3 values, expected a Float32Array of 1680/,
      );
      expect(() => raw.with({ prototypes: { ...raw.prototypes, k: 16 } })).toThrow(/^prototypes: got 16 of 80 x 64/);
      expect(() => raw.with({ masks: [] } as never)).toThrow(/option "masks": not known/);
      expect(() => raw.anchor(1680)).toThrow(/from 0 to 1679/);
    });
  });

  describe('a selection of one’s own', () => {
    test('gets candidates, best first, and NMS written with it is NMS', async () => {
      const made = await raw.toResults({
        ...LIMITS,
        select: (boxes, scores, { anchors, classes, iou }) => {
          expect(scores).toEqual(scores.slice().sort((a, b) => b - a));
          expect([boxes.length, anchors.length, classes.length]).toEqual([
            4 * scores.length,
            scores.length,
            scores.length,
          ]);
          const { kept } = raw.nms({ ...LIMITS, iou, maxDet: 1000 });
          return Array.from(kept, (anchor) => anchors.indexOf(anchor));
        },
      });
      expectSameResults(made, results);
    });

    test('decides on order and scores, maxDet on how many', async () => {
      let sixth = 0;
      const made = await raw.toResults({
        conf: 0.3,
        maxDet: 2,
        select: (_, scores) => {
          sixth = scores[5];
          return Promise.resolve({ indices: [5, 0, 1], scores: [0.5 * sixth, 0.25, 0.1] });
        },
      });
      expect(Array.from(made.scores)).toEqual([0.5 * sixth, 0.25]);
      expect(made.anchors?.[1]).toBe(raw.nms({ conf: 0.3 }).kept[0]);
    });

    test.each([
      [() => 3, /got 3, expected a list of indices/],
      [() => undefined, /got undefined/],
      [() => [0, 0], /index 0 twice/],
      [() => [-1], /index -1, expected whole numbers from 0/],
      [() => [0.5], /index 0.5/],
      [() => [1e6], /index 1000000/],
      [() => ({ indices: [0], scores: [] }), /scores, expected 1 numbers/],
    ])('is refused what it may not choose: %s', async (select, message) => {
      const [code, text] = await refusal(() => raw.toResults({ select: select as never }));
      expect(code).toBe('INVALID_ARGUMENT');
      expect(text).toMatch(message);
    });
  });

  test('what the peer does not know is refused with it, and the advice holds', async () => {
    expect(await refusal(() => raw.toResults({ compat: 'casia', maskThreshold: 1 }))).toMatchObject([
      'INVALID_ARGUMENT',
      expect.stringMatching(/^maskThreshold: .*leave one of them out$/),
    ]);
    await raw.toResults({ compat: 'casia' });
    const stretched = await model.detect(scene('coins.png'), { stretch: true });
    expect(await refusal(() => stretched.toResults({ compat: 'casia' }))).toMatchObject([
      'INVALID_ARGUMENT',
      expect.stringMatching(/stretched image/),
    ]);
    await stretched.toResults();
  });

  test('classes of a model with one are zeros', () => {
    expect(results.classes).toEqual(new Int32Array(results.length));
  });

  test('a prompt keeps anchors, a merged answer has none', () => {
    const [x1, y1, x2, y2] = results.boxes.at(0);
    const answer = results.prompt({ points: [[(x1 + x2) / 2, (y1 + y2) / 2]] });
    expect(answer.at(0).anchor).toEqual(results.at([...results.ids].indexOf(answer.ids[0])).anchor);
    const merged = results.prompt({ points: [[(x1 + x2) / 2, (y1 + y2) / 2]], pick: 'merge' });
    expect(merged.at(0).anchor).toBeUndefined();
  });
});

describeOnDevices('stages of three classes', ['wasm', 'native'], ({ choice }) => {
  test('scores of every class; selection and classes are those of segment', async () => {
    using model = await FastSAM.load(goldenPath('layers/tiny-3-classes.safetensors'), { device: choice });
    const options = { imgsz: 96, conf: 0.01, iou: 0.5, maxDet: 40 };
    const raw = await model.detect(scene('coffee.jpg'), { imgsz: 96, logits: true });
    expect([raw.classes, raw.scores.length, raw.logits?.length]).toEqual([3, 3 * raw.length, 3 * raw.length]);
    raw.scores.forEach((score, i) => {
      expect(score).toBeCloseTo(1 / (1 + Math.exp(-(raw.logits?.[i] ?? NaN))), 5);
    });
    const expected = await model.segment(scene('coffee.jpg'), options);
    expect(new Set(expected.classes).size).toBeGreaterThan(1);
    const { conf, iou, maxDet } = options;
    expectSameResults(await raw.toResults({ conf, iou, maxDet }), expected);
  });
});
