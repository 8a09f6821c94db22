/** The compilation of WebGPU pipelines, side by side. */
import { refusedShader, type Compiling } from './compiling.js';

/** What is used of tfjs' WebGPU backend (4.22). In the mode that compiles only, pipelines are promises. */
export interface WebGpuBackend {
  pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;
}

/**
 * @param made pipelines that are being compiled.
 * @param known the cache that they are to come into.
 */
export function webGpuPipelines(
  made: WebGpuBackend['pipelineCache'],
  known: WebGpuBackend['pipelineCache'],
): Compiling {
  const done = new Map<string, GPUComputePipeline>();
  const waiting = new Map(
    Object.entries(made).map(([key, pipeline]) => [
      key,
      Promise.resolve(pipeline).then((compiled) => {
        done.set(key, compiled);
        waiting.delete(key);
      }),
    ]),
  );
  const total = waiting.size;
  return {
    total,
    async next() {
      try {
        await Promise.race(waiting.values());
      } catch (error) {
        throw refusedShader('webgpu', error instanceof Error ? error.message : String(error));
      }
      return done.size;
    },
    keep() {
      for (const [key, pipeline] of done) if (!Object.hasOwn(known, key)) known[key] = pipeline;
    },
    drop() {
      for (const promise of waiting.values()) promise.catch(() => undefined); // pipelines are freed by themselves
    },
  };
}
