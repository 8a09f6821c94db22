/** The compilation of WebGL programs, side by side where the browser can (`KHR_parallel_shader_compile`). */
import type * as tf from './tfjs.js';
import { refusedShader, type Compiling } from './compiling.js';
import { nextTurn } from '../platform/nextTurn.js';

/** A program of tfjs, and where its uniforms are once it is linked. */
export interface WebGlShader {
  readonly webGLProgram: WebGLProgram;
}

/** What is used of tfjs' WebGL backend (4.22). */
export interface WebGlBackend {
  binaryCache: Record<string, WebGlShader>;
  readonly gpgpu: {
    readonly gl: WebGL2RenderingContext;
    readonly parallelCompilationExtension?: { readonly COMPLETION_STATUS_KHR: number } | null;
    deleteProgram(program: WebGLProgram): void;
  };
  /** Looks the uniforms of all programs in the cache up. */
  getUniformLocations(): void;
  /** A texture as reading needs it. */
  decode(dataId: tf.DataId): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

/** Between two looks at programs of which none was done. A timer, for animation frames stand still in a hidden page. */
const PAUSE_MS = 4;

/**
 * @param made programs that are being linked.
 * @param known the cache that they are to come into.
 */
export function webGlPrograms(
  backend: WebGlBackend,
  made: Record<string, WebGlShader>,
  known: Record<string, WebGlShader>,
): Compiling {
  const { gl, parallelCompilationExtension: parallel } = backend.gpgpu;
  const all = Object.values(made);
  const pending = new Set(all.map(({ webGLProgram }) => webGLProgram));

  const isDone = (program: WebGLProgram): boolean => {
    if (gl.isContextLost()) throw refusedShader('webgl', 'the context was lost');
    if (parallel && gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR) === false) return false;
    if (gl.getProgramParameter(program, gl.LINK_STATUS) === false) {
      throw refusedShader('webgl', gl.getProgramInfoLog(program) ?? 'no reason');
    }
    return true;
  };

  return {
    total: all.length,
    async next() {
      await nextTurn();
      const before = pending.size;
      for (const program of pending) {
        if (isDone(program)) pending.delete(program);
        if (!parallel) break; // that has waited for it: others have a turn before the next
      }
      if (pending.size === before) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      return all.length - pending.size;
    },
    keep() {
      const own = Object.create(backend) as WebGlBackend;
      own.binaryCache = made;
      own.getUniformLocations();
      for (const [key, shader] of Object.entries(made)) {
        if (Object.hasOwn(known, key)) backend.gpgpu.deleteProgram(shader.webGLProgram);
        else known[key] = shader;
      }
    },
    drop() {
      for (const { webGLProgram } of all) backend.gpgpu.deleteProgram(webGLProgram);
    },
  };
}
