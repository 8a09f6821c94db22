/** Devices that do not answer: the next one is taken, and the model says why. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, expect, test } from 'vitest';
import { FastSAM } from '../../src/index.js';
import { nodePlatform } from '../../src/platform/node.js';
import { nodeWasm } from '../../src/platform/wasm/node.js';
import { usePlatform, type NativeState, type Platform, type WebGpuState } from '../../src/platform/platform.js';
import { TooLate, within } from '../../src/runtime/startLimit.js';

const NEVER = new Promise<never>(() => undefined);
const LIMIT = 0.05;
const LATE = 'no answer within 0.05 s';
const ABSENT: NativeState = { available: false, reason: 'absent', noGpu: { reason: 'no GPU' } };
const RADEON = { description: 'radv: Mesa 25', device: 'gfx1100', vendor: 'amd', architecture: 'rdna-3' };

/** Node with WebGPU of that kind, and threads only where they are given. */
function use(webGpu: WebGpuState, more: Partial<Platform> = {}): void {
  usePlatform({
    ...nodePlatform,
    loadNative: () => Promise.resolve(ABSENT),
    findWebGpu: () => Promise.resolve(webGpu),
    wasm: { ...nodeWasm, threads: () => 1 },
    ...more,
  });
}
const NO_WEBGPU: WebGpuState = { available: false, reason: 'no package' };
const gpuOf = (requestAdapter: () => Promise<unknown>): GPU => ({ requestAdapter }) as unknown as GPU;
const radeon = (): Promise<unknown> => Promise.resolve({ info: { ...RADEON, isFallbackAdapter: false } });

afterEach(() => {
  usePlatform(nodePlatform);
});

test('an adapter that never comes', async () => {
  use({ available: true, gpu: gpuOf(() => NEVER), register: () => NEVER });
  const gpu = FastSAM.load('demo', { device: 'webgpu', startTimeout: LIMIT });
  await expect(gpu).rejects.toThrow(`webgpu: no WebGPU adapter (${LATE})`);
  const model = await FastSAM.load('demo', { startTimeout: LIMIT });
  expect(model.info.device).toBe('wasm');
  expect(model.info.deviceNote).toBe(
    `webgpu not used: no WebGPU adapter (${LATE}); see that the driver of the GPU works, or raise startTimeout`,
  );
  model.dispose();
});

test('a backend that never registers', async () => {
  use({ available: true, gpu: gpuOf(radeon), register: () => NEVER });
  const model = await FastSAM.load('demo', { startTimeout: LIMIT });
  expect(model.info.device).toBe('wasm');
  expect(model.info.deviceNote).toBe(`webgpu not used: it does not start (${LATE})`);
  model.dispose();
});

test('a backend that comes too late is as if it had never come', async () => {
  let come: (backend: tf.KernelBackend) => void = () => undefined;
  tf.registerBackend('webgpu', () => new Promise((resolve) => (come = resolve)), 3);
  await tf.setBackend('cpu');
  use({ available: true, gpu: gpuOf(radeon), register: () => Promise.resolve() });
  const model = await FastSAM.load('demo', { startTimeout: LIMIT });
  expect(model.info).toMatchObject({ device: 'wasm', deviceNote: `webgpu not used: it does not start (${LATE})` });
  come(tf.findBackend('cpu'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(tf.getBackend()).toBe('wasm');
  expect(tf.engine().registry).not.toHaveProperty('webgpu');
  expect(tf.engine().registryFactory).toHaveProperty('webgpu'); // it can be tried again
  model.dispose();
  expect(tf.getBackend()).toBe('cpu');
  tf.removeBackend('webgpu');
});

test('threads that do not start: one thread, which is said', async () => {
  tf.removeBackend('wasm'); // it is started anew
  use(NO_WEBGPU, { wasm: { ...nodeWasm, threads: () => 2, startThread: () => NEVER } });
  const before = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
  const model = await FastSAM.load('demo', { device: 'wasm', startTimeout: LIMIT });
  expect(model.info).toMatchObject({
    device: 'wasm',
    deviceNote: `wasm on one thread of 2: its threads do not start (${LATE})`,
  });
  expect(await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')).toBe(before);
  model.dispose();
});

test('the option is checked', async () => {
  await expect(FastSAM.load('demo', { startTimeout: 0 })).rejects.toThrow('startTimeout: got 0, expected');
  await expect(within(LIMIT, NEVER)).rejects.toThrow(TooLate);
  expect(await within(LIMIT, Promise.resolve(1))).toBe(1);
});
