/**
 * Which TensorFlow.js backend runs. The only module that calls `tf.setBackend`.
 *
 * TensorFlow.js has one active backend a process, so this package has one device a process: it is chosen when the first
 * model is loaded and may change only once every model is disposed.
 */
import * as tf from './tfjs.js';
import { FastSAMError, invalidArgument } from '../errors.js';
import { platform } from '../platform/platform.js';
import { DEVICE_CHOICES, DEVICES, type Device, type DeviceChoice, type WasmPaths } from './choices.js';
import { deviceStatus, type DeviceStatus } from './deviceStatus.js';
import { watchGpu } from './gpuErrors.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';
import { startWasm, type WasmStarted } from './wasm/start.js';

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

/** How a device is started, by the first model that takes it. */
export interface DeviceOptions {
  /** Where tfjs' WASM binaries lie; absent: where the package has them. */
  readonly wasmPaths?: WasmPaths | undefined;
}

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
export function acquireDevice(choice: DeviceChoice, options: DeviceOptions = {}): Promise<AcquiredDevice> {
  const turn = queue.then(() => choose(choice, options));
  queue = turn.catch(() => undefined);
  return turn;
}

async function choose(choice: DeviceChoice, options: DeviceOptions): Promise<AcquiredDevice> {
  if (!DEVICE_CHOICES.includes(choice)) {
    throw invalidArgument(`device: got ${JSON.stringify(choice)}, expected one of ${DEVICE_CHOICES.join(', ')}`);
  }
  if (users > 0 && current !== undefined) return share(choice, current);
  const refused: DeviceStatus[] = [];
  for (const device of CANDIDATES[choice]) {
    const row = await suitability(device, choice);
    const { problem, note } = row.available ? await activate(device, options) : { problem: row.detail };
    if (problem !== undefined) {
      refused.push({ ...row, available: false, detail: problem });
      continue;
    }
    current = device;
    users++;
    return { device, ...(note === undefined ? noteOf(choice, refused) : { note }) };
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

/** What came of making a device active: why it did not work, or what a caller might not expect of it. */
interface Activation {
  readonly problem?: string;
  readonly note?: string;
}

/** Makes the device's backend the active one. */
async function activate(device: Device, options: DeviceOptions): Promise<Activation> {
  tf.enableProdMode(); // also keeps tfjs from printing advice on the console
  try {
    const { started, ...rest } = await start(device, options);
    if (!started) return { problem: 'TensorFlow.js could not start it' };
    await tf.ready();
    if (device === 'webgpu') watchGpu((tf.backend() as unknown as { device: GPUDevice }).device);
    return rest;
  } catch (error) {
    return {
      problem: `it does not start (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`,
    };
  }
}

async function start(device: Device, { wasmPaths }: DeviceOptions): Promise<WasmStarted> {
  if (device === 'wasm') return startWasm(wasmPaths);
  if (device === 'webgpu') {
    const found = await platform().findWebGpu?.();
    if (found?.available) await found.register();
  }
  if (!(BACKEND[device] in tf.engine().registryFactory)) await BACKEND_CODE[device]?.();
  return { started: await tf.setBackend(BACKEND[device]) };
}

/** Backends that register themselves when their code is loaded. */
const BACKEND_CODE: Partial<Record<Device, () => Promise<unknown>>> = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};
