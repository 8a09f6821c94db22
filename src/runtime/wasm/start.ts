/** The start of TensorFlow.js' WASM backend: with SIMD always, with threads where the platform has them. */
import { platform, type WasmSupport, type WasmThread } from '../../platform/platform.js';
import { WASM_BINARIES, type WasmPaths } from '../choices.js';
import { engine, setFlags } from '../engine.js';
import * as tf from '../tfjs.js';
import { leaveOwnKernels, useOwnKernels } from '../wasmKernels/kernels.js';
import { whenDeviceIsLeft } from '../whenLeft.js';
import { threadedModule, withThreads } from './threadedModule.js';

const BACKEND = 'wasm';
const THREADED = WASM_BINARIES[2];

/**
 * Makes the backend the active one; where it runs already, as it is.
 * @param set makes the backend that is registered the active one, in time.
 * @param limit seconds that its threads may take to start; then it has none.
 * @param paths where the binaries lie.
 * @returns undefined where it did not start; a note on why it has fewer threads than it could.
 * @throws what the start throws.
 */
export async function startWasm(
  set: () => Promise<boolean>,
  limit: number,
  paths: WasmPaths | undefined,
): Promise<{ readonly note?: string } | undefined> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  // Not tf.findBackend: that would start the backend.
  if (BACKEND in engine().registry) return started([], set);
  const support = platform().wasm;
  const files = typeof paths === 'string' ? inFolder(paths) : (paths ?? support?.files?.());
  const count = support?.threads() ?? 1;
  let note: string | undefined;
  if (support && count > 1) {
    try {
      return await startThreaded(support, { count, limit, binary: files?.[THREADED] }, set);
    } catch (error) {
      note = `wasm on one thread of ${count}: its threads do not start (${firstLine(error)})`;
    }
  }
  // tfjs' own start of threads waits for ever on some pages.
  const flags = setFlags({ WASM_HAS_MULTITHREAD_SUPPORT: false });
  try {
    if (files) wasm.setWasmPaths(files);
    const outcome = await started([], support ? () => support.quietly(set) : set);
    return outcome && note !== undefined ? { note } : outcome;
  } finally {
    setFlags(flags);
  }
}

/** How a backend with threads is made. */
interface ThreadedStart {
  readonly count: number;
  readonly limit: number;
  /** Address of the binary; absent where Emscripten finds it. */
  readonly binary: string | undefined;
}

function startThreaded(
  support: WasmSupport,
  { count, limit, binary }: ThreadedStart,
  set: () => Promise<boolean>,
): Promise<{ readonly note?: string } | undefined> {
  return support.quietly(() =>
    // XNNPACK's threads wait in the binary for good, so ours are others.
    withThreads(support, { count: 2 * (count - 1), limit }, async (threads, isLate) => {
      const wasm = await import('@tensorflow/tfjs-backend-wasm');
      const module = await threadedModule(support, threads.slice(0, count - 1), binary);
      if (isLate()) return undefined;
      wasm.setThreadsCount(count);
      const backend = new wasm.BackendWasm(module);
      const outcome = await started(threads.slice(count - 1), () => withFactory(() => backend, set));
      for (const thread of threads) thread.detach();
      return outcome;
    }),
  );
}

/** Calls a function while the backend is made so; tfjs' own way to make it is back then. */
async function withFactory<T>(factory: () => tf.KernelBackend, work: () => Promise<T>): Promise<T> {
  const factories = engine().registryFactory;
  const own = factories[BACKEND];
  const ours = { ...own, factory };
  factories[BACKEND] = ours;
  try {
    return await work();
  } finally {
    factories[BACKEND] = own;
  }
}

async function started(threads: readonly WasmThread[], set: () => Promise<boolean>): Promise<object | undefined> {
  if (!(await set())) return undefined;
  await useOwnKernels(threads);
  whenDeviceIsLeft(leaveOwnKernels);
  return {};
}

function inFolder(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(WASM_BINARIES.map((name) => [name, `${folder.replace(/\/*$/, '/')}${name}`]));
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
