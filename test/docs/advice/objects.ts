/** Advice of calls on a model, its results and its weights. */
import * as tf from '@tensorflow/tfjs';
import { afterAll } from 'vitest';
import type { Advice } from './trial.js';
import { saveArrays, writeNpy, type GivenArray } from '../../../src/entry/arrays.js';
import { createTracker } from '../../../src/entry/track.js';
import {
  contactSheet,
  FastSAM,
  readSafetensors,
  writeSafetensors,
  type SegmentOptions,
  type WeightTensor,
} from '../../../src/index.js';
import { scene, TRAINED } from '../../support/paths.js';
import { temporaryFolder } from '../../support/temporaryFolder.js';

const folder = temporaryFolder();
const model = await FastSAM.load(TRAINED, { device: 'wasm' });
const coins = await model.segment(scene('coins.png'), { imgsz: 64 });
const pixels = (data: Uint8Array) => ({ data, width: 2, height: 2 });
const segment = (input: unknown, options?: SegmentOptions) => model.segment(input as tf.Tensor3D, options);
const array: GivenArray = { shape: [2], data: new Float32Array(2) };
const tensor: WeightTensor = { dtype: 'float32', shape: [1], toFloat32: () => new Float32Array(1) };
const floats = tf.fill([2, 2, 3], 0.5);
const batch = tf.fill<tf.Rank.R4>([1, 32, 32, 3], 0.5);
const detections = (boxes: unknown) => ({ boxes, scores: new Float32Array([0.9]) }) as never;
const [firstName] = model.stateDict().keys();
const firstTensor = model.stateDict().get(firstName);
if (!firstTensor) throw new Error('a model without weights');
const sheet = Array.from({ length: 9 }, () => ({ image: coins.image, caption: 'a' }));

afterAll(() => {
  model.dispose();
  tf.dispose([floats, batch]);
});

export const OBJECTS: Advice = {
  trials: [
    {
      advice: 'write a .npz',
      provoke: () => saveArrays(`${folder}/two.npy`, { a: array, b: array }),
      follow: () => saveArrays(`${folder}/two.npz`, { a: array, b: array }),
    },
    {
      advice: 'give it its real shape',
      provoke: () => writeNpy({ ...array, shape: [3] }),
      follow: () => writeNpy({ ...array, shape: [2] }),
    },
    {
      advice: 'rename it',
      provoke: () => writeSafetensors(new Map([['__metadata__', tensor]])),
      follow: () => readSafetensors(writeSafetensors(new Map([['metadata', tensor]]))),
    },
    {
      advice: 'or say which format with { format }',
      provoke: () => coins.save(`${folder}/coins.xyz`),
      follow: () => coins.save(`${folder}/coins.xyz`, { format: 'json' }),
    },
    {
      advice: 'use save',
      provoke: () => coins.encode('cutout'),
      follow: () => coins.save(`${folder}/cut`, { format: 'cutout' }),
    },
    {
      advice: 'pass rows without padding',
      provoke: () => segment(pixels(new Uint8Array(16 + 2)), { imgsz: 64 }),
      follow: () => segment(pixels(new Uint8Array(12)), { imgsz: 64 }),
    },
    {
      advice: 'convert the values',
      provoke: () => segment({ data: new Float32Array(12), width: 2, height: 2 }, { imgsz: 64 }),
      follow: () => segment(pixels(Uint8Array.from(new Float32Array(12))), { imgsz: 64 }),
    },
    {
      advice: 'cast it',
      provoke: () =>
        segment(
          tf.tidy(() => tf.cast(floats, 'bool')),
          { imgsz: 64 },
        ),
      follow: () =>
        segment(
          tf.tidy(() => tf.cast(floats, 'int32')),
          { imgsz: 64 },
        ),
    },
    {
      advice: 'reshape it (pass a batch as a list)',
      provoke: () =>
        segment(
          tf.tidy(() => tf.reshape(floats, [4, 3])),
          { imgsz: 64 },
        ),
      follow: () => segment([floats], { imgsz: 64 }),
    },
    {
      advice: 'scale the values or change the dtype',
      provoke: () => segment(tf.fill([2, 2, 3], 300, 'int32'), { imgsz: 64 }),
      follow: () => segment(tf.fill([2, 2, 3], 30, 'int32'), { imgsz: 64 }),
    },
    {
      advice: 'end it with .sum(), .max() or .mean()',
      provoke: () => model.gradient(batch, ({ scores }) => scores),
      follow: async () => {
        for (const end of ['sum', 'max', 'mean'] as const) {
          (await model.gradient(batch, ({ scores }) => scores[end]())).dispose();
        }
      },
    },
    {
      advice: 'take other outputs or another layer',
      provoke: () => model.gradient(batch, () => tf.scalar(1)),
      follow: async () => {
        (await model.gradient(batch, ({ scores }) => scores.sum())).dispose();
      },
    },
    {
      advice: 'keep the shapes of stateDict()',
      provoke: () => model.setWeights({ [firstName]: { shape: [1], values: new Float32Array(1) } }),
      follow: () => model.setWeights({ [firstName]: firstTensor }),
    },
    {
      advice: 'for other formats call export',
      provoke: () => model.save(`${folder}/model.onnx`),
      follow: () => model.export('onnx', `${folder}/model.onnx`, { imgsz: 64 }),
    },
    {
      advice: 'give a smaller cellSize',
      provoke: () => contactSheet(sheet, { cellSize: 16_000 }),
      follow: () => contactSheet(sheet, { cellSize: 16 }),
    },
    {
      advice: '{}.from(list.flat()) makes one',
      provoke: () => createTracker('bytetrack').update(detections([[0, 0, 2, 2]])),
      follow: () => createTracker('bytetrack').update(detections(Float32Array.from([[0, 0, 2, 2]].flat()))),
    },
    {
      advice: 'texts: promptText(…); everything: the results themselves',
      provoke: () => coins.prompt({}),
      follow: () => coins.prompt({ points: [[1, 1]] }),
    },
    {
      advice: 'give it to letterbox first, or to segment',
      provoke: () => model.detect(floats as tf.Tensor3D),
      follow: () => segment(floats, { imgsz: 64 }),
    },
  ],
  elsewhere: {},
  untried: {},
};
