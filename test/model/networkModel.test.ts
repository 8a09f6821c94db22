/** What a loaded model offers of its network: names, precision, edits of results, weights, networks from numbers. */
import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FastSAM } from '../../src/fastsam.js';
import { resultsArrays } from '../../src/formats/resultsArrays.js';
import { activations } from '../../src/model/activations.js';
import { architectureFrom, untrainedTensors, type NetworkSpec } from '../../src/model/untrained.js';
import { expectedTensors } from '../../src/model/convSpecs.js';
import { readNpz } from '../../src/weights/npz.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { describeOnDevices } from '../support/devices.js';
import { goldenBytes, goldenPath, readGolden } from '../support/golden.js';
import { labNetwork, labReference } from '../support/laboratory.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const IMAGE = goldenPath('scenes/coffee.jpg');
const TINY = (): Uint8Array => goldenBytes('layers/tiny.safetensors');
const SMALL = { imgsz: 160 } as const;

describeOnDevices('a loaded model', ['wasm', 'native'], ({ choice }) => {
  let model: FastSAM;
  let tensors = 0;
  const folder = temporaryFolder();

  beforeAll(async () => {
    model = await FastSAM.load('demo', { device: choice });
    await model.segment(IMAGE, SMALL);
    tensors = tf.memory().numTensors;
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
  });

  test('names are listed, batch norm of the checkpoint included', () => {
    const names = model.layerNames();
    expect(names.slice(0, 4)).toEqual(['model.0.conv', 'model.0.bn', 'model.0.act', 'model.0']);
    expect(names.at(-1)).toBe('model.22');
    expect(new Set(names).size).toBe(names.length);
  });

  test("a folded block's convolution is the one that PyTorch has", async () => {
    const { input, inputShape } = labReference('demo');
    const x = tf.tensor4d(input, inputShape);
    const separate = labNetwork('demo', { foldBatchNorm: false });
    const names = ['model.0.conv', 'model.0.bn', 'model.0'];
    const expected = activations(separate, x, names);
    separate.model.dispose();
    const got = await model.activations(x, names);
    for (const name of names) expect(got[name]).toBeAllclose(expected[name], { atol: 0 });
    const scale = tf.tidy(() => got['model.0.conv'].sub(got['model.0.bn']).abs().max().dataSync()[0]);
    expect(scale).toBeGreaterThan(1);
    tf.dispose([x, { ...expected }, got]);
  });

  test('a float32 tensor goes in bit for bit', async () => {
    const image = tf.fill([64, 96, 3], 0.5);
    const moved = tf.add(image, 0.0005);
    const [a, b] = [await model.activations(image, ['model.0']), await model.activations(moved, ['model.0'])];
    expect(tf.tidy(() => a['model.0'].sub(b['model.0']).abs().max().dataSync()[0])).toBeGreaterThan(0);
    tf.dispose([image, moved, a, b]);
  });

  test('edits reach the masks, and the results say so', async () => {
    const plain = await model.segment(IMAGE, SMALL);
    const same = await model.segment(IMAGE, { ...SMALL, edit: { 'model.9': (t) => t } });
    expect(same.edited).toEqual(['model.9']);
    expect(plain.edited).toBeUndefined();
    expect(same.precision).toBe('fp32');
    expect(same.length).toBe(plain.length);
    expect(same.boxes.xyxy).toBeAllclose(plain.boxes.xyxy, { atol: 0.01 });
    const half = await model.segment(IMAGE, { ...SMALL, edit: { 'model.22.coefficients': (t) => t.mul(-1) } });
    expect(half.boxes.xyxy).toBeAllclose(plain.boxes.xyxy, { atol: 0.01 });
    expect(half.masks.at(0).area).not.toBe(plain.masks.at(0).area);
    const nothing = await model.segment(IMAGE, { ...SMALL, edit: { 'model.22.classes': (t) => t.sub(100) } });
    expect(nothing.length).toBe(0);
    const empty = await model.segment(IMAGE, { ...SMALL, edit: {} });
    expect(empty.edited).toBeUndefined();
  });

  test('edits work in streams, of batches, of batch norm, and of the decoded rows', async () => {
    const edit = { 'model.22': (t: tf.Tensor) => t, 'model.5.bn': (t: tf.Tensor) => t.mul(1.01) };
    const found = [];
    for await (const { results } of model.stream([IMAGE, IMAGE], { ...SMALL, batch: 2, edit })) found.push(results);
    expect(found.map((each) => each?.edited)).toEqual([Object.keys(edit), Object.keys(edit)]);
    expect(found[0]?.boxes.xyxy).toEqual(found[1]?.boxes.xyxy);
  });

  test('what cannot be edited is refused', async () => {
    const run = (edit: unknown) => model.segment(IMAGE, { ...SMALL, edit: edit as Record<string, () => tf.Tensor> });
    await expect(run({ 'model.99': () => tf.scalar(1) })).rejects.toThrow(/edit: got 'model\.99'/);
    await expect(run({ 'model.9': 3 })).rejects.toThrow(/edit model\.9: got 3, expected a function/);
    await expect(run({ 'model.9': () => [1] })).rejects.toThrow(/edit model\.9: got float32 \[1\]/);
    await expect(run(5)).rejects.toThrow(/edit: got 5, expected an object/);
    const precision = model.activations(IMAGE, ['model.9'], {
      ...SMALL,
      edit: { 'model.9': (t) => t },
      precision: 'bf16',
    });
    await expect(precision).rejects.toThrow(/precision: got bf16 with edits/);
  });

  test('gradients of images and of layers', async () => {
    const score = ({ scores }: { scores: tf.Tensor }): tf.Tensor => scores.max();
    const ofInput = await model.gradient(IMAGE, score, SMALL);
    const ofLayer = await model.gradient(IMAGE, score, { ...SMALL, of: 'model.15' });
    expect(ofInput.shape.at(-1)).toBe(3);
    expect(ofLayer.shape.at(-1)).toBe(64);
    tf.dispose([ofInput, ofLayer]);
    await expect(model.gradient(IMAGE, score, { of: 'model.1x' })).rejects.toThrow(/of: got 'model\.1x'.*try model\.1/);
    await expect(model.gradient(IMAGE, 3 as never)).rejects.toThrow(/scalar: got 3, expected a function/);
  });

  test('plain tf.grad goes through the public layers', async () => {
    const layers = await model.layersModel();
    const gradient = tf.tidy(() => {
      const x = tf.fill([1, 64, 64, 3], 0.5);
      return tf.grad((input) => (layers.apply(input) as tf.Tensor[])[3].mean())(x);
    });
    expect(tf.tidy(() => gradient.abs().max().dataSync()[0])).toBeGreaterThan(0);
    gradient.dispose();
  });

  test('nothing of all that stays', async () => {
    // The layers with batch norm are kept, once something asked for them.
    const separate = await FastSAM.load('demo', { device: choice, keepBatchNorm: true });
    const weights = (await separate.layersModel()).weights.length;
    separate.dispose();
    expect(tf.memory().numTensors).toBe(tensors + weights);
  });

  test('weights are read, changed, saved and read again', async () => {
    const other = await FastSAM.load('demo', { device: choice });
    const before = await other.segment(IMAGE, SMALL);
    const state = other.stateDict();
    expect(state.get('model.0.conv.weight')?.shape).toEqual([16, 3, 3, 3]);
    const file = await readCheckpoint(goldenBytes('networks/demo.safetensors'));
    for (const [name, tensor] of file.tensors)
      expect(state.get(name)?.values).toEqual(Float32Array.from(tensor.toFloat32()));

    for (const level of [0, 1, 2])
      state.get(`model.22.cv3.${level}.2.bias`)?.values.forEach((v, i, all) => (all[i] = v + 0.5));
    const unchanged = await other.segment(IMAGE, SMALL);
    expect(unchanged.length).toBe(before.length);
    await other.setWeights(state);
    const after = await other.segment(IMAGE, SMALL);
    const edited = await other.segment(IMAGE, { ...SMALL, edit: { 'model.9': (t) => t } });
    expect(after.scores[0]).toBeGreaterThan(before.scores[0]);
    expect(edited.length).toBe(after.length);
    expect(other.info.path).toBe('');

    const path = join(folder, `saved-${choice}.safetensors`);
    await other.save(path);
    other.dispose();
    const saved = await readCheckpoint(new Uint8Array(readFileSync(path)));
    const { imgsz, conf, iou, names, metadata } = saved;
    expect({ imgsz, conf, iou, names }).toEqual({ imgsz: file.imgsz, ...pick(file), names: { 0: 'object' } });
    for (const [key, text] of Object.entries(file.metadata)) expect(metadata[key]).toBe(text);
    const again = await FastSAM.load(path, { device: choice });
    expect((await again.segment(IMAGE, SMALL)).boxes.xyxy).toEqual(after.boxes.xyxy);
    again.dispose();
  });

  test('weights that do not fit are refused, and the model stays as it was', async () => {
    const other = await FastSAM.load(TINY(), { device: choice });
    const name = 'model.0.conv.weight';
    const shape = other.stateDict().get(name)?.shape ?? [];
    const set = (tensor: unknown, at = name): Promise<void> => other.setWeights({ [at]: tensor as never });
    await expect(set({ shape, values: new Float32Array(3) })).rejects.toThrow(
      /model\.0\.conv\.weight: got 3 values, expected 216/,
    );
    await expect(set({ shape: [8, 27], values: new Float32Array(216) })).rejects.toThrow(
      /got shape \[8, 27\], expected \[8, 3, 3, 3\]/,
    );
    await expect(set({ shape, values: [1] })).rejects.toThrow(/expected \{ shape, values: Float32Array \}/);
    await expect(set({ shape, values: new Float32Array(216) }, 'model.0.conv.weigth')).rejects.toThrow(
      /did you mean model\.0\.conv\.weight/,
    );
    await expect(other.setWeights(3 as never)).rejects.toThrow(/weights: got 3, expected a Map or an object/);
    const bins = other.stateDict().get('model.22.dfl.conv.weight');
    bins?.values.fill(1);
    await expect(set(bins, 'model.22.dfl.conv.weight')).rejects.toThrow(/got 1 at 0, expected the positions/);
    expect(other.stateDict().get('model.22.dfl.conv.weight')?.values[0]).toBe(0);
    other.dispose();
    expect(() => other.stateDict()).toThrow(/disposed/);
  });

  test('a network from numbers runs, learns no more than its seed, and can be saved', async () => {
    const spec: NetworkSpec = { depthMultiple: 0.33, widthMultiple: 0.0625, maxChannels: 256, classes: 3, regMax: 5 };
    const made = await FastSAM.create(spec, { seed: 7, device: choice });
    expect(made.info.classNames).toEqual({ 0: '0', 1: '1', 2: '2' });
    const first = await made.activations(IMAGE, ['model.22'], { imgsz: 64 });
    expect(first['model.22'].shape[1]).toBe(4 + 3 + 32);
    const path = join(folder, `made-${choice}.safetensors`);
    await made.save(path);
    made.dispose();
    const loaded = await FastSAM.load(path, { device: choice });
    const second = await loaded.activations(IMAGE, ['model.22'], { imgsz: 64 });
    loaded.dispose();
    expect(second['model.22']).toBeAllclose(first['model.22'], { atol: 0 });
    tf.dispose([first, second]);
  });

  test('results as NumPy arrays', async () => {
    const results = await model.segment(IMAGE, SMALL);
    const arrays = readNpz(await results.encode('npz'));
    const { length: n, image } = results;
    expect(arrays.get('masks')?.shape).toEqual([n, image.height, image.width]);
    expect(arrays.get('boxes')?.data).toEqual(results.boxes.xyxy);
    expect(arrays.get('prototypes')?.shape.at(-1)).toBe(32);
    const first = (arrays.get('masks')?.data as Uint8Array).subarray(0, image.width * image.height);
    expect(first.reduce((sum, bit) => sum + bit, 0)).toBe(results.masks.at(0).area);
    expect(Object.keys(resultsArrays(results))).toEqual([...arrays.keys()]);
  });
});

