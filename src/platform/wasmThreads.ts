/**
 * The start of TensorFlow.js' WASM backend in Node: real threads, and no traces in the process.
 *
 * tfjs-backend-wasm 4.22 ships a threaded binary but never uses it in Node (tensorflow/tfjs#3830): The flag is
 * hard-coded to false. The worker script is passed as a blob: URL, which Node's workers refuse. That script lost its
 * `require`s in bundling. The pool is capped at half the logical cores. All four are corrected here, only during the
 * start; the package itself is not touched. The arithmetic is that of the single-threaded binary, bit for bit.
 * Emscripten's listeners for uncaught errors are removed again. They throw such errors again, and Node would print
 * their source, one line of 25 kB, before the message.
 */
import { createRequire } from 'node:module';
import os from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Emscripten's pool in the shipped binary holds this many workers. */
const POOL = 8;

interface WasmBackend {
  wasm?: { PThread?: { runningWorkers: NodeWorker[]; unusedWorkers: NodeWorker[] } };
}
interface NodeWorker {
  unref?: () => void;
}

/** Number of threads of the WASM backend: one a core, at most 8; `FASTSAM_WASM_THREADS` overrides. */
export function wasmThreadCount(): number {
  const wished = Number(process.env.FASTSAM_WASM_THREADS ?? os.availableParallelism());
  if (!isMainThread || !Number.isInteger(wished) || wished < 1) return 1;
  return Math.min(wished, POOL);
}

/**
 * Runs `start`, which must bring the WASM backend up.
 * @param threads number of threads, 1 to 8; from 2 on the threaded binary works meanwhile.
 * @param backend gives the backend once `start` is done, so that its idle workers do not keep the process alive.
 */
export async function startWasmBackend<T>(
  threads: number,
  start: () => Promise<T>,
  backend: () => unknown,
): Promise<T> {
  const before = CRASHES.map((event) => process.listeners(event));
  const speak = muteEmscripten();
  try {
    return await (threads > 1 ? withThreads(threads, start, backend) : start());
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

const CRASHES = ['uncaughtException', 'unhandledRejection'] as unknown as readonly NodeJS.Signals[]; // what the types lack

async function withThreads<T>(threads: number, start: () => Promise<T>, backend: () => unknown): Promise<T> {
  const factory = createRequire(import.meta.url).resolve(
    '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js',
  );
  const RealBlob = globalThis.Blob;
  const createObjectUrl = URL.createObjectURL.bind(URL);
  const cpus = os.cpus;
  const sources = new WeakMap<Blob, string>();

  globalThis.Blob = class extends RealBlob {
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(parts, options);
      if (options?.type?.includes('javascript')) sources.set(this, (parts as string[]).join(''));
    }
  };
  URL.createObjectURL = (object) => {
    const source = sources.get(object as Blob);
    if (source === undefined) return createObjectUrl(object);
    // A URL object: as a string, Node's Worker would take it for a path.
    return new URL(`data:text/javascript,${encodeURIComponent(workerSource(source, factory))}`) as unknown as string;
  };
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0]); // the pool takes half of what it counts
  try {
    return await start();
  } finally {
    globalThis.Blob = RealBlob;
    URL.createObjectURL = createObjectUrl;
    os.cpus = cpus;
    const pool = (backend() as WasmBackend | null)?.wasm?.PThread;
    for (const worker of [...(pool?.runningWorkers ?? []), ...(pool?.unusedWorkers ?? [])]) worker.unref?.();
  }
}

/**
 * Deno's workers have globals that the script sets and that have only a getter (`location`); they are made writable first.
 * Exported for its test.
 */
export const MAKE_WRITABLE = `for (const name of ['self', 'location', 'Worker', 'importScripts', 'postMessage', 'performance']) {
  for (let owner = globalThis; owner; owner = Object.getPrototypeOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (!property) continue;
    if (property.get && !property.set)
      Object.defineProperty(globalThis, name, { value: globalThis[name], writable: true, configurable: true });
    break;
  }
}`;

/** The worker script as a module that Node can run: its CommonJS surroundings and `importScripts` are supplied. */
function workerSource(source: string, factory: string): string {
  return [
    `import { createRequire } from 'node:module';`,
    `import { pathToFileURL } from 'node:url';`,
    `const require = createRequire(pathToFileURL(${JSON.stringify(factory)}));`,
    `const __filename = 'tfjs-wasm-worker.js';`,
    MAKE_WRITABLE,
    source,
    `globalThis.importScripts = () => (0, eval)(require('node:fs').readFileSync(${JSON.stringify(factory)}, 'utf8'));`,
  ].join('\n');
}
