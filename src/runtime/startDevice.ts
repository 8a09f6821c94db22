/** The start of a device: its backend of TensorFlow.js becomes the active one, in time or not at all. */
import * as tf from './tfjs.js';
import { platform } from '../platform/platform.js';
import type { Device } from './choices.js';
import { engine } from './engine.js';
import { watchGpu } from './gpuErrors.js';
import { TooLate, within } from './startLimit.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';
import type { WasmPaths } from './choices.js';

const BACKEND: Record<Device, string> = {
  'native-gpu': TENSORFLOW_BACKEND,
  'native-cpu': TENSORFLOW_BACKEND,
  webgpu: 'webgpu',
  webgl: 'webgl',
  wasm: 'wasm',
};

/** How a start went: why there is none, or in one line what a caller might not expect of it. */
export interface Started {
  readonly problem?: string;
  readonly note?: string;
}

/** How a device is started. */
export interface StartSettings {
  /** Seconds that it may take. */
  readonly limit: number;
  /** Where tfjs' WASM binaries lie. Default: where the package has them. */
  readonly wasmPaths: WasmPaths | undefined;
}

/** Backends that register themselves when their code is loaded. */
const BACKEND_CODE: Partial<Record<Device, () => Promise<unknown>>> = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** How backends are started that somebody may have removed meanwhile. */
const factories = new Map<string, { priority: number }>();

/** Makes the device's backend the active one. Never throws. */
export async function startDevice(device: Device, { limit, wasmPaths }: StartSettings): Promise<Started> {
  const name = BACKEND[device];
  const factory = factories.get(name);
  if (factory && !(name in engine().registryFactory)) engine().registryFactory[name] = factory;
  try {
    const set = () => setBackend(name, limit);
    const started = await (device === 'wasm' ? startWasm(set, limit, wasmPaths) : start(device, limit));
    if (!started) return { problem: 'TensorFlow.js could not start it' };
    factories.set(name, engine().registryFactory[name]);
    if (device === 'webgpu') watchGpu((tf.backend() as unknown as { device: GPUDevice }).device);
    return started;
  } catch (error) {
    return {
      problem: `it does not start (${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)})`,
    };
  }
}

const startWasm = async (...args: Parameters<typeof import('./wasm/start.js').startWasm>) =>
  (await import('./wasm/start.js')).startWasm(...args);

async function start(device: Device, limit: number): Promise<Started | undefined> {
  if (device === 'webgpu') {
    const found = await platform().findWebGpu?.();
    if (found?.available) await within(limit, found.register());
  }
  if (!(BACKEND[device] in engine().registryFactory))
    await within(limit, BACKEND_CODE[device]?.() ?? Promise.resolve());
  return (await setBackend(BACKEND[device], limit)) ? {} : undefined;
}

/** Makes a backend the active one. If it comes too late, it is as if it had never been asked for. */
async function setBackend(name: string, limit: number): Promise<boolean> {
  try {
    return await within(limit, tf.setBackend(name));
  } catch (error) {
    const entry = engine().registryFactory[name] as { priority: number } | undefined;
    if (error instanceof TooLate && entry) {
      tf.removeBackend(name); // else it would be the active one, whenever it comes
      engine().registryFactory[name] = entry;
    }
    throw error;
  }
}
