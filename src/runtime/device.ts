/**
 * Which TensorFlow.js backend runs. The only module that calls `tf.setBackend`.
 *
 * TensorFlow.js has one active backend a process, so this package has one device a process: it is chosen when the first
 * model is loaded and may change only once every model is disposed.
 */
import * as tf from './tfjs.js';
import { FastSAMError, invalidArgument } from '../errors.js';
import { platform } from '../platform/platform.js';
import { DEVICE_CHOICES, DEVICES, type Device, type DeviceChoice } from './choices.js';
import { deviceStatus, type DeviceStatus } from './deviceStatus.js';
import { watchGpu } from './gpuErrors.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';
import { useWinograd } from './winograd/kernel.js';

const CANDIDATES: Record<DeviceChoice, readonly Device[]> = {
  auto: DEVICES,
  gpu: ['native-gpu', 'webgpu', 'webgl'],
  cpu: ['native-cpu', 'wasm'],
  'native-gpu': ['native-gpu'],
  'native-cpu': ['native-cpu'],
  webgpu: ['webgpu'],
  webgl: ['webgl'],
  wasm: ['wasm'],
};

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

/** A device that was acquired, and in one line what a caller might not expect of it. */
export interface AcquiredDevice {
  readonly device: Device;
  /** Why a faster one was passed over: for `auto` where something would change that, for `gpu` and `cpu` always. */
  readonly note?: string;
}

/**
 * Makes a device active and counts one more user of it; every call is paired with one of `releaseDevice`. Calls wait for
 * each other, so that two models that load at once get one device.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when no device of that kind is present, or when models that are still loaded
 *   hold another one than the choice gives without them; `INVALID_ARGUMENT` for a choice that does not exist.
 */
export function acquireDevice(choice: DeviceChoice): Promise<AcquiredDevice> {
  const turn = queue.then(() => choose(choice));
  queue = turn.catch(() => undefined);
  return turn;
}

async function choose(choice: DeviceChoice): Promise<AcquiredDevice> {
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
    return { device, ...noteOf(choice, refused) };
  }
  const reasons = refused.map(reasonOf).join('; ');
  throw new FastSAMError('DEVICE_UNAVAILABLE', `device "${choice}": none is available here (${reasons})`);
}

const reasonOf = ({ device, detail, fix }: DeviceStatus): string =>
  `${device}: ${detail}${fix === undefined ? '' : ` (${fix})`}`;

/** Why it is not a faster one. Who takes whatever is there need not hear of devices that the machine lacks. */
function noteOf(choice: DeviceChoice, refused: readonly DeviceStatus[]): Pick<AcquiredDevice, 'note'> {
  const told = refused.find(({ fix }) => fix !== undefined) ?? (choice === 'auto' ? undefined : refused.at(0));
  if (!told) return {};
  const { device, detail, fix } = told;
  return { note: `${device} not used: ${detail}${fix === undefined ? '' : `; ${fix}`}` };
}

/** Whether a device is there and what was asked for is what it does. */
async function suitability(device: Device, choice: DeviceChoice): Promise<DeviceStatus> {
  const row = await deviceStatus(device, choice === 'cpu' || choice === 'native-cpu');
  if (row.software && choice !== device) return { ...row, available: false };
  if (device !== 'native-cpu') return row;
  const native = await platform().loadNative?.();
  if (native?.available && native.gpu) {
    const detail = "TensorFlow's library already uses the GPU in this process";
    return { device, available: false, detail, fix: 'use another process' };
  }
  return row;
}

/**
 * One more user of the device that loaded models hold. It has to be the one that the choice gives without them: else two
 * models that are compared would be the same one, unnoticed. `auto` leaves the choice to us.
 */
async function share(choice: DeviceChoice, held: Device): Promise<AcquiredDevice> {
  if (choice === 'auto') {
    users++;
    return { device: held };
  }
  const refused: DeviceStatus[] = [];
  for (const device of CANDIDATES[choice]) {
    if (device === held) {
      users++;
      return { device, ...noteOf(choice, refused) };
    }
    const row = await suitability(device, choice);
    if (row.available) throw heldByOthers(choice, held, device);
    refused.push(row);
  }
  throw heldByOthers(choice, held);
}

function heldByOthers(choice: DeviceChoice, held: Device, wanted?: Device): FastSAMError {
  const meant = wanted === undefined || wanted === choice ? '' : `, which is ${wanted} here`;
  return new FastSAMError(
    'DEVICE_UNAVAILABLE',
    `device "${choice}"${meant}: loaded models run on ${held}, expected one device a process; dispose those models ` +
      `first, or ask for "${held}"`,
  );
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
