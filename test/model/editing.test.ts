/** Edited layers in every call that takes them: beside PyTorch's hooks, and beside weights that do the same. */
import * as tf from '@tensorflow/tfjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHeader } from '../../src/cli/study/header.js';
import { validateCoco } from '../../src/entry/evaluate.js';
import { defineStudy, runStudy, type Study, type StudyItem, type StudyRecord } from '../../src/entry/studies.js';
import { FastSAM, type Edits, type RawDetections, type Results } from '../../src/index.js';
import { openStudy } from '../../src/studies/studyRun.js';
import { describeOnDevices } from '../support/devices.js';
import { goldenPath } from '../support/golden.js';
import { labNoise, labReference, type LabArray } from '../support/laboratory.js';
import { scene } from '../support/paths.js';
import { violations } from '../support/schema.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const IMAGE = scene('coins.png');
const SIZE = { imgsz: 160 } as const;

/** Cases of tools/golden/laboratory.py. */
const CASES: Readonly<Record<string, Edits>> = {
  zero: { 'model.9': (t) => t.mul(0) },
  level: { 'model.18': (t) => t.mul(0) },
  noise: { 'model.4': (t) => t.add(labNoise(t.shape).mul(0.5)) },
  prototypes: { 'model.22.proto': (t) => t.mul(tf.range(0, 32).less(16).cast('float32')) },
  coefficients: { 'model.22.coefficients': (t) => t.mul(0.5) },
  conv: { 'model.0.conv': (t) => t.add(labNoise(t.shape).mul(0.25)) },
};

/** Half a unit more of every class logit: the same as biases that are half a unit larger. */
const MORE: Edits = { 'model.22.classes': (t) => t.add(0.5) };

async function withLargerBiases(model: FastSAM): Promise<void> {
  const names = [0, 1, 2].map((level) => `model.22.cv3.${level}.2.bias`);
  const state = model.stateDict();
  await model.setWeights(
    new Map(
      names.flatMap((name) => {
        const tensor = state.get(name);
        return tensor ? [[name, { ...tensor, values: tensor.values.map((value) => value + 0.5) }]] : [];
      }),
    ),
  );
}

/** Element `index` of Ultralytics' rows [4+classes+k, A]: centres and sizes, scores, coefficients. */
function rowValue({ boxes, scores, coefficients, prototypes: { k }, length }: RawDetections, index: number): number {
  const [row, anchor] = [Math.floor(index / length), index % length];
  const [low, high] = [boxes[4 * anchor + (row % 2)], boxes[4 * anchor + 2 + (row % 2)]];
  if (row < 2) return (low + high) / 2;
  if (row < 4) return high - low;
  return row === 4 ? scores[anchor] : coefficients[anchor * k + row - 5];
}

/** Largest difference from a reference array, as a share of its largest value. */
function difference({ shape, step, largest, values }: LabArray, valueAt: (index: number) => number): number {
  const size = shape.reduce((a, b) => a * b, 1);
  const distances = Array.from(values, (value, i) => Math.abs(valueAt((i * step) % size) - value));
  return Math.max(...distances) / largest;
}

const study = defineStudy<StudyRecord & { readonly found: number }, StudyItem>({
  ...{ name: 'count', summary: '', help: '', arguments: [], options: {}, tables: () => [] },
  settings: { ...SIZE, conf: 0.3 },
  metrics: [{ key: 'objects', label: 'objects', better: 'higher' }],
  open: () =>
    Promise.resolve({
      fingerprint: '',
      items: [{ key: 'coins', image: IMAGE }],
      measure: ({ key }, { length: found }) => ({ key, found }),
    }),
  summarise: (records) => ({ objects: records.reduce((sum, { found }) => sum + found, 0) }),
}) as unknown as Study;

