/** Functions of a WebAssembly module, run by several threads side by side on one shared memory. */
import {
  CALL_WORDS,
  CALLS,
  COUNT,
  FAILED,
  MOST_CALLS,
  SLOT_WORDS,
  STATE,
  TODO,
  type CallsMessage,
} from '../../platform/wasm/calls.js';
import type { WasmThread } from '../../platform/platform.js';

/** A call: the number of the function, then its arguments. */
export type Call = readonly number[];

/** The caller's thread and some more. */
export class KernelPool {
  readonly #words: Int32Array;
  readonly #functions: readonly ((...args: number[]) => void)[];
  readonly #slots: readonly number[];

  private constructor(words: Int32Array, functions: readonly ((...args: number[]) => void)[]) {
    this.#words = words;
    this.#functions = functions;
    this.#slots = Array.from({ length: words.length / SLOT_WORDS }, (_, i) => i * SLOT_WORDS);
  }

  /**
   * @param threads those beside the caller's; they serve the pool from now on.
   * @param bytes the module; it imports `env.memory`.
   * @param names of its functions, in the order of their numbers.
   */
  static async create(
    threads: readonly WasmThread[],
    bytes: Uint8Array<ArrayBuffer>,
    names: readonly string[],
    memory: WebAssembly.Memory,
  ): Promise<KernelPool> {
    const module = await WebAssembly.compile(bytes);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const length = threads.length * SLOT_WORDS;
    // Without other threads nothing need be shared, and most pages may not.
    const words = new Int32Array(
      threads.length > 0 ? new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT) : new ArrayBuffer(0),
    );
    await Promise.all(
      threads.map(async (thread, i) => {
        const serving = new Promise<void>((resolve) => {
          thread.listen(() => {
            resolve();
          });
        });
        thread.post({ cmd: 'calls', module, memory, names, words, slot: i * SLOT_WORDS } satisfies CallsMessage);
        await serving;
      }),
    );
    return new KernelPool(
      words,
      names.map((name) => exports[name] as CallableFunction as (...args: number[]) => void),
    );
  }

  /** How many threads it has, the caller's included. */
  get threads(): number {
    return this.#slots.length + 1;
  }

  /**
   * Runs a list of calls on each thread, the first on the caller's, and returns when all are done.
   * @throws Error when a call fails.
   */
  run(work: readonly (readonly Call[])[]): void {
    const most = Math.max(...work.map((calls) => calls.length));
    for (let from = 0; from < most; from += MOST_CALLS) {
      this.#runSome(work.map((calls) => calls.slice(from, from + MOST_CALLS)));
    }
  }

  #runSome(work: readonly (readonly Call[])[]): void {
    const words = this.#words;
    const busy = this.#slots.filter((slot, i) => this.#give(slot, work[i + 1] ?? []));
    for (const [index, ...args] of work[0] ?? []) this.#functions[index](...args);
    for (const slot of busy) {
      while (Atomics.load(words, slot + STATE) === TODO) waitFor(words, slot + STATE);
      if (Atomics.load(words, slot + STATE) === FAILED) throw new Error('a call failed on a thread of WebAssembly');
    }
  }

  /** Puts calls into a slot; false where there are none. */
  #give(slot: number, calls: readonly Call[]): boolean {
    if (calls.length === 0) return false;
    const words = this.#words;
    calls.forEach((call, i) => {
      words.set(call, slot + CALLS + i * CALL_WORDS);
    });
    words[slot + COUNT] = calls.length;
    Atomics.store(words, slot + STATE, TODO);
    Atomics.notify(words, slot + STATE);
    return true;
  }
}

let mayWait: boolean | undefined;

/** Pages may not wait: they look again. */
function waitFor(words: Int32Array, at: number): void {
  mayWait ??= canWait();
  if (mayWait) Atomics.wait(words, at, TODO, 1);
}

function canWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