const pick = ({ conf, iou }: { conf?: number; iou?: number }): object => ({ conf, iou });

describeOnDevices('half precision', ['native'], () => {
  test.each(['bf16', 'fp16'] as const)('activations are those of the graph that segments: %s', async (precision) => {
    let model: FastSAM;
    try {
      model = await FastSAM.load('demo', { device: 'cpu', precision });
    } catch (error) {
      expect(precision).toBe('bf16');
      expect(error).toMatchObject({ code: 'DEVICE_UNAVAILABLE' }); // a CPU without bfloat16
      return;
    }
    const results = await model.segment(IMAGE, SMALL);
    const before = tf.memory().numTensors;
    const {
      'model.22.proto': own,
      'model.22': rows,
      'model.22.dfl': distances,
    } = await model.activations(IMAGE, ['model.22.proto', 'model.22', 'model.22.dfl'], SMALL);
    const { 'model.22.proto': exact } = await model.activations(IMAGE, ['model.22.proto'], {
      ...SMALL,
      precision: 'fp32',
    });
    const used = results.maskInputs?.prototypes;
    expect(own.dataSync()).toEqual(used);
    expect(exact.dataSync()).not.toEqual(used);
    expect(rows.shape[1]).toBe(37);
    tf.dispose([own, rows, distances, exact]);
    expect(tf.memory().numTensors).toBe(before);
    await expect(model.activations(IMAGE, ['model.9x'], SMALL)).rejects.toThrow(/got 'model\.9x'/);
    model.dispose();
  });
});

