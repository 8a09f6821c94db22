import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadNative, nativeStatus, restoreUtil, whyNoGpu } from '../../src/platform/native/load.js';
import { run } from '../../src/platform/native/run.js';
import { findNativePackage } from '../../src/platform/native/target.js';
import { probeConvolution, verifyNative } from '../../src/platform/native/verify.js';

const present = nativeStatus().origin !== 'none';

describe('the reference convolution', () => {
  test('is what TensorFlow.js computes on its plain backend', async () => {
    await tf.setBackend('cpu');
    const fill = (n: number, a: number) => Float32Array.from({ length: n }, (_, i) => (((i * a) % 17) - 8) / 8);
    const expected = tf.tidy(() =>
      tf
        .conv2d(tf.tensor4d(fill(432, 7), [1, 12, 12, 3]), tf.tensor4d(fill(108, 5), [3, 3, 3, 4]), 1, 'valid')
        .dataSync(),
    );
    expect(probeConvolution()).toEqual(Array.from(expected));
  });
});

describe('functions that newer Node.js took out of util', () => {
  test('are put back with their old meaning', () => {
    const util: Record<string, unknown> = {};
    restoreUtil(util);
    const isNullOrUndefined = util.isNullOrUndefined as (value: unknown) => boolean;
    expect([null, undefined, 0, '', false].map(isNullOrUndefined)).toEqual([true, true, false, false, false]);
    expect((util.isArray as (value: unknown) => boolean)([])).toBe(true);
  });

  test('stay as they are where they exist', () => {
    const own = () => true;
    const util: Record<string, unknown> = { isNullOrUndefined: own };
    restoreUtil(util);
    expect(util.isNullOrUndefined).toBe(own);
  });
});

describe('why there is no GPU', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('comes without advice where there is no driver', () => {
    const machine = { nvidiaDriver: false };
    expect(whyNoGpu('/cache/tensorflow-2.21.0-cpu-linux-x64', machine)).toEqual({
      reason: 'no NVIDIA GPU (no driver is installed)',
    });
  });

  test.each([
    ['/cache/tensorflow-2.21.0-cpu-linux-x64', undefined, /the one for the CPU/, /setup.*--gpu/],
    ['/cache/tensorflow-2.21.0-gpu-linux-x64', '', /CUDA_VISIBLE_DEVICES is ''/, /unset/],
    ['/cache/tensorflow-2.21.0-gpu-linux-x64', undefined, /cannot use/, /nvidia-smi/],
    [undefined, undefined, /cannot use/, /nvidia-smi/],
  ])('says what to do where there is one: %s, visible %s', (build, visible, reason, fix) => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', visible);
    const obstacle = whyNoGpu(build, { nvidiaDriver: true });
    expect(obstacle.reason).toMatch(reason);
    expect(obstacle.fix).toMatch(fix);
  });
});

describe('loading the native library', () => {
  test('never throws and gives a reason and a fix where it is absent', async () => {
    const native = await loadNative();
    expect(native.available).toBe(present);
    if (!native.available) expect(native.fix).toContain('setup');
    expect(await loadNative()).toBe(native);
  });

  test.skipIf(!present)('makes no backend the active one, and hides GPUs where the CPU was asked for', async () => {
    const load = new URL('../../src/platform/native/load.ts', import.meta.url).href;
    const program = `
      import * as tf from '@tensorflow/tfjs';
      const { loadNative } = await import('${load}');
      const { available, gpu, noGpu } = await loadNative({ cpuOnly: true });
      const active = tf.engine().backendName ?? null;
      await tf.setBackend('tensorflow');
      const sum = tf.sum(tf.tensor1d([1, 2])).dataSync()[0];
      const visible = process.env.CUDA_VISIBLE_DEVICES;
      console.log(JSON.stringify({ available, gpu, noGpu, active, sum, visible }));`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', program];
    const { code, stdout, stderr } = await run(process.execPath, args, { env: process.env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      available: true,
      gpu: false,
      noGpu: { reason: 'this process uses the CPU' },
      active: null,
      sum: 3,
      visible: '-1',
    });
  });

  test.skipIf(!present)('registers the backend with the one TensorFlow.js of the process', async () => {
    await tf.setBackend('cpu');
    const native = await loadNative();
    if (!native.available) throw new Error(native.reason);
    expect(native.module.engine()).toBe(tf.engine());
    expect(native.version).toMatch(/^2\.\d+/);
    await tf.setBackend('tensorflow');
    const before = tf.memory().numTensors;
    const top = tf.tidy(() => Array.from(tf.topk(tf.tensor1d([1, 5, 2]), 2).values.dataSync()));
    expect(top).toEqual([5, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.skipIf(!present)('computes a convolution right', async () => {
    const folder = findNativePackage() ?? '';
    expect((await verifyNative(folder, process.env)).version).toMatch(/^2\.\d+/);
  });

  test.skipIf(nativeStatus().origin !== 'setup')('prints nothing, not even while the library starts', async () => {
    const env = { ...process.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '3' };
    const program = 'require(process.argv[1]).ones([2]).dataSync()';
    expect(await run(process.execPath, ['-e', program, findNativePackage() ?? ''], { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('reports a package that does not load by the first line of its error', async () => {
    await expect(verifyNative('/no/such/package', process.env)).rejects.toThrow(
      /Cannot find module '\/no\/such\/package'/,
    );
  });
});
