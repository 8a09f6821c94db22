/**
 * tfjs' WASM binary with threads, started by this package. tfjs' own start fails in three ways: it makes the script of its
 * threads from the text of a function, which minifiers break (the page then waits for ever); it never starts threads in Node
 * (tensorflow/tfjs#3830); and it takes no more of them than half the cores. The arithmetic is the same with any number.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { WasmSupport, WasmThread } from '../../platform/platform.js';
import { MOST_THREADS } from '../../platform/wasm/mostThreads.js';
import type { EmscriptenFactory } from '../../platform/wasm/serve.js';
import { within } from '../startLimit.js';

/** What `BackendWasm` takes. */
export type BackendModule = ConstructorParameters<typeof BackendWasm>[0];

/** Emscripten's module, as far as it is used here. */
interface EmscriptenModule {
  cwrap(name: string, returns: 'number' | null, takes: readonly 'number'[]): (...args: number[]) => number;
}

/**
 * Emscripten's view of a worker. One without a thread stands for those of the pool that are never used: it only says that
 * it is loaded.
 */
class PoolWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly #thread: WasmThread | undefined;

  constructor(thread: WasmThread | undefined) {
    this.#thread = thread;
    thread?.listen((data) => this.onmessage?.({ data }));
  }

  postMessage(message: unknown): void {
    if (this.#thread) this.#thread.post(message);
    else queueMicrotask(() => this.onmessage?.({ data: { cmd: 'loaded' } }));
  }

  terminate(): void {
    this.#thread?.end();
  }

  /** Node's names: messages come by `onmessage`, and threads never keep the process alive. */
  on(): void {
    return;
  }
  ref(): void {
    return;
  }
  unref(): void {
    return;
  }
}

/**
 * Starts the binary.
 * @param threads those beside the caller's, which are ready.
 * @param binary address of the binary; absent: where Emscripten finds it (Node).
 * @throws what Emscripten throws.
 */
export async function threadedModule(
  support: WasmSupport,
  threads: readonly WasmThread[],
  binary: string | undefined,
): Promise<BackendModule> {
  const found = await import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
  const factory = found.default as unknown as EmscriptenFactory;
  let failed: (reason: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  let restoreCores: () => void = () => undefined;
  const config = {
    locateFile: (file: string, prefix: string) => (file.endsWith('.wasm') ? (binary ?? prefix + file) : file),
    mainScriptUrlOrBlob: 'shipped', // the threads have their script already
    onAbort: (reason: unknown) => {
      failed(new Error(String(reason)));
    },
    // Between these two the binary's constructors run, at once; it then takes at most half the cores that they found.
    preRun: [
      () => {
        restoreCores = support.pretendCores(2 * (threads.length + 1));
      },
    ],
    onRuntimeInitialized: () => {
      restoreCores();
    },
  };
  // The last of the pool are taken first.
  const pool = [...Array<undefined>(MOST_THREADS - threads.length), ...threads];
  const started = withWorkers(
    () => new PoolWorker(pool.shift()),
    () => factory(config),
  );
  const module = (await Promise.race([started, failure])) as EmscriptenModule;
  const numbers = (count: number): 'number'[] => Array<'number'>(count).fill('number');
  const tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, numbers(1)),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, numbers(3)),
    disposeData: module.cwrap('dispose_data', null, numbers(1)),
    dispose: module.cwrap('dispose', null, []),
  };
  return Object.assign(module, { tfjs });
}

/** Calls a function to which `new Worker` gives what `make` makes. It may not set the class, as Emscripten does in Node. */
function withWorkers<T>(make: () => object, work: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  const get = () =>
    function () {
      return make();
    };
  Object.defineProperty(globalThis, 'Worker', { configurable: true, get, set: () => undefined });
  try {
    return work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'Worker', before);
    else Reflect.deleteProperty(globalThis, 'Worker');
  }
}

/**
 * Calls a function with all threads, which are ended if it fails or takes too long.
 * @param limit seconds.
 * @param use is told whether it is too late by now.
 */
export async function withThreads<T>(
  support: WasmSupport,
  { count, limit }: { readonly count: number; readonly limit: number },
  use: (threads: readonly WasmThread[], isLate: () => boolean) => Promise<T>,
): Promise<T> {
  const starting = Array.from({ length: count }, () => support.startThread());
  let late = false;
  try {
    return await within(
      limit,
      Promise.all(starting).then((threads) => use(threads, () => late)),
    );
  } catch (error) {
    late = true;
    for (const thread of starting) void thread.then(endThread, () => undefined);
    throw error;
  }
}

const endThread = (thread: WasmThread): void => {
  thread.end();
};
