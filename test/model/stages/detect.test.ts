/** The pipeline in stages against Ultralytics, torchvision and `segment`. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM, type RawDetections, type Results } from '../../../src/index.js';
import { describeOnDevices } from '../../support/devices.js';
import { iou as iouOf } from '../../../src/mask/setOps.js';
import { scene } from '../../support/paths.js';
import { atSamples, expectSameResults, golden, type GoldenScene } from './support.js';

describeOnDevices('stages', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  const raws = new Map<string, RawDetections>();
  const rawOf = (of: Pick<GoldenScene, 'image'>): RawDetections => raws.get(of.image)!; // eslint-disable-line @typescript-eslint/no-non-null-assertion -- made for every scene

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    for (const { image, imgsz } of golden.scenes) {
      raws.set(image, await model.detect(scene(image), { imgsz, logits: true }));
    }
  });
  afterAll(() => {
    model.dispose();
  });

  describe.each(golden.scenes)('$image', (wanted) => {
    test("the raw detections are those of Ultralytics' network", () => {
      const raw = rawOf(wanted);
      expect([raw.length, raw.classes]).toEqual([wanted.anchors, 1]);
      expect([raw.letterbox.netHeight, raw.letterbox.netWidth]).toEqual(wanted.shape);
      for (const { anchor, box, score, logit, coefficients } of wanted.raw) {
        expect(raw.boxes.subarray(4 * anchor, 4 * anchor + 4)).toBeAllclose(box, { atol: 0.01 });
        expect(raw.scores[anchor]).toBeCloseTo(score, 4);
        expect(raw.logits?.[anchor]).toBeCloseTo(logit, 3);
        expect(raw.coefficients.subarray(32 * anchor, 32 * anchor + 32)).toBeAllclose(coefficients, { atol: 2e-4 });
      }
      const { data, height, width, k } = raw.prototypes;
      const { got, expected } = atSamples(data, [height, width, k], wanted.prototypes);
      expect(got).toBeAllclose(expected, { atol: 1e-4 });
    });

    test.each(wanted.nms)("NMS keeps torchvision's anchors at conf $conf, iou $iou", ({ kept, ...options }) => {
      const found = rawOf(wanted).nms(options);
      expect([...found.kept]).toEqual(kept);
      expect(found.suppressed).toHaveLength(kept.length);
      const { scores } = rawOf(wanted);
      const gone = found.suppressed.flatMap((list) => [...list]);
      expect(new Set([...gone, ...kept]).size).toBe(gone.length + kept.length); // each once
      const candidates = scores.filter((score) => score > Math.fround(options.conf)).length;
      if (kept.length < options.maxDet) expect(gone.length + kept.length).toBe(candidates);
    });

    test("logits are PyTorch's, on both grids", async () => {
      const results = await rawOf(wanted).toResults({ conf: 0.1, iou: 0.7 });
      for (const { anchor, prototype, image } of wanted.logits) {
        const i = results.anchors?.indexOf(anchor) ?? -1;
        const coarse = results.logits(i, { resolution: 'prototype' });
        const fine = results.logits(i);
        expect([fine.width, fine.height]).toEqual([results.image.width, results.image.height]);
        for (const [{ data, height, width }, samples] of [
          [coarse, prototype],
          [fine, image],
        ] as const) {
          const { got, expected } = atSamples(data, [height, width], samples);
          expect(got).toBeAllclose(expected, { rtol: 2e-5, relativeTo: 'largest' });
        }
      }
    });

    test('objects know their anchor, level and cell', async () => {
      const raw = rawOf(wanted);
      const results = await raw.toResults({ conf: 0.1, iou: 0.7 });
      expect(results.length).toBeGreaterThan(5);
      const strides = [8, 16, 32];
      for (const { anchor, score } of results) {
        if (!anchor) throw new Error('no anchor');
        expect(raw.scores[anchor.index]).toBe(score);
        expect(raw.anchor(anchor.index)).toEqual(anchor);
        expect(anchor.stride).toBe(strides[anchor.level]);
        const { netWidth, netHeight } = raw.letterbox;
        const before = strides.slice(0, anchor.level).reduce((sum, s) => sum + (netWidth / s) * (netHeight / s), 0);
        expect(before + anchor.y * (netWidth / anchor.stride) + anchor.x).toBe(anchor.index);
        // Boxes lie about the centre of their cell.
        const box = raw.boxes.subarray(4 * anchor.index);
        expect(box[0]).toBeLessThan((anchor.x + 0.5) * anchor.stride + 1e-3);
        expect(box[2]).toBeGreaterThan((anchor.x + 0.5) * anchor.stride - 1e-3);
      }
      expect(results.filter(({ anchor }) => anchor?.level === 2).anchors?.length).toBeLessThan(results.length);
    });
  });

  test('one pass gives what segment gives at every cell of a grid of thresholds', async () => {
    const image = scene('coins.png');
    const raw = await model.detect(image, { imgsz: 320 });
    const lengths = new Set<number>();
    for (const conf of [0.02, 0.3, 0.7]) {
      for (const iou of [0.2, 0.7, 0.95]) {
        const expected = await model.segment(image, { imgsz: 320, conf, iou });
        expectSameResults(await raw.toResults({ conf, iou }), expected);
        lengths.add(expected.length);
      }
    }
    expect(lengths.size).toBeGreaterThan(5);
  });

  test.each([
    { retinaMasks: false },
    { snapFullBoxes: false },
    { maxDet: 4 },
    { compat: 'ultralytics' },
    { compat: 'ultralytics', retinaMasks: false },
    { compat: 'casia' },
    { compat: 'casia', retinaMasks: false },
  ] as const)('and with %o', async (options) => {
    const image = scene('coffee.jpg');
    const raw = rawOf({ image: 'coffee.jpg' });
    const common = { conf: 0.1, iou: 0.7, ...options };
    expectSameResults(await raw.toResults(common), await model.segment(image, { imgsz: 320, ...common }));
  });

  test('the defaults are those of segment', async () => {
    const image = scene('rocket.jpg');
    expectSameResults(await (await model.detect(image)).toResults(), await model.segment(image));
  });

  test('an image, its letterboxed form and a list of them are the same', async () => {
    const image = scene('coffee.jpg');
    const before = tf.memory().numTensors;
    const input = await model.letterbox(image, { imgsz: 320 });
    const expected = rawOf({ image: 'coffee.jpg' });
    const list = await model.detect([input, input], { logits: true });
    for (const raw of [...list, await model.detect(input, { logits: true })]) {
      for (const name of ['boxes', 'scores', 'logits', 'coefficients', 'prototypes'] as const) {
        expect(raw[name], name).toEqual(expected[name]);
      }
    }
    input.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('stretching and padding change the input, and results find their way back', async () => {
    const image = scene('coins.png');
    const inside = (results: Results) =>
      results.masks.list.every(({ gridWidth, gridHeight }) => gridWidth === 384 && gridHeight === 303);
    for (const options of [{ stretch: true }, { square: true, padding: 0 }, { padding: [255, 0, 0] }] as const) {
      const raw = await model.detect(image, { imgsz: 320, ...options });
      const plain = await rawOf({ image: 'coins.png' }).toResults({ conf: 0.4, iou: 0.7 });
      const results = await raw.toResults({ conf: 0.4, iou: 0.7 });
      expect(inside(results)).toBe(true);
      // Coins are found where they were: most masks overlap one of the plain run.
      const found = results.masks.list.filter((mask) => plain.masks.list.some((other) => iouOf(mask, other) > 0.75));
      expect(found.length).toBeGreaterThan(0.7 * results.length);
      expect(results.length).toBeGreaterThan(12);
    }
    const { letterbox } = await model.detect(image, { imgsz: [96, 320], stretch: true });
    expect(letterbox).toMatchObject({ netWidth: 320, netHeight: 96, width: 320, height: 96, stretch: true });
  });
});
