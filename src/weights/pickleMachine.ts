/** The state that pickle opcodes work on: stack, marks and memo, each with a limit that ends hostile input early. */
import { invalid } from './byteView.js';
import type { PickleCursor } from './pickleCursor.js';
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

/** The state that opcodes work on. */
export class PickleMachine {
  readonly persistentIds: PersistentId[] = [];
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(readonly cursor: PickleCursor) {}

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
