/** The TensorFlow.js of a caller who uses it, too: it is as before when the last model is disposed, and his meanwhile. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, test } from 'vitest';
import { FastSAM, type Results } from '../../src/index.js';
import { onDevice } from '../../src/runtime/onDevice.js';
import { scene } from '../support/paths.js';

const COINS = scene('coins.png');
const OPTIONS = { imgsz: 96, conf: 0.25, iou: 0.7 };

const load = (): Promise<FastSAM> => FastSAM.load('demo', { device: 'wasm' });

/** Everything of a result that a backend decides. */
const valuesOf = (results: Results): unknown =>
  Array.from(results, ({ box, score, mask }) => [[...box], score, mask.area]);

const kernels = (): unknown[] => ['cpu', 'wasm'].flatMap((backend) => tf.getKernelsForBackend(backend));
const gradients = (): unknown[] =>
  tf.getKernelsForBackend('cpu').map(({ kernelName }) => tf.getGradient(kernelName) as tf.GradConfig | undefined);
const FLAGS = ['PROD', 'DEBUG', 'WASM_HAS_MULTITHREAD_SUPPORT'];
await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT'); // later it can be looked at without a wait
const flags = (): unknown[] => FLAGS.map((name) => tf.env().get(name));

/** The values of one convolution that our own kernel computes otherwise, bit by bit. */
function convolution(): number[] {
  return tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R4>([1, 32, 32, 32], 0, 1, 'float32', 7);
    const filter = tf.randomNormal<tf.Rank.R4>([3, 3, 32, 32], 0, 1, 'float32', 8);
    return [...tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias: tf.zeros([32]) }).dataSync()];
  });
}

let tensors: number;
beforeEach(async () => {
  await tf.setBackend('cpu');
  tensors = tf.memory().numTensors;
});