describe('networks from numbers', () => {
  interface Variant {
    readonly scaling: readonly [number, number, number];
    readonly classes: number;
    readonly regMax: number;
    readonly shapes: Readonly<Record<string, readonly number[]>>;
  }

  test.each(readGolden<Variant[]>('laboratory/variants.json').map((each, i) => [i, each] as const))(
    "variant %i has the names and shapes of Ultralytics' network",
    (_, { scaling: [depthMultiple, widthMultiple, maxChannels], classes, regMax, shapes }) => {
      const architecture = architectureFrom({ depthMultiple, widthMultiple, maxChannels, classes, regMax });
      const { 'model.22.dfl.conv.weight': bins, ...others } = shapes;
      const expected = regMax > 1 ? { ...others, 'model.22.dfl.conv.weight': bins } : others;
      expect(Object.fromEntries(expectedTensors(architecture))).toEqual(expected);
    },
  );

  test('weights begin as in PyTorch and Ultralytics', () => {
    const architecture = architectureFrom({ widthMultiple: 0.125, classes: 2 });
    const tensors = untrainedTensors(architecture, 3);
    expect([...tensors.keys()].sort()).toEqual([...expectedTensors(architecture).keys()].sort());
    const values = (name: string): Float32Array => tensors.get(name)?.toFloat32() ?? new Float32Array();
    const weight = values('model.4.cv2.conv.weight');
    const bound = 1 / Math.sqrt(tensors.get('model.4.cv2.conv.weight')?.shape[1] ?? 0);
    const spread = Math.sqrt(weight.reduce((sum, w) => sum + w * w, 0) / weight.length);
    expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(spread / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect(values('model.4.cv2.bn.running_var')).toEqual(new Float32Array(32).fill(1));
    expect(values('model.22.cv2.1.2.bias')[5]).toBe(2);
    expect(values('model.22.cv3.1.2.bias')[1]).toBeCloseTo(Math.log(5 / 2 / 40 ** 2), 5);
    expect(untrainedTensors(architecture, 3).get('model.0.conv.weight')?.toFloat32()).toEqual(
      values('model.0.conv.weight'),
    );
    expect(untrainedTensors(architecture, 4).get('model.0.conv.weight')?.toFloat32()).not.toEqual(
      values('model.0.conv.weight'),
    );
  });

  test.each<[NetworkSpec, RegExp]>([
    [{ classes: 0 }, /classes: got 0, expected a whole number from 1/],
    [{ family: 'yolov5' }, /family: got 'yolov5', expected 'yolov8'/],
    [{ widthMultiple: NaN }, /widthMultiple: got NaN/],
    [{ depth: 1 } as NetworkSpec, /option "depth": not known/],
  ])('%j is refused', async (spec, message) => {
    await expect(FastSAM.create(spec)).rejects.toThrow(message);
  });
});

test('safetensors whose values do not fill their shape are not written', () => {
  const tensor = { dtype: 'float32', shape: [4], toFloat32: () => Float32Array.of(1, 2, 3) } as const;
  expect(() => writeSafetensors(new Map([['a', tensor]]))).toThrow(
    /tensor a: got 3 values, expected 4 for shape \[4\]/,
  );
});
