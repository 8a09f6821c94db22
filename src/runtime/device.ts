/**
 * Which TensorFlow.js backend runs. The only module that calls `tf.setBackend`.
 *
 * TensorFlow.js has one active backend a process, so this package has one device a process: it is chosen when the first
 * model is loaded and may change only once every model is disposed.
 */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError } from '../errors.js';
import { platform } from '../platform/platform.js';

/** What a caller may ask for. `auto` takes the fastest that is present. */
export const DEVICE_CHOICES = ['auto', 'gpu', 'cpu', 'webgpu', 'webgl', 'wasm'] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

/** What runs: the TensorFlow library on a GPU or the CPU, WebGPU, WebGL, or WebAssembly. */
export type Device = 'native-gpu' | 'native-cpu' | 'webgpu' | 'webgl' | 'wasm';

/** One row of the device table: whether a device can be used here, and if not, why and what would help. */
export interface DeviceStatus {
  readonly device: Device;
  readonly available: boolean;
  /** What it is (version, adapter) when available, else the reason why it is not. */
  readonly detail: string;
  /** What would make it available, where something would. */
  readonly fix?: string;
}

const CANDIDATES: Record<DeviceChoice, readonly Device[]> = {
  auto: ['native-gpu', 'native-cpu', 'webgpu', 'webgl', 'wasm'],
  gpu: ['native-gpu', 'webgpu', 'webgl'],
  cpu: ['native-cpu', 'wasm'],
  webgpu: ['webgpu'],
  webgl: ['webgl'],
  wasm: ['wasm'],
};

const BACKEND: Record<Device, string> = {
  'native-gpu': 'tensorflow',
  'native-cpu': 'tensorflow',
  webgpu: 'webgpu',
  webgl: 'webgl',
  wasm: 'wasm',
};

let current: Device | undefined;
let users = 0;

/** The device in use, if a model holds one. */
export function currentDevice(): Device | undefined {
  return users > 0 ? current : undefined;
}

/** The state of every device on this machine, fastest first. Nothing is chosen or changed. */
export async function deviceTable(): Promise<DeviceStatus[]> {
  const rows: DeviceStatus[] = [];
  for (const device of CANDIDATES.auto) rows.push(await status(device));
  return rows;
}

let queue: Promise<unknown> = Promise.resolve();

/**
 * Makes a device active and counts one more user of it; every call is paired with one of `releaseDevice`. Calls wait for
 * each other, so that two models that load at once get one device.
 * @returns the device, and for `auto` why a faster one was passed over (one line), where there is a fix.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when no device of that kind is present, or when models that are still loaded
 *   hold another one; `INVALID_ARGUMENT` for a choice that does not exist.
 */
export function acquireDevice(choice: DeviceChoice): Promise<{ device: Device; note?: string }> {
  const turn = queue.then(() => choose(choice));
  queue = turn.catch(() => undefined);
  return turn;
}

async function choose(choice: DeviceChoice): Promise<{ device: Device; note?: string }> {
  if (!DEVICE_CHOICES.includes(choice)) {
    throw new FastSAMError(
      'INVALID_ARGUMENT',
      `device: got ${JSON.stringify(choice)}, expected one of ${DEVICE_CHOICES.join(', ')}`,
    );
  }
  if (users > 0 && current !== undefined) return share(choice, current);
  const refused: DeviceStatus[] = [];
  for (const device of CANDIDATES[choice]) {
    const row = await status(device);
    const problem = row.available ? await activate(device) : row.detail;
    if (problem !== undefined) {
      refused.push({ ...row, available: false, detail: problem });
      continue;
    }
    current = device;
    users++;
    const hint = refused.find((r) => r.fix !== undefined);
    return hint ? { device, note: `${hint.device} not used: ${hint.detail}; ${hint.fix ?? ''}` } : { device };
  }
  const reasons = refused.map((r) => `${r.device}: ${r.detail}${r.fix === undefined ? '' : ` (${r.fix})`}`).join('; ');
  throw new FastSAMError('DEVICE_UNAVAILABLE', `device "${choice}": none is available here (${reasons})`);
}

/** One more user of the device that loaded models hold. */
function share(choice: DeviceChoice, held: Device): { device: Device } {
  if (!CANDIDATES[choice].includes(held)) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      `device "${choice}": loaded models run on ${held}, expected one device a process; dispose those models first`,
    );
  }
  users++;
  return { device: held };
}

/** Ends one use of the device. */
export function releaseDevice(): void {
  users = Math.max(0, users - 1);
}

/** Makes the device's backend the active one; says why that did not work. */
async function activate(device: Device): Promise<string | undefined> {
  tf.enableProdMode(); // also keeps tfjs from printing advice on the console
  try {
    const started = device === 'wasm' ? await startWasm() : await tf.setBackend(BACKEND[device]);
    if (!started) return 'TensorFlow.js could not start it';
    await tf.ready();
    return undefined;
  } catch (error) {
    return `it does not start (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`;
  }
}

/** With SIMD always, with threads where the platform has a way to them. */
async function startWasm(): Promise<boolean> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const threads = platform().wasmThreads;
  const count = threads?.count() ?? 1;
  // Not tf.findBackend: that would start the backend.
  if (!threads || count === 1 || 'wasm' in tf.engine().registry) return tf.setBackend('wasm');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
  wasm.setThreadsCount(count);
  return threads.during(
    count,
    () => tf.setBackend('wasm'),
    () => tf.findBackend('wasm'),
  );
}

async function status(device: Device): Promise<DeviceStatus> {
  switch (device) {
    case 'native-gpu':
    case 'native-cpu': {
      const native = await platform().loadNative?.();
      if (!native) return { device, available: false, detail: 'needs Node.js' };
      if (!native.available) return { device, available: false, detail: native.reason, fix: native.fix };
      if (device === 'native-gpu' && !native.gpu) return { device, available: false, detail: 'no NVIDIA GPU in use' };
      return { device, available: true, detail: `TensorFlow ${native.version}` };
    }
    case 'webgpu': {
      const detail = await webGpuProblem();
      return detail === undefined
        ? { device, available: true, detail: 'WebGPU adapter' }
        : { device, available: false, ...detail };
    }
    case 'webgl':
      return typeof OffscreenCanvas === 'undefined' && typeof document === 'undefined'
        ? { device, available: false, detail: 'needs a browser' }
        : { device, available: true, detail: 'WebGL 2' };
    case 'wasm':
      return { device, available: typeof WebAssembly !== 'undefined', detail: 'WebAssembly with SIMD' };
  }
}

/** WebGPU's backend is a package of its own, which the caller's program imports where it wants it. */
async function webGpuProblem(): Promise<{ detail: string; fix?: string } | undefined> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) return { detail: 'needs a browser with WebGPU' };
  if ((await gpu.requestAdapter()) === null) return { detail: 'no WebGPU adapter' };
  if (tf.engine().registryFactory.webgpu as unknown) return undefined;
  return { detail: 'its backend is not imported', fix: "import '@tensorflow/tfjs-backend-webgpu' first" };
}
