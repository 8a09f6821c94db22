/** Who gets which device. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nodePlatform } from '../../src/platform/node.js';
import { usePlatform, type NativeState, type Platform, type WebGpuState } from '../../src/platform/platform.js';
import { acquireDevice, currentDevice, releaseDevice } from '../../src/runtime/device.js';
import type { DeviceChoice } from '../../src/runtime/choices.js';
import { deviceStatus, deviceTable } from '../../src/runtime/deviceStatus.js';

const NO_GPU = { reason: 'no NVIDIA GPU' };
const ABSENT: NativeState = {
  available: false,
  reason: 'not set up here',
  fix: 'run: fastsam setup',
  noGpu: NO_GPU,
};
const CPU_LIBRARY: NativeState = { available: true, gpu: false, version: '2.99', noGpu: NO_GPU };
const GPU_LIBRARY: NativeState = { available: true, gpu: true, version: '2.99' };
const NO_WEBGPU: WebGpuState = { available: false, reason: 'no package', fix: 'install it' };

/** The platform with another state of the libraries; without threads, which have a test of their own. */
function withNative(native: NativeState | undefined, webGpu = NO_WEBGPU): void {
  const here: Partial<Platform> = {
    ...nodePlatform,
    loadNative: () => Promise.resolve(native ?? ABSENT),
    findWebGpu: () => Promise.resolve(webGpu),
  };
  delete (here as { wasm?: unknown }).wasm;
  if (native === undefined) delete here.loadNative;
  usePlatform(here as Platform);
}

beforeEach(() => {
  withNative(ABSENT);
});
afterEach(() => {
  while (currentDevice() !== undefined) releaseDevice();
});

describe('the table of devices', () => {
  test('lists all, fastest first, with reasons', async () => {
    const table = await deviceTable();
    expect(table.map(({ device }) => device)).toEqual(['native-gpu', 'native-cpu', 'webgpu', 'webgl', 'wasm']);
    expect(table.map(({ available }) => available)).toEqual([false, false, false, false, true]);
    expect(table[1]).toEqual({
      device: 'native-cpu',
      available: false,
      detail: 'not set up here',
      fix: 'run: fastsam setup',
    });
    expect(table.every(({ detail }) => detail.length > 0)).toBe(true);
  });

  test('tells a library for the CPU from one for the GPU', async () => {
    const available = async (gpu: boolean) => {
      withNative(gpu ? GPU_LIBRARY : CPU_LIBRARY);
      return (await deviceTable()).slice(0, 2).map((row) => row.available);
    };
    expect(await available(false)).toEqual([false, true]);
    expect(await available(true)).toEqual([true, true]);
  });

  test('needs no native library at all, as in browsers', async () => {
    withNative(undefined);
    expect((await deviceTable())[0]).toMatchObject({ available: false, detail: 'needs Node.js' });
  });

  test('chooses nothing', async () => {
    await deviceTable();
    expect(currentDevice()).toBeUndefined();
  });
});

describe('WebGPU of the platform', () => {
  const LLVMPIPE = { description: 'llvmpipe: Mesa 25', device: 'llvmpipe', vendor: 'mesa', architecture: 'software' };
  const RADEON = { description: 'radv: Mesa 25', device: 'gfx1100', vendor: 'amd', architecture: 'rdna-3' };
  const NO_START = 'it cannot start in a test';

  /** WebGPU with an adapter of that description; its backend does not register. */
  function stubWebGpu(info: Omit<GPUAdapterInfo, 'isFallbackAdapter'> | null): void {
    const requestAdapter = () =>
      Promise.resolve(info === null ? null : { info: { ...info, isFallbackAdapter: false } });
    const gpu = { requestAdapter } as unknown as GPU;
    withNative(ABSENT, { available: true, gpu, register: () => Promise.reject(new Error(NO_START)) });
  }
  const webGpuRow = async () => (await deviceTable())[2];

  test('a GPU is available by its name', async () => {
    stubWebGpu(RADEON as GPUAdapterInfo);
    expect(await webGpuRow()).toEqual({ device: 'webgpu', available: true, detail: 'radv: Mesa 25' });
  });

  test('no adapter', async () => {
    stubWebGpu(null);
    expect(await webGpuRow()).toMatchObject({
      available: false,
      detail: expect.stringMatching(/^no WebGPU adapter/) as string,
    });
  });

  test('software is named as such, and passed over by auto and gpu', async () => {
    stubWebGpu(LLVMPIPE as GPUAdapterInfo);
    const detail = 'software, slower than wasm: llvmpipe: Mesa 25';
    expect(await webGpuRow()).toEqual({ device: 'webgpu', available: true, detail, software: true });
    expect((await acquireDevice('auto')).device).toBe('wasm');
    releaseDevice();
    await expect(acquireDevice('gpu')).rejects.toThrow(`webgpu: ${detail}`);
  });

  test('software is tried when asked for by name, and what fails then is said', async () => {
    stubWebGpu(LLVMPIPE as GPUAdapterInfo);
    await expect(acquireDevice('webgpu')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining(`webgpu: it does not start (${NO_START})`) as string,
    });
  });
});

