/** What computes, in versions: part of the record of a study. */
import * as tf from './tfjs.js';
import { platform } from '../platform/platform.js';
import type { Device } from './choices.js';

/** Versions that the bits of a result depend on. */
export interface Environment {
  readonly tfjs: string;
  /** TensorFlow's own library, where it computes. */
  readonly tensorflow?: string;
  /** Threads of WebAssembly: four share sums otherwise than one or two, so the last bits differ. */
  readonly wasmThreads?: number;
}

/** The environment of a device that is in use. */
export async function environmentOf(device: Device): Promise<Environment> {
  const tfjs = tf.version_core;
  if (device === 'wasm') return { tfjs, wasmThreads: platform().wasm?.threads() ?? 1 };
  if (!device.startsWith('native')) return { tfjs };
  const native = await platform().loadNative?.();
  return native?.available ? { tfjs, tensorflow: native.version } : { tfjs };
}
