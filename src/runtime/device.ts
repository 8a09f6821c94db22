/**
 * Which device runs, and for how many models.
 *
 * TensorFlow.js has one active backend a process, so this package has one device a process: it is chosen when the first
 * model is loaded and may change only once every model is disposed. Then the caller's own backend is active again.
 */
import { FastSAMError, invalidArgument } from '../errors.js';
import { START_TIMEOUT } from '../options/limits.js';
import { platform } from '../platform/platform.js';
import { giveBack, rememberCaller } from './caller.js';
import { DEVICE_CHOICES, DEVICES, type Device, type DeviceChoice, type WasmPaths } from './choices.js';
import { deviceStatus, type DeviceStatus } from './deviceStatus.js';
import { setFlags } from './engine.js';
import { unwatchGpu } from './gpuErrors.js';
import { holdBackend, isGone, letGo } from './onDevice.js';
import { startDevice, type StartSettings } from './startDevice.js';
import { leaveDevice } from './whenLeft.js';

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

/** How a device is started. */
export interface StartOptions {
  /** Seconds that a device may take to start; then the next one is tried. Default 30. */
  readonly startTimeout?: number;
  /** Where tfjs' WASM binaries lie. Default: where the package has them. */
  readonly wasmPaths?: WasmPaths | undefined;
}

/**
 * Makes a device active and counts one more user of it; every call is paired with one of `releaseDevice`. Calls wait for
 * each other, so that two models that load at once get one device.
 * @throws FastSAMError `DEVICE_UNAVAILABLE` when no device of that kind is present, or when models that are still loaded
 *   hold another one than the choice gives without them; `INVALID_ARGUMENT` for a choice that does not exist.
 */
export function acquireDevice(choice: DeviceChoice, options: StartOptions = {}): Promise<AcquiredDevice> {
  const turn = queue.then(() =>
    choose(choice, { limit: options.startTimeout ?? START_TIMEOUT, wasmPaths: options.wasmPaths }),
  );
  queue = turn.catch(() => undefined);
  return turn;
}

async function choose(choice: DeviceChoice, start: StartSettings): Promise<AcquiredDevice> {
  const { limit } = start;
  if (!DEVICE_CHOICES.includes(choice)) {
    throw invalidArgument(`device: got ${JSON.stringify(choice)}, expected one of ${DEVICE_CHOICES.join(', ')}`);
  }
  if (users > 0 && current !== undefined) return share(choice, current, limit);
  await rememberCaller(limit);
  const flags = setFlags({ PROD: true }); // keeps tfjs from printing on the console
  try {
    return await startOne(choice, start);
  } catch (error) {
    giveBack(undefined);
    throw error;
  } finally {
    setFlags(flags);
  }
}

/** A device that was passed over. */
interface Refused extends DeviceStatus {
  /** It is there, but did not start. */
  readonly failed?: true;
}

async function startOne(choice: DeviceChoice, start: StartSettings): Promise<AcquiredDevice> {
  const refused: Refused[] = [];
  for (const device of CANDIDATES[choice]) {
    const row = await suitability(device, choice, start.limit);
    if (!row.available) {
      refused.push(row);
      continue;
    }
    const { problem, note } = await startDevice(device, start);
    if (problem !== undefined) {
      refused.push({ ...row, available: false, detail: problem, failed: true });
      continue;
    }
    current = device;
    holdBackend(device);
    users++;
    return { device, ...noteOf(choice, refused, note) };
  }
  const reasons = refused.map(reasonOf).join('; ');
  throw new FastSAMError('DEVICE_UNAVAILABLE', `device "${choice}": none is available here (${reasons})`);
}

const reasonOf = ({ device, detail, fix }: DeviceStatus): string =>
  `${device}: ${detail}${fix === undefined ? '' : ` (${fix})`}`;

/** Why it is not a faster one. Who takes whatever is there need not hear of devices that the machine lacks. */
function noteOf(choice: DeviceChoice, refused: readonly Refused[], own?: string): Pick<AcquiredDevice, 'note'> {
  const told =
    refused.find(({ failed }) => failed) ??
    refused.find(({ fix }) => fix !== undefined) ??
    (choice === 'auto' ? undefined : refused.at(0));
  const notes = [
    ...(told ? [`${told.device} not used: ${told.detail}${told.fix === undefined ? '' : `; ${told.fix}`}`] : []),
    ...(own === undefined ? [] : [own]),
  ];
  return notes.length > 0 ? { note: notes.join('; ') } : {};
}

/** Whether a device is there and what was asked for is what it does. */
async function suitability(device: Device, choice: DeviceChoice, limit: number): Promise<DeviceStatus> {
  const row = await deviceStatus(device, { cpuOnly: choice === 'cpu' || choice === 'native-cpu', limit });
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
async function share(choice: DeviceChoice, held: Device, limit: number): Promise<AcquiredDevice> {
  users++; // the device stays while it is looked at
  try {
    return choice === 'auto' ? { device: held } : await shareAsked(choice, held, limit);
  } catch (error) {
    releaseDevice();
    throw error;
  }
}

async function shareAsked(choice: DeviceChoice, held: Device, limit: number): Promise<AcquiredDevice> {
  const refused: DeviceStatus[] = [];
  for (const device of CANDIDATES[choice]) {
    if (device === held) return { device, ...noteOf(choice, refused) };
    const row = await suitability(device, choice, limit);
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

/**
 * Ends one use of the device. After the last one TensorFlow.js is as it was before the first: backend, kernels, flags.
 * @param free frees what lives on the device; left out where its backend was removed, with all that lived on it.
 */
export function releaseDevice(free: () => void = () => undefined): void {
  try {
    if (!isGone()) free();
  } finally {
    if (users === 1) giveUp();
    users = Math.max(0, users - 1);
  }
}

function giveUp(): void {
  leaveDevice({ gone: isGone() });
  unwatchGpu();
  giveBack(letGo());
}
