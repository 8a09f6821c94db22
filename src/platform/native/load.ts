/** Loads the native TensorFlow library into this process, if it is there. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { linkedBuild } from './link.js';
import type { Obstacle } from '../platform.js';
import {
  INSTALL_COMMAND,
  findNativePackage,
  nativeCache,
  nodeApiVersion,
  thisMachine,
  type Machine,
} from './target.js';
import { TFJS_NODE_VERSION } from './wheels.js';

/** The module `@tensorflow/tfjs-node-gpu`: TensorFlow.js with the backend `tensorflow` registered. */
export type NativeModule = typeof import('@tensorflow/tfjs-node-gpu');

/** The loaded library, or why there is none and what would help. */
export type NativeLibrary =
  | ({
      readonly available: true;
      /** TensorFlow's version. */
      readonly version: string;
      readonly module: NativeModule;
    } & (
      | { /** It computes on an NVIDIA GPU. */ readonly gpu: true }
      | { readonly gpu: false; /** Why it does not. */ readonly noGpu: Obstacle }
    ))
  | { readonly available: false; readonly reason: string; readonly fix: string; readonly noGpu: Obstacle };

/** How to load the library. The first call decides. */
export interface LoadNativeOptions {
  /**
   * Compute on the CPU even where there is a GPU. tfjs-node puts every tensor on a visible GPU and cannot choose. So
   * CUDA_VISIBLE_DEVICES of this process hides GPUs from CUDA.
   */
  readonly cpuOnly?: boolean;
}

/** Where the library comes from, without loading it. */
export interface NativeStatus {
  /** Folder of `@tensorflow/tfjs-node-gpu`; absent when it is not installed. */
  readonly packageFolder?: string;
  /** `setup`: made and linked by setup; `own`: the package's own download; `none`: no library. */
  readonly origin: 'setup' | 'own' | 'none';
  /** Folder of the linked library in the cache, when setup made it. */
  readonly build?: string;
  /** Folder in which setup keeps libraries. It need not exist. */
  readonly cache: string;
}

const SETUP = 'run: fastsam setup (npm run setup in the repository)';
/** Keeps the library from also printing errors, which come as exceptions (such as CUDA's start without a GPU). */
const LOG_LEVEL = '3';
/** CUDA_VISIBLE_DEVICES that names none. */
const NO_GPU = '-1';

/** Where backends are registered: the library and this package have to have the same. */
const CORE = '@tensorflow/tfjs-core';

let loaded: Promise<NativeLibrary> | undefined;

/**
 * Loads the library once and remembers the outcome. Registers the backend `tensorflow` with the one TensorFlow.js of
 * this process; a backend that is active already stays so. Never throws.
 *
 * Node.js from 23 on lacks functions of `util` that tfjs-node 4.22 calls (tensorflow/tfjs issue 8609): those are put
 * back first. TensorFlow prints nothing, unless the user has set TF_CPP_MIN_LOG_LEVEL.
 */
export async function loadNative({ cpuOnly = false }: LoadNativeOptions = {}): Promise<NativeLibrary> {
  loaded ??= Promise.resolve().then(() => load(cpuOnly));
  return loaded;
}

/** Where the library comes from. Nothing is loaded or changed. */
export function nativeStatus(): NativeStatus {
  const packageFolder = findNativePackage();
  const cache = nativeCache();
  if (packageFolder === undefined) return { origin: 'none', cache };
  const build = linkedBuild(packageFolder);
  if (build === undefined) return { packageFolder, origin: 'none', cache };
  return build === 'own' ? { packageFolder, origin: 'own', cache } : { packageFolder, origin: 'setup', build, cache };
}

function load(cpuOnly: boolean): NativeLibrary {
  const packageFolder = findNativePackage();
  if (packageFolder === undefined) {
    return absent('@tensorflow/tfjs-node-gpu is not installed', `run: ${INSTALL_COMMAND} && fastsam setup`);
  }
  try {
    const binding = join(packageFolder, 'lib', `napi-v${nodeApiVersion(packageFolder)}`, 'tfjs_binding.node');
    if (!existsSync(binding)) return absent('the native library is not set up', SETUP);
    const ours = createRequire(import.meta.url).resolve(CORE);
    const requireThere = createRequire(join(packageFolder, 'package.json'));
    if (createRequire(requireThere.resolve('@tensorflow/tfjs')).resolve(CORE) !== ours) {
      return absent(
        `two copies of ${CORE} are installed`,
        `run: npm dedupe, with @tensorflow/tfjs ${TFJS_NODE_VERSION} everywhere`,
      );
    }
    return start(requireThere, packageFolder, cpuOnly);
  } catch (error) {
    return absent(`the native library does not load (${firstLine(error)})`, `${SETUP} with --force`);
  }
}

function start(requireThere: NodeJS.Require, packageFolder: string, cpuOnly: boolean): NativeLibrary {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= LOG_LEVEL;
  if (cpuOnly) process.env.CUDA_VISIBLE_DEVICES = NO_GPU;
  restoreUtil(requireThere('node:util') as Record<string, unknown>);
  const tf = requireThere('@tensorflow/tfjs') as NativeModule;
  const module = withoutChoosing(tf.engine(), () => requireThere(packageFolder) as NativeModule);
  const backend = tf.findBackend('tensorflow') as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  const version = backend.binding.TF_Version;
  if (backend.isUsingGpuDevice) return { available: true, gpu: true, version, module };
  const noGpu = cpuOnly ? { reason: 'this process uses the CPU' } : whyNoGpu(linkedBuild(packageFolder));
  return { available: true, gpu: false, version, noGpu, module };
}

/** Importing the package makes its backend the active one, which is for the caller to decide. */
function withoutChoosing<T>(engine: ReturnType<NativeModule['engine']>, load: () => T): T {
  engine.setBackend = () => Promise.resolve(true);
  try {
    return load();
  } finally {
    Reflect.deleteProperty(engine, 'setBackend'); // the method of its class is back
  }
}

/** Why the library in use has no GPU. Advice is for those who have one. */
export function whyNoGpu(
  build: string | undefined,
  { nvidiaDriver }: Pick<Machine, 'nvidiaDriver'> = thisMachine(),
): Obstacle {
  if (!nvidiaDriver) return { reason: 'no NVIDIA GPU (no driver is installed)' };
  if (build !== undefined && basename(build).includes('-cpu-')) {
    return { reason: 'the native library is the one for the CPU', fix: `${SETUP} with --gpu` };
  }
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  return visible === undefined
    ? {
        reason: 'TensorFlow cannot use the NVIDIA GPU',
        fix: 'see that nvidia-smi works, and that the driver is 525 or newer',
      }
    : {
        reason: `TensorFlow sees no NVIDIA GPU (CUDA_VISIBLE_DEVICES is '${visible}')`,
        fix: 'unset CUDA_VISIBLE_DEVICES',
      };
}

/** Puts back the functions that tfjs-node takes from `util` and Node.js 23 removed. Others are left alone. */
export function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function absent(reason: string, fix: string): NativeLibrary {
  const noGpu = thisMachine().nvidiaDriver ? { reason, fix } : whyNoGpu(undefined);
  return { available: false, reason, fix, noGpu };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
