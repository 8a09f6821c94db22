/** WebAssembly in Node, Bun and Deno: threads that are really used, and no traces in the process. */
import { createRequire } from 'node:module';
import os from 'node:os';
import { isMainThread, Worker } from 'node:worker_threads';
import type { WasmSupport, WasmThread } from '../platform.js';
import { threadScript } from '../threadScript.js';
import { MOST_THREADS } from './mostThreads.js';

const FACTORY = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';

export const nodeWasm: WasmSupport = { threads: wasmThreadCount, startThread, pretendCores, quietly };

/**
 * Number of threads of the WASM backend: one a core, at most 8; `FASTSAM_WASM_THREADS` overrides. Threads of Bun take longer
 * to wake than what they do takes: there it is one.
 */
export function wasmThreadCount(): number {
  const wished = Number(
    process.env.FASTSAM_WASM_THREADS ?? ('bun' in process.versions ? 1 : os.availableParallelism()),
  );
  if (!isMainThread || !Number.isInteger(wished) || wished < 1) return 1;
  return Math.min(wished, MOST_THREADS);
}

async function startThread(): Promise<WasmThread> {
  const factory = createRequire(import.meta.url).resolve(FACTORY);
  const worker = new Worker(threadScript('nodeThread', import.meta.url), { workerData: { factory } });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`it ended with code ${code}`));
    });
  });
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    listen: (receive) => {
      worker.removeAllListeners('message');
      worker.on('message', receive);
    },
    detach: () => {
      worker.unref();
    },
    end: () => void worker.terminate(),
  };
}

function pretendCores(count: number): () => void {
  const cpus = os.cpus;
  os.cpus = () => Array.from({ length: count }, () => cpus()[0]);
  return () => {
    os.cpus = cpus;
  };
}

const CRASHES = ['uncaughtException', 'unhandledRejection'] as unknown as readonly NodeJS.Signals[]; // what the types lack

/**
 * Emscripten's listeners for uncaught errors are removed again. They throw such errors again, and Node would print their
 * source, one line of 25 kB, before the message.
 */
async function quietly<T>(start: () => Promise<T>): Promise<T> {
  const before = CRASHES.map((event) => process.listeners(event));
  const speak = muteEmscripten();
  try {
    return await start();
  } finally {
    speak();
    for (const [i, event] of CRASHES.entries()) {
      for (const listener of process.listeners(event)) {
        if (!before[i].includes(listener)) process.removeListener(event, listener);
      }
    }
  }
}

/** What Emscripten prints beside throwing it, where its file cannot be read. It keeps the functions that it finds here. */
const EMSCRIPTEN = /^(Aborted\(|failed to asynchronously prepare wasm)/;

/** Other lines are printed as ever. */
function muteEmscripten(): () => void {
  const { warn, error } = console;
  const muted =
    (print: (...values: unknown[]) => void) =>
    (...values: unknown[]): void => {
      if (!EMSCRIPTEN.test(String(values[0]))) print.apply(console, values);
    };
  console.warn = muted(warn);
  console.error = muted(error);
  return () => {
    Object.assign(console, { warn, error });
  };
}