describeOnDevices('edits', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  let biased: FastSAM;
  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    biased = await FastSAM.load('demo', { device: choice });
    await withLargerBiases(biased);
  });
  afterAll(() => {
    model.dispose();
    biased.dispose();
  });

  test.each(Object.keys(CASES))("of detect are PyTorch's hooks: %s", async (name) => {
    const { input, inputShape, arrays } = labReference('demo');
    const limit = choice === 'wasm' ? 1e-4 : 1e-5;
    const x = tf.tensor4d(input, inputShape);
    const [raw] = await model.detect(x, { edit: CASES[name] });
    const before = tf.memory().numTensors;
    await model.detect(x, { edit: CASES[name] });
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
    for (const [kind, valueAt] of [
      ['rows', (index: number) => rowValue(raw, index)],
      ['prototypes', (index: number) => raw.prototypes.data[index]],
    ] as const) {
      const array = arrays.find((each) => each.name === `edit/${name}/${kind}`);
      expect(array && difference(array, valueAt), kind).toBeLessThan(limit);
    }
  });

  test('reach segment, stages, val and studies alike, and all of them say so', async () => {
    const same = (a: Results, b: Results): void => {
      expect(a.boxes.xyxy).toBeAllclose(b.boxes.xyxy, { atol: 0.01 });
      expect(a.scores).toBeAllclose(b.scores, { atol: 1e-4 });
    };
    const expected = await biased.segment(IMAGE, SIZE);
    const plain = await model.segment(IMAGE, SIZE);
    expect(expected.length).not.toBe(plain.length);

    const edited = await model.segment(IMAGE, { ...SIZE, edit: MORE });
    same(edited, expected);
    const json = JSON.parse(JSON.stringify(edited)) as { edited: unknown; precision: string };
    expect(json).toMatchObject({ edited: ['model.22.classes'], precision: 'fp32' });
    expect(violations(json)).toEqual([]);
    expect(JSON.parse(JSON.stringify(plain))).not.toHaveProperty('edited');

    const raw = await model.detect(IMAGE, { ...SIZE, edit: MORE });
    const made = await raw.with({ coefficients: raw.coefficients.slice() }).toResults();
    expect(made.edited).toEqual(['model.22.classes']);
    expect(made.boxes.xyxy).toEqual(edited.boxes.xyxy);

    const data = goldenPath('val/data.yaml');
    const [own, other] = [await model.val(data, { ...SIZE, edit: MORE }), await biased.val(data, SIZE)];
    expect(own.edited).toEqual(['model.22.classes']);
    expect(other).not.toHaveProperty('edited');
    expect(own.masks?.mAP5095).toBeAllclose(other.masks?.mAP5095 ?? NaN, { atol: 1e-4 });
    const without = await model.val(data, { ...SIZE, edit: { 'model.22.classes': (t) => t.sub(100) } });
    expect(without.boxes.mAP50).toBe(0);

    const request = { settings: { edit: MORE } };
    const objects = (await biased.segment(IMAGE, { ...SIZE, conf: 0.3 })).length;
    const found = await runStudy(study, model, request);
    expect(found).toMatchObject({ edited: ['model.22.classes'], metrics: { objects } });
    expect((await runStudy(study, model)).edited).toBeUndefined();
    const swept = await runStudy(study, model, { ...request, sweep: { conf: [0.3, 0.6] } });
    expect(swept.points[0]).toMatchObject({ edited: ['model.22.classes'], metrics: { objects } });
  });

  test('of val on a COCO file', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'truth.json');
    const truth = await model.segment(IMAGE, SIZE);
    const annotations = [...truth].map(({ box, area, mask }, i) => ({
      ...{ id: i + 1, image_id: 1, category_id: 1, iscrowd: 0, area, segmentation: mask.toRle() },
      bbox: [box[0], box[1], box[2] - box[0], box[3] - box[1]],
    }));
    const { width, height } = truth.image;
    const images = [{ id: 1, file_name: 'coins.png', width, height }];
    writeFileSync(file, JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'object' }] }));
    const measured = (edit?: Edits) =>
      validateCoco(model, file, goldenPath('scenes'), { ...SIZE, ...(edit && { edit }) });
    const plain = await measured();
    expect(plain).not.toHaveProperty('edited');
    expect(plain.masks?.mAP50).toBeGreaterThan(0.9);
    const same = await measured({ 'model.9': (t) => t });
    expect(same.edited).toEqual(['model.9']);
    expect(same.masks?.mAP5095).toBeAllclose(plain.masks?.mAP5095 ?? NaN, { atol: 1e-3 });
    const none = await measured({ 'model.22.classes': (t) => t.sub(100) });
    expect(none.masks?.mAP50).toBe(0);
  });

  test('are not kept by a cache', async () => {
    const cached = await model.withCache();
    const plain = await cached.segment(IMAGE, SIZE);
    const edited = await cached.segment(IMAGE, { ...SIZE, edit: MORE });
    expect(edited.length).toBeGreaterThan(plain.length);
    expect((await cached.segment(IMAGE, SIZE)).length).toBe(plain.length);
    expect(cached.runs).toBe(1);
    cached.dispose();
  });

  test('of a study stand in the identity of its run', async () => {
    const identity = async (edit: Edits) => {
      const run = await openStudy(study, { settings: { edit } });
      return makeHeader(run, model, { options: {}, seed: 1 });
    };
    const [a, b] = [await identity({ 'model.9': (t) => t.mul(0) }), await identity({ 'model.9': (t) => t.mul(1) })];
    expect(a.identity).toMatchObject({ precision: 'fp32', settings: { edit: { 'model.9': '(t) => t.mul(0)' } } });
    expect(a.hash).not.toBe(b.hash);
    expect((await identity({})).identity.settings).not.toHaveProperty('edit');
  });
});
