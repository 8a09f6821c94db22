/** The start of TensorFlow.js' WASM backend: with SIMD always, with threads where the platform has them. */
import { platform, type WasmThread } from '../../platform/platform.js';
import { WASM_BINARIES, type WasmPaths } from '../choices.js';
import * as tf from '../tfjs.js';
import { useWinograd } from '../winograd/kernel.js';
import { threadedModule, withThreads } from './threadedModule.js';

/** What came of a start. */
export interface WasmStarted {
  readonly started: boolean;
  /** Why it has fewer threads than it could. */
  readonly note?: string;
}

const BACKEND = 'wasm';
const PRIORITY = 2; // as tfjs registers it
const THREADED = WASM_BINARIES[2];

/** Makes the backend the active one; where it runs already, as it is. */
export async function startWasm(paths: WasmPaths | undefined): Promise<WasmStarted> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // Not tf.findBackend: that would start the backend.
  if (BACKEND in tf.engine().registry) return started([], await tf.setBackend(BACKEND));
  const support = platform().wasm;
  const files = typeof paths === 'string' ? inFolder(paths) : (paths ?? support?.files?.());
  const count = support?.threads() ?? 1;
  let note: string | undefined;
  if (support && count > 1) {
    try {
      return await support.quietly(() =>
        // XNNPACK's threads wait in the binary for good, so ours are others.
        withThreads(support, 2 * (count - 1), async (threads) => {
          const module = await threadedModule(support, threads.slice(0, count - 1), files?.[THREADED]);
          wasm.setThreadsCount(count);
          const backend = new wasm.BackendWasm(module);
          tf.removeBackend(BACKEND);
          tf.registerBackend(BACKEND, () => backend, PRIORITY);
          const outcome = await started(threads.slice(count - 1), await tf.setBackend(BACKEND));
          for (const thread of threads) thread.detach();
          return outcome;
        }),
      );
    } catch (error) {
      note = `wasm on one thread of ${count}: its threads do not start (${firstLine(error)})`;
    }
  }
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (files) wasm.setWasmPaths(files);
  const set = () => tf.setBackend(BACKEND);
  const outcome = await started([], await (support ? support.quietly(set) : set()));
  return note === undefined ? outcome : { ...outcome, note };
}

async function started(threads: readonly WasmThread[], done: boolean): Promise<WasmStarted> {
  if (done) await useWinograd(threads);
  return { started: done };
}

function inFolder(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(WASM_BINARIES.map((name) => [name, `${folder.replace(/\/*$/, '/')}${name}`]));
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
