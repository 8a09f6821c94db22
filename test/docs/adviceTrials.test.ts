/** Advice of messages, followed: each case provokes a message, reads what it advises, and does that. */
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, test } from 'vitest';
import { saveArrays, writeNpy, type GivenArray } from '../../src/entry/arrays.js';
import { createTracker } from '../../src/entry/track.js';
import {
  contactSheet,
  FastSAM,
  readSafetensors,
  writeSafetensors,
  type SegmentOptions,
  type WeightTensor,
} from '../../src/index.js';
import { scene, TRAINED } from '../support/paths.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

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

/** What the message says, what provokes it, and what it advises. */
const TRIALS: readonly (readonly [RegExp, () => unknown, () => unknown])[] = [
  [
    /; write a \.npz$/,
    () => saveArrays(`${folder}/two.npy`, { a: array, b: array }),
    () => saveArrays(`${folder}/two.npz`, { a: array, b: array }),
  ],
  [/; give it its real shape$/, () => writeNpy({ ...array, shape: [3] }), () => writeNpy({ ...array, shape: [2] })],
  [
    /; rename it$/,
    () => writeSafetensors(new Map([['__metadata__', tensor]])),
    () => readSafetensors(writeSafetensors(new Map([['metadata', tensor]]))),
  ],
  [
    /; or say which format with \{ format \}$/,
    () => coins.save(`${folder}/coins.xyz`),
    () => coins.save(`${folder}/coins.xyz`, { format: 'json' }),
  ],
  [
    /writes folders, .*; use save$/,
    () => coins.encode('cutout'),
    () => coins.save(`${folder}/cut`, { format: 'cutout' }),
  ],
  [
    /; pass rows without padding$/,
    () => segment(pixels(new Uint8Array(16 + 2)), { imgsz: 64 }),
    () => segment(pixels(new Uint8Array(12)), { imgsz: 64 }),
  ],
  [
    /; convert the values$/,
    () => segment({ data: new Float32Array(12), width: 2, height: 2 }, { imgsz: 64 }),
    () => segment(pixels(Uint8Array.from(new Float32Array(12))), { imgsz: 64 }),
  ],
  [
    /; cast it$/,
    () =>
      segment(
        tf.tidy(() => tf.cast(floats, 'bool')),
        { imgsz: 64 },
      ),
    () =>
      segment(
        tf.tidy(() => tf.cast(floats, 'int32')),
        { imgsz: 64 },
      ),
  ],
  [
    /; reshape it \(pass a batch as a list\)$/,
    () =>
      segment(
        tf.tidy(() => tf.reshape(floats, [4, 3])),
        { imgsz: 64 },
      ),
    () => segment([floats], { imgsz: 64 }),
  ],
  [
    /; scale the values or change the dtype$/,
    () => segment(tf.fill([2, 2, 3], 300, 'int32'), { imgsz: 64 }),
    () => segment(tf.fill([2, 2, 3], 30, 'int32'), { imgsz: 64 }),
  ],
  [
    /; end it with \.sum\(\), \.max\(\) or \.mean\(\)$/,
    () => model.gradient(batch, ({ scores }) => scores),
    async () => {
      for (const end of ['sum', 'max', 'mean'] as const) {
        (await model.gradient(batch, ({ scores }) => scores[end]())).dispose();
      }
    },
  ],
  [
    /; take other outputs or another layer$/,
    () => model.gradient(batch, () => tf.scalar(1)),
    async () => {
      (await model.gradient(batch, ({ scores }) => scores.sum())).dispose();
    },
  ],
  [
    /; keep the shapes of stateDict\(\)$/,
    () => model.setWeights({ [firstName]: { shape: [1], values: new Float32Array(1) } }),
    () => model.setWeights({ [firstName]: firstTensor }),
  ],
  [
    /; for other formats call export$/,
    () => model.save(`${folder}/model.onnx`),
    () => model.export('onnx', `${folder}/model.onnx`, { imgsz: 64 }),
  ],
  [
    /; give a smaller cellSize$/,
    () => contactSheet(sheet, { cellSize: 16_000 }),
    () => contactSheet(sheet, { cellSize: 16 }),
  ],
  [
    /; Float32Array\.from\(list\.flat\(\)\) makes one$/,
    () => createTracker('bytetrack').update(detections([[0, 0, 2, 2]])),
    () => createTracker('bytetrack').update(detections(Float32Array.from([[0, 0, 2, 2]].flat()))),
  ],
  [
    /; texts: promptText\(…\); everything: the results themselves$/,
    () => coins.prompt({}),
    () => coins.prompt({ points: [[1, 1]] }),
  ],
  [
    /; give it to letterbox first, or to segment$/,
    () => model.detect(floats as tf.Tensor3D),
    () => segment(floats, { imgsz: 64 }),
  ],
];

/** What a call throws, now or later. */
async function messageOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

describe('advice that is followed works', () => {
  test.each(TRIALS)('%s', async (message, provoke, follow) => {
    expect(await messageOf(provoke)).toMatch(message);
    expect(await messageOf(follow)).toBe('no error');
  });
});
