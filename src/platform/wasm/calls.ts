/** Calls of WebAssembly functions, handed to threads through shared memory: no message, no wait for an event loop. */

/** Where the words of a thread's slot are. */
export const STATE = 0;
export const COUNT = 1;
export const CALLS = 2;

/** What the first word of a slot says. */
export const IDLE = 0;
export const TODO = 1;
export const FAILED = 2;

/** Words of a call: which function, then its arguments. */
export const CALL_WORDS = 12;
/** Most calls of a slot at once. */
export const MOST_CALLS = 120;
/** Words of a slot. */
export const SLOT_WORDS = CALLS + MOST_CALLS * CALL_WORDS;

/** Looks at the slot so often (less than a millisecond) before the thread lies down: waking it takes longer than most gaps between two jobs. */
const LOOKS = 300_000;

/** Makes a thread serve a slot for good. */
export interface CallsMessage {
  readonly cmd: 'calls';
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Names of the functions, in the order of their numbers. */
  readonly names: readonly string[];
  /** One slot after the other. */
  readonly words: Int32Array;
  /** The thread's slot: index of its first word. */
  readonly slot: number;
}

/** Runs what the slot says, again and again; it never returns. */
export function serveCalls(
  { module, memory, names, words, slot }: CallsMessage,
  post: (message: unknown) => void,
): never {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = names.map((name) => exports[name] as CallableFunction as (...args: number[]) => void);
  post({ cmd: 'serving' });
  for (;;) {
    for (let look = 0; look < LOOKS && Atomics.load(words, slot + STATE) !== TODO; look++);
    if (Atomics.load(words, slot + STATE) !== TODO) {
      Atomics.wait(words, slot + STATE, IDLE);
      continue;
    }
    let state = IDLE;
    try {
      runCalls(words, slot, functions);
    } catch {
      state = FAILED;
    }
    Atomics.store(words, slot + STATE, state);
    Atomics.notify(words, slot + STATE);
  }
}

function runCalls(words: Int32Array, slot: number, functions: readonly ((...args: number[]) => void)[]): void {
  const end = slot + CALLS + words[slot + COUNT] * CALL_WORDS;
  for (let at = slot + CALLS; at < end; at += CALL_WORDS) {
    functions[words[at]](...words.subarray(at + 1, at + CALL_WORDS));
  }
}
