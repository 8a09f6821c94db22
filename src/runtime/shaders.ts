/**
 * Shaders of WebGL and WebGPU. tfjs compiles each when it is first used and waits for it. Here those of some work are compiled
 * side by side, beforehand, by tfjs' modes in which operations compile but do not compute.
 */
import * as tf from './tfjs.js';
import { throwIfAborted } from '../errors.js';
import type { Compiling } from './compiling.js';
import { setFlags } from './engine.js';
import { onDevice } from './onDevice.js';
import { webGlPrograms, type WebGlBackend } from './shadersWebGl.js';
import { webGpuPipelines, type WebGpuBackend } from './shadersWebGpu.js';

/** How to follow a compilation. */
export interface CompileOptions {
  /** Hears how many shaders are compiled of how many. */
  readonly onCompiled?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Flags in which operations compile only. */
const COMPILE_ONLY = {
  webgl: { ENGINE_COMPILE_ONLY: true },
  webgpu: { WEBGPU_ENGINE_COMPILE_ONLY: true },
} as const;

/** Whether the device compiles shaders. */
export function compilesShaders(): boolean {
  return onDevice(() => tf.getBackend() in COMPILE_ONLY);
}

/**
 * Compiles what some work needs. Others may compute meanwhile.
 * @param work operations on tensors whose values do not matter: nothing is computed, nothing may be read.
 * @returns how many shaders were compiled; 0 where there are none to compile.
 * @throws FastSAMError `DEVICE_FAILED` for a shader that the driver refuses, `ABORTED`, and what the work throws.
 */
export async function compileShaders(work: () => void, { onCompiled, signal }: CompileOptions = {}): Promise<number> {
  const compiling = onDevice(() => begin(work));
  if (!compiling || compiling.total === 0) return 0;
  try {
    for (let done = 0; done < compiling.total;) {
      throwIfAborted(signal);
      done = await compiling.next();
      onCompiled?.(done, compiling.total);
    }
  } catch (error) {
    compiling.drop();
    throw error;
  }
  onDevice(() => {
    compiling.keep();
  });
  return compiling.total;
}

/** Starts the compilation of all that the work needs and the backend does not have yet. */
function begin(work: () => void): Compiling | undefined {
  const backend: unknown = tf.backend();
  switch (tf.getBackend()) {
    case 'webgl': {
      const { binaryCache: known } = backend as WebGlBackend;
      const made = collect(backend as Pick<WebGlBackend, 'binaryCache'>, 'binaryCache', COMPILE_ONLY.webgl, work);
      return webGlPrograms(backend as WebGlBackend, made, known);
    }
    case 'webgpu': {
      const { pipelineCache: known } = backend as WebGpuBackend;
      const made = collect(backend as WebGpuBackend, 'pipelineCache', COMPILE_ONLY.webgpu, work);
      return webGpuPipelines(made, known);
    }
    default:
      return undefined;
  }
}

/** Does the work in a mode that compiles only. @returns the shaders that the cache does not have. */
function collect<N extends string, C extends object>(
  backend: Record<N, C>,
  name: N,
  mode: Readonly<Record<string, boolean>>,
  work: () => void,
): C {
  const known = backend[name];
  const made = Object.create(known) as C; // what is known is found, what is new is its own
  const flags = setFlags(mode);
  backend[name] = made;
  try {
    tf.tidy(work);
    return made;
  } finally {
    backend[name] = known;
    setFlags(flags);
  }
}

/** In work for `compileShaders`: what reading this tensor needs. */
export function compileReading(tensor: tf.Tensor): void {
  if (tf.getBackend() !== 'webgl') return;
  const backend = tf.backend() as unknown as WebGlBackend;
  backend.disposeIntermediateTensorInfo(backend.decode(tensor.dataId));
}