describe('acquiring', () => {
  test('auto takes what is there and says what would be faster', async () => {
    const { device, note } = await acquireDevice('auto');
    expect(device).toBe('wasm');
    expect(note).toBe('native-cpu not used: not set up here; run: fastsam setup');
    expect(tf.getBackend()).toBe('wasm');
    expect(currentDevice()).toBe('wasm');
  });

  test('wasm has no note', async () => {
    expect(await acquireDevice('wasm')).toEqual({ device: 'wasm' });
  });

  test('every use is counted', async () => {
    await acquireDevice('wasm');
    await acquireDevice('auto');
    await acquireDevice('cpu');
    releaseDevice();
    releaseDevice();
    expect(currentDevice()).toBe('wasm');
    releaseDevice();
    expect(currentDevice()).toBeUndefined();
    releaseDevice();
    expect(currentDevice()).toBeUndefined();
    await acquireDevice('wasm');
    expect(currentDevice()).toBe('wasm');
  });

  test('cpu is served by wasm while wasm is in use only where it would get wasm alone, and says why', async () => {
    await acquireDevice('wasm');
    expect(await acquireDevice('cpu')).toEqual({
      device: 'wasm',
      note: 'native-cpu not used: not set up here; run: fastsam setup',
    });
    withNative(GPU_LIBRARY);
    expect(await acquireDevice('cpu')).toMatchObject({ device: 'wasm' });
    expect(await acquireDevice('auto')).toEqual({ device: 'wasm' });
  });

  test('a second model on cpu is refused while wasm is in use and the native library is there', async () => {
    await acquireDevice('wasm');
    withNative(CPU_LIBRARY);
    await expect(acquireDevice('cpu')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message:
        'device "cpu", which is native-cpu here: loaded models run on wasm, expected one device a process; dispose those ' +
        'models first, or ask for "wasm"',
    });
    expect(await acquireDevice('wasm')).toEqual({ device: 'wasm' }); // the advice
    for (const choice of ['native-cpu', 'native-gpu'] as const) {
      await expect(acquireDevice(choice)).rejects.toThrow(`device "${choice}": loaded models run on wasm`);
    }
  });

  test('cpu that is wasm says so, also where nothing would change that', async () => {
    withNative(undefined);
    expect(await acquireDevice('cpu')).toEqual({ device: 'wasm', note: 'native-cpu not used: needs Node.js' });
  });

  test('the names that the table shows can be asked for', async () => {
    for (const { device, available, detail } of await deviceTable()) {
      if (available) {
        expect(await acquireDevice(device)).toEqual({ device });
        releaseDevice();
      } else {
        await expect(acquireDevice(device)).rejects.toMatchObject({
          code: 'DEVICE_UNAVAILABLE',
          message: expect.stringContaining(`"${device}": none is available here (${device}: ${detail}`) as string,
        });
      }
    }
  });

  test('another device than the one in use is refused, and the use of it stays', async () => {
    await acquireDevice('wasm');
    for (const choice of ['gpu', 'webgpu', 'webgl'] as const) {
      await expect(acquireDevice(choice)).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringMatching(/loaded models run on wasm.*dispose those models first/) as string,
      });
    }
    expect(currentDevice()).toBe('wasm');
  });

  test('what is not there is refused with the reasons', async () => {
    await expect(acquireDevice('gpu')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(
        /"gpu".*native-gpu: no NVIDIA GPU; webgpu: no package \(install it\); webgl: needs a browser/,
      ) as string,
    });
    expect(currentDevice()).toBeUndefined();
  });

  test('cpu is not the library that has taken the GPU', async () => {
    withNative(GPU_LIBRARY);
    const { device, note } = await acquireDevice('cpu');
    expect(device).toBe('wasm');
    expect(note).toMatch(/^native-cpu not used: .*already uses the GPU in this process; use another process$/);
  });

  test('only cpu hides GPUs from the library', async () => {
    const hidden = async (choice: DeviceChoice): Promise<unknown[]> => {
      const loadNative = vi.fn<NonNullable<Platform['loadNative']>>(() => Promise.resolve(ABSENT));
      usePlatform({ ...nodePlatform, loadNative, findWebGpu: () => Promise.resolve(NO_WEBGPU) });
      await acquireDevice(choice);
      releaseDevice();
      return loadNative.mock.calls.map(([options]) => options?.cpuOnly ?? false);
    };
    expect((await hidden('cpu'))[0]).toBe(true);
    expect(await hidden('auto')).not.toContain(true);
  });

  test('what does not exist is no choice', async () => {
    for (const choice of ['tpu', '', undefined, 'native', 'toString']) {
      await expect(acquireDevice(choice as DeviceChoice)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(currentDevice()).toBeUndefined();
  });

  test('a device that does not start is passed over', async () => {
    // The platform claims a native library, but no backend of that name is registered.
    withNative(CPU_LIBRARY);
    expect(tf.engine().registryFactory).not.toHaveProperty('tensorflow');
    expect((await acquireDevice('auto')).device).toBe('wasm');
    releaseDevice();
    expect((await acquireDevice('cpu')).device).toBe('wasm');
  });

  test('calls at the same time get one device', async () => {
    const all = await Promise.all((['wasm', 'auto', 'cpu', 'wasm'] as const).map((choice) => acquireDevice(choice)));
    expect(all.map(({ device }) => device)).toEqual(['wasm', 'wasm', 'wasm', 'wasm']);
    const [gpu] = await Promise.allSettled([acquireDevice('gpu')]);
    expect(gpu.status).toBe('rejected');
    expect((await acquireDevice('wasm')).device).toBe('wasm'); // a refusal holds nobody up
  });
});

