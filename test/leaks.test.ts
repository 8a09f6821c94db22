/** Nothing stays behind in TensorFlow.js: not after calls of any kind, not after errors, not after dispose. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { FastSAM, readImage, writeSafetensors, type SegmentOptions } from '../src/index.js';
import { tinyFile } from './support/tinyNetwork.js';
import { goldenBytes } from './support/golden.js';
import { scene } from './support/paths.js';
import { describeOnDevices } from './support/devices.js';

const CALLS = 200;
const tiny = goldenBytes('layers/tiny.safetensors');
const coins = await readImage(scene('coins.png'));
async function expectCode(call: Promise<unknown>, code: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ code });
}

/** One call; which, depends on its number. */
async function call(model: FastSAM, number: number): Promise<void> {
  const imgsz = [32, 64, 96, [64, 128], [96, 32]][number % 5] as NonNullable<SegmentOptions['imgsz']>;
  const options: SegmentOptions = { imgsz, conf: 0.3, maxDet: 10 };
  switch (number % 10) {
    case 0:
    case 1:
      await model.segment(coins, options);
      return;
    case 2: {
      const results = await model.segment(coins, { ...options, retinaMasks: false });
      results.prompt({ points: [[200, 150]], pick: 'merge' });
      results.prompt({ boxes: [[10, 10, 200, 200]] }).refine({ clean: true, largest: true });
      results.plot();
      return;
    }
    case 3:
      await model.segment([coins, coins, coins], { ...options, batch: 2 });
      return;
    case 4:
      tf.dispose(await model.activations(coins, ['model.0', 'model.9', 'model.22', 'model.22.proto'], { imgsz }));
      return;
    case 5:
      await expectCode(model.segment(coins, { ...options, conf: 2 }), 'INVALID_ARGUMENT');
      await expectCode(model.segment(new Uint8Array(30)), 'INVALID_IMAGE');
      await expectCode(model.activations(coins, ['model.0', 'nothing'], { imgsz }), 'UNKNOWN_NAME');
      return;
    case 6: {
      const controller = new AbortController();
      const aborted = model.segment([coins, coins, coins], { ...options, signal: controller.signal });
      setImmediate(() => {
        controller.abort();
      });
      await expectCode(aborted, 'ABORTED');
      return;
    }
    case 7: {
      const tensor = tf.zeros<tf.Rank.R3>([40, 30, 3], 'int32');
      await model.segment(tensor, options);
      const wrong = tf.fill<tf.Rank.R3>([2, 2, 3], 300);
      await expectCode(model.segment(wrong), 'INVALID_ARGUMENT');
      wrong.dispose();
      const floats = tf.fill<tf.Rank.R4>([2, 32, 64, 3], 0.5);
      const [raw] = await model.detect(floats);
      await raw.toResults({ conf: 0.001, maxDet: 5 });
      await model.segment(floats, options);
      await expectCode(model.detect(tensor, { stretch: 1 as never }), 'INVALID_ARGUMENT');
      (await model.letterbox(coins, { imgsz })).dispose();
      tf.dispose([floats, tensor]);
      return;
    }
    case 8:
      await model.segment(coins, { ...options, conf: 1 });
      return;
    default:
      for await (const { index } of model.stream([coins, 'none.png', coins], options)) if (index === 1) break;
  }
}

describeOnDevices('calls leave nothing', ['wasm', 'native'], ({ choice, device }) => {
  const kinds: [string, object][] = [
    ['compiled where that can be', {}],
    ['layer by layer', { compile: false }],
  ];
  test.each(choice === 'wasm' ? kinds.slice(1) : kinds)(`%s, ${CALLS} times`, async (_name, load) => {
    const start = tf.memory().numTensors;
    const model = await FastSAM.load(tiny, { device: choice, ...load });
    try {
      expect(model.info.device).toBe(device);
      for (let i = 0; i < 10; i++) await call(model, i);
      const before = tf.memory().numTensors;
      const left = new Set<string>();
      for (let i = 0; i < CALLS; i++) {
        await call(model, i);
        if (tf.memory().numTensors !== before) left.add(`${tf.memory().numTensors - before} after call ${i}`);
      }
      expect([...left]).toEqual([]);
    } finally {
      model.dispose();
    }
    expect(tf.memory().numTensors).toBe(start);
  });
});

describe('loads that fail leave nothing', () => {
  /** The tiny checkpoint with one tensor of another shape, or without one. */
  function damaged(change: 'missing' | 'shape'): Uint8Array {
    const tensors = new Map(tinyFile('tiny').tensors);
    const name = 'model.9.cv1.conv.weight';
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`no ${name}`);
    if (change === 'missing') tensors.delete(name);
    else
      tensors.set(name, {
        ...tensor,
        shape: [...tensor.shape.slice(0, -1), 2],
        toFloat32: () => new Float32Array(tensor.toFloat32().length * 2),
      });
    return writeSafetensors(tensors, {});
  }

  test.each<[string, () => [string | Uint8Array, object]]>([
    ['INVALID_CHECKPOINT', () => [tiny.subarray(0, 5000), {}]],
    ['CHECKPOINT_MISMATCH', () => [damaged('missing'), {}]],
    ['CHECKPOINT_MISMATCH', () => [damaged('shape'), {}]],
    ['UNKNOWN_NAME', () => ['no-such-model', {}]],
    ['DEVICE_UNAVAILABLE', () => [tiny, { device: 'webgl' }]],
    ['DEVICE_UNAVAILABLE', () => [tiny, { device: 'wasm', precision: 'fp16' }]],
    ['ABORTED', () => [tiny, { signal: AbortSignal.abort() }]],
  ])('%s', async (code, make) => {
    const before = tf.memory().numTensors;
    const [source, options] = make();
    for (let i = 0; i < 3; i++) await expectCode(FastSAM.load(source, options), code);
    expect(tf.memory().numTensors).toBe(before);
  });
});
