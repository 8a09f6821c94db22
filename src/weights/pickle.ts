/**
 * Python pickles, protocols 0 to 5, read without executing or importing anything: every name becomes an inert record,
 * every call is written down instead of made. The machine is a loop over opcodes with an explicit stack, so no input
 * can make it recurse; its limits end hostile input early.
 */
import { invalid } from './byteView.js';
import { PICKLE_OPCODES } from './pickleOpcodes.js';
import { PickleCursor } from './pickleCursor.js';
import type { PersistentId, PickleValue } from './pickleValues.js';

/** Far above what checkpoints hold (an unstripped YOLOv8x: 160,000 opcodes, 34,000 memo entries), far below what hurts. */
export const PICKLE_LIMITS = {
  /** Opcodes in one pickle. */
  opcodes: 1_000_000,
  /** Values on the stack at a time. */
  stack: 200_000,
  /** Values in the memo. */
  memo: 500_000,
  /** Nested MARKs. */
  marks: 1_000,
} as const;

/** What one pickle holds. */
export interface Unpickled {
  readonly value: PickleValue;
  /** Persistent ids in the order of their appearance. */
  readonly persistentIds: readonly PersistentId[];
  /** Byte offset behind the STOP opcode: where the next of several concatenated pickles starts. */
  readonly end: number;
}

/**
 * Reads one pickle.
 * @param bytes holds the pickle from byte `start` on; what follows its STOP is left alone.
 * @throws FastSAMError `INVALID_CHECKPOINT` when it is cut off, inconsistent or beyond the limits;
 * `UNSUPPORTED_CHECKPOINT` for opcodes that need something outside the file (extension registry, out-of-band buffers).
 */
export function unpickle(bytes: Uint8Array, start = 0): Unpickled {
  const machine = new PickleMachine(new PickleCursor(bytes, start));
  return machine.run();
}

/** The state that opcodes work on. */
export class PickleMachine {
  readonly persistentIds: PersistentId[] = [];
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(readonly cursor: PickleCursor) {}

  run(): Unpickled {
    for (let count = 0; count < PICKLE_LIMITS.opcodes; count++) {
      const at = this.cursor.at;
      const code = this.cursor.u8();
      if (code === STOP) return { value: this.pop(), persistentIds: this.persistentIds, end: this.cursor.at };
      const execute = PICKLE_OPCODES[code];
      if (execute === undefined) {
        throw invalid(
          `pickle: got the unknown opcode 0x${code.toString(16)} at byte ${at}; the file is damaged, get it again`,
        );
      }
      execute(this);
    }
    throw invalid(`pickle: got more than ${PICKLE_LIMITS.opcodes} opcodes; refused, no checkpoint needs that many`);
  }

  push(value: PickleValue): void {
    if (this.#stack.length >= PICKLE_LIMITS.stack) throw this.#error('its stack grows too large');
    this.#stack.push(value);
  }

  /** Takes the top value; it may not lie below the innermost MARK. */
  pop(): PickleValue {
    const value = this.#stack.length > this.#floor() ? this.#stack.pop() : undefined;
    if (value === undefined) throw this.#error('an opcode finds no value on the stack');
    return value;
  }

  top(): PickleValue {
    const value = this.#stack.length > this.#floor() ? this.#stack.at(-1) : undefined;
    if (value === undefined) throw this.#error('an opcode finds no value on the stack');
    return value;
  }

  mark(): void {
    if (this.#marks.length >= PICKLE_LIMITS.marks) throw this.#error('its marks nest too deep');
    this.#marks.push(this.#stack.length);
  }

  /** Takes everything above the innermost MARK, and the MARK. */
  popToMark(): PickleValue[] {
    const start = this.#marks.pop();
    if (start === undefined) throw this.#error('an opcode finds no mark');
    return this.#stack.splice(start);
  }

  /** Takes the top value, or the MARK when that is what lies on top. */
  discard(): void {
    if (this.#stack.length > this.#floor()) this.#stack.pop();
    else this.popToMark();
  }

  remember(index: number): void {
    if (this.#memo.size >= PICKLE_LIMITS.memo) throw this.#error('its memo grows too large');
    this.#memo.set(index, this.top());
  }

  /** MEMOIZE numbers values by their order. */
  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#error(`it refers to the value ${index}, which it did not define`);
    return value;
  }

  /** An error that says where in the pickle the machine stands. */
  #error(what: string): Error {
    return invalid(`pickle: ${what} (before byte ${this.cursor.at}); the file is damaged, get it again`);
  }

  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }
}

const STOP = 0x2e;