describe('WebGL', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** A browser's canvas whose WebGL 2 is drawn by `renderer`, or that has none. */
  function stubCanvas(renderer: string | null): void {
    const extensions: Record<string, object> = {
      WEBGL_debug_renderer_info: { UNMASKED_RENDERER_WEBGL: 37446 },
      WEBGL_lose_context: { loseContext: () => undefined },
    };
    const context = { RENDERER: 7937, getExtension: (name: string) => extensions[name], getParameter: () => renderer };
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        getContext = () => (renderer === null ? null : context);
      },
    );
  }

  test.each([
    ['ANGLE (NVIDIA, NVIDIA GeForce RTX 4090)', undefined, /^WebGL 2: ANGLE \(NVIDIA/],
    ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)))', true, /^software, slower than wasm: ANGLE/],
    ['llvmpipe (LLVM 15.0.7, 256 bits)', true, /^software, slower than wasm: llvmpipe/],
  ])('%s', async (renderer, software, detail) => {
    stubCanvas(renderer);
    const row = await deviceStatus('webgl');
    expect(row).toMatchObject({ available: true, detail: expect.stringMatching(detail) as string });
    expect(row.software).toBe(software);
  });

  test('software is passed over unless asked for by name', async () => {
    stubCanvas('llvmpipe');
    expect((await acquireDevice('auto')).device).toBe('wasm');
    releaseDevice();
    await expect(acquireDevice('gpu')).rejects.toThrow(/webgl: software, slower than wasm: llvmpipe/);
  });

  test('a browser without it says so', async () => {
    stubCanvas(null);
    expect(await deviceStatus('webgl')).toMatchObject({ available: false, detail: 'no WebGL 2 in this browser' });
  });
});
