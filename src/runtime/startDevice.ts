/** The start of a device: its backend of TensorFlow.js becomes the active one, in time or not at all. */
import * as tf from '@tensorflow/tfjs';
import { platform } from '../platform/platform.js';
import type { Device } from './choices.js';
import { engine, setFlags } from './engine.js';
import { watchGpu } from './gpuErrors.js';
import { TooLate, within } from './startLimit.js';
import { TENSORFLOW_BACKEND } from './tensorFlow.js';
import { useWinograd } from './winograd/kernel.js';

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

/** How backends are started that somebody may have removed meanwhile. */
const factories = new Map<string, { priority: number }>();

/**
 * Makes the device's backend the active one. Never throws.
 * @param limit seconds that it may take.
 */
export async function startDevice(device: Device, limit: number): Promise<Started> {
  const name = BACKEND[device];
  const factory = factories.get(name);
  if (factory && !(name in engine().registryFactory)) engine().registryFactory[name] = factory;
  try {
    const started = device === 'wasm' ? await startWasm(limit) : await start(device, limit);
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

async function start(device: Device, limit: number): Promise<Started | undefined> {
  if (device === 'webgpu') {
    const found = await platform().findWebGpu?.();
    if (found?.available) await within(limit, found.register());
  }
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

/** With SIMD always, with threads where the platform has a way to them, and they start. */
async function startWasm(limit: number): Promise<Started | undefined> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const threads = platform().wasmThreads;
  const count = threads?.count() ?? 1;
  const first = !('wasm' in engine().registry); // not tf.findBackend: that would start the backend
  const flags = setFlags(threads && count > 1 && first ? { [THREADS]: true } : {});
  if (threads && count > 1 && first) wasm.setThreadsCount(count);
  const set = () => setBackend('wasm', limit);
  let note: string | undefined;
  try {
    const started = threads && first ? threads.start(count, set, () => tf.findBackend('wasm')) : set();
    if (!(await started)) return undefined;
  } catch (error) {
    if (!(error instanceof TooLate) || !(await tf.env().getAsync(THREADS))) throw error;
    Object.assign(flags, { ...setFlags({ [THREADS]: false }), ...flags });
    if (!(await set())) return undefined;
    note = `wasm runs on one thread: ${error.message} from its threads`;
  } finally {
    setFlags(flags);
  }
  await useWinograd(wasm.getThreadsCount());
  return note === undefined ? {} : { note };
}

/** Whether tfjs' wasm backend starts threads; looked at when it starts. */
const THREADS = 'WASM_HAS_MULTITHREAD_SUPPORT';
