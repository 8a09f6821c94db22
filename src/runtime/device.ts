/**
 * Which TensorFlow.js backend runs. The only module that calls `tf.setBackend`.
 *
 * TensorFlow.js has one active backend a process, so this package has one device a process: it is chosen when the first
 * model is loaded and may change only once every model is disposed.
 */
import * as tf from '@tensorflow/tfjs';
import { FastSAMError, invalidArgument } from '../errors.js';
import { DEVICE_CHOICES, type DeviceChoice } from './choices.js';
import { platform } from '../platform/platform.js';
import { deviceStatus, type DeviceStatus } from './deviceStatus.js';
import { DEVICES, type Device } from './choices.js';
import { watchGpu } from './gpuErrors.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';
import { useWinograd } from './winograd/kernel.js';

const CANDIDATES: Record<DeviceChoice, readonly Device[]> = {
  auto: DEVICES,
  gpu: ['native-gpu', 'webgpu', 'webgl'],
  cpu: ['native-cpu', 'wasm'],
  webgpu: ['webgpu'],
  webgl: ['webgl'],
  wasm: ['wasm'],
};

/** What a caller asks for to get this device where it is present. */
export function choiceFor(device: Device): DeviceChoice {
  return DEVICE_CHOICES.find((choice) => choice !== 'auto' && CANDIDATES[choice][0] === device) ?? 'auto';
}

const BACKEND: Record<Device, string> = {
  'native-gpu': TENSORFLOW_BACKEND,
  'native-cpu': TENSORFLOW_BACKEND,
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
    throw invalidArgument(`device: got ${JSON.stringify(choice)}, expected one of ${DEVICE_CHOICES.join(', ')}`);
  }
  if (users > 0 && current !== undefined) return share(choice, current);
  const refused: DeviceStatus[] = [];
  for (const device of CANDIDATES[choice]) {
    const row = await suitability(device, choice);
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

/** Whether a device is there and what was asked for is what it does. */
async function suitability(device: Device, choice: DeviceChoice): Promise<DeviceStatus> {
  const row = await deviceStatus(device, choice === 'cpu');
  if (row.software && choice !== device) return { ...row, available: false };
  if (device !== 'native-cpu') return row;
  const native = await platform().loadNative?.();
  if (native?.available && native.gpu) {
    const detail = "TensorFlow's library already uses the GPU in this process";
    return { device, available: false, detail, fix: 'use another process' };
  }
  return row;
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
    const started = await start(device);
    if (!started) return 'TensorFlow.js could not start it';
    await tf.ready();
    if (device === 'webgpu') watchGpu((tf.backend() as unknown as { device: GPUDevice }).device);
    return undefined;
  } catch (error) {
    return `it does not start (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`;
  }
}

async function start(device: Device): Promise<boolean> {
  if (device === 'wasm') return startWasm();
  if (device === 'webgpu') {
    const found = await platform().findWebGpu?.();
    if (found?.available) await found.register();
  }
  return tf.setBackend(BACKEND[device]);
}

/** With SIMD always, with threads where the platform has a way to them. */
async function startWasm(): Promise<boolean> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const threads = platform().wasmThreads;
  const count = threads?.count() ?? 1;
  const set = () => tf.setBackend('wasm');
  // Not tf.findBackend: that would start the backend.
  const first = !('wasm' in tf.engine().registry);
  if (threads && count > 1 && first) {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
    wasm.setThreadsCount(count);
  }
  const started = threads && first ? threads.start(count, set, () => tf.findBackend('wasm')) : set();
  if (!(await started)) return false;
  await useWinograd(wasm.getThreadsCount());
  return true;
}