describe('when the last model is disposed', () => {
  test.each(['cpu', 'wasm'])('backend, flags, kernels and gradients are as before: %s', async (backend) => {
    await tf.setBackend(backend);
    const before = { kernels: kernels(), gradients: gradients(), flags: flags() };
    const conv = convolution();
    const models = [await load(), await load()];
    if (backend === 'wasm') expect(convolution()).not.toEqual(conv); // our own kernel rounds otherwise
    await models[0].segment(COINS, OPTIONS);
    (await models[0].gradient(COINS, ({ scores }) => scores.max(), { imgsz: 96 })).dispose();
    expect(new Set(kernels())).not.toEqual(new Set(before.kernels)); // those of gradients are ours
    models[0].dispose();
    expect(tf.getBackend()).toBe('wasm'); // one is left
    models[1].dispose();
    expect(tf.getBackend()).toBe(backend);
    for (const [name, now] of Object.entries({ kernels: kernels(), gradients: gradients(), flags: flags() })) {
      const was = before[name as keyof typeof before];
      expect(now.length).toBe(was.length);
      expect(new Set(now)).toEqual(new Set(was));
      expect(now.every((one) => was.includes(one))).toBe(true);
    }
    expect(convolution()).toEqual(conv);
  });

  test('flags are the caller’s while it is loaded, too', async () => {
    const before = flags();
    const model = await load();
    expect(flags()).toEqual(before);
    model.dispose();
  });

  test('memory of the wasm backend holds nothing of ours', async () => {
    const wasm = () => tf.findBackend('wasm') as unknown as { numDataIds(): number };
    const first = await load();
    first.dispose();
    const before = wasm().numDataIds();
    const model = await load();
    await model.segment(COINS, OPTIONS);
    expect(wasm().numDataIds()).toBeGreaterThan(before);
    model.dispose();
    expect(wasm().numDataIds()).toBe(before);
    expect(Object.hasOwn(wasm(), 'disposeData')).toBe(false);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('it is done after a load that fails, too', async () => {
    await expect(FastSAM.load('demo', { device: 'webgl' })).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
    expect(tf.getBackend()).toBe('cpu');
    await expect(FastSAM.load('demo', { device: 'wasm', precision: 'fp16' })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
    });
    expect(tf.getBackend()).toBe('cpu');
  });

  test('a kernel that somebody put in place of ours stays', async () => {
    const model = await load();
    const ours = tf.getKernel('FusedConv2D', 'wasm');
    const theirs = { ...ours };
    tf.unregisterKernel('FusedConv2D', 'wasm');
    tf.registerKernel(theirs);
    model.dispose();
    expect(tf.getKernel('FusedConv2D', 'wasm')).toBe(theirs);
  });
});

describe('a backend that the caller changes in between', () => {
  test('stays his, and results are those of the device', async () => {
    const model = await load();
    const expected = valuesOf(await model.segment(COINS, OPTIONS));
    const cpu = tf.findBackend('cpu') as unknown as { numDataIds(): number };
    await tf.setBackend('cpu');
    const data = cpu.numDataIds();
    const results = await model.segment(COINS, OPTIONS);
    expect(valuesOf(results)).toEqual(expected);
    expect(results.device).toBe('wasm');
    await model.setWeights(model.stateDict());
    expect(valuesOf(await model.segment(COINS, OPTIONS))).toEqual(expected);
    tf.dispose([
      await model.gradient(COINS, ({ scores }) => scores.max(), { imgsz: 96 }),
      await model.activations(COINS, ['model.9', 'model.2.m.0.cv1.bn'], { imgsz: 96 }),
    ]);
    expect(tf.getBackend()).toBe('cpu');
    expect(cpu.numDataIds()).toBe(data);
    model.dispose();
    expect(tf.getBackend()).toBe('cpu');
  });

  test('is his at every moment of ours at which he can look', async () => {
    const model = await load();
    await tf.setBackend('cpu');
    const seen = new Set<string>();
    let done = false;
    const look = async (): Promise<void> => {
      while (!done) {
        seen.add(tf.getBackend());
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const looking = look();
    await model.segment([COINS, COINS], OPTIONS);
    tf.dispose(await model.activations(COINS, ['model.9'], { imgsz: 96 }));
    using letterboxed = await model.letterbox(COINS, { imgsz: 96 });
    await model.detect(letterboxed);
    await model.segment(COINS, { ...OPTIONS, edit: { 'model.9': (t) => t.mul(0) } });
    (await model.gradient(COINS, ({ scores }) => scores.max(), { imgsz: 96 })).dispose();
    await model.setWeights(model.stateDict());
    await model.warmup([{ width: 64, height: 64 }], { imgsz: 96 });
    done = true;
    await looking;
    expect([...seen]).toEqual(['cpu']);
    model.dispose();
  });

  test('his choice of the last moment is not undone', async () => {
    await tf.setBackend('wasm');
    const model = await load();
    await tf.setBackend('cpu');
    model.dispose();
    expect(tf.getBackend()).toBe('cpu');
  });

  test('one that is starting does not disturb', async () => {
    const model = await load();
    const expected = valuesOf(await model.segment(COINS, OPTIONS));
    let start: (backend: tf.KernelBackend) => void = () => undefined;
    tf.registerBackend('slow', () => new Promise((resolve) => (start = resolve)));
    const starting = tf.setBackend('slow');
    expect(valuesOf(await model.segment(COINS, OPTIONS))).toEqual(expected);
    start(tf.findBackend('cpu'));
    expect(await starting).toBe(true);
    expect(tf.getBackend()).toBe('slow');
    model.dispose();
    expect(tf.getBackend()).toBe('slow');
    await tf.setBackend('cpu');
    Reflect.deleteProperty(tf.engine().registry, 'slow'); // removing it would dispose the cpu's
    tf.removeBackend('slow');
  });

  test('work that throws leaves his backend, too', async () => {
    const model = await load();
    await tf.setBackend('cpu');
    expect(() =>
      onDevice(() => {
        throw new Error(tf.getBackend());
      }),
    ).toThrow('wasm');
    expect(tf.getBackend()).toBe('cpu');
    model.dispose();
  });
});

test('a backend that is removed under a model: an error, and the advice works', async () => {
  const model = await load();
  const expected = valuesOf(await model.segment(COINS, OPTIONS));
  tf.removeBackend('wasm');
  await tf.setBackend('cpu');
  await expect(model.segment(COINS, OPTIONS)).rejects.toMatchObject({
    code: 'DEVICE_FAILED',
    message:
      'wasm: got a backend that was removed from TensorFlow.js, expected it to stay while models run on it; ' +
      'dispose the models and load them again',
  });
  model.dispose();
  expect(tf.getBackend()).toBe('cpu');
  const again = await load();
  expect(valuesOf(await again.segment(COINS, OPTIONS))).toEqual(expected);
  again.dispose();
});
