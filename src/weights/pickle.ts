/**
 * Python pickles, protocols 0 to 5, read without executing or importing anything: every name becomes an inert record,
 * every call is written down instead of made. The machine is a loop over opcodes with an explicit stack, so no input
 * can make it recurse; its limits end hostile input early.
 */
import { invalid } from './byteView.js';
import { PickleCursor } from './pickleCursor.js';
import { PICKLE_LIMITS, PickleMachine } from './pickleMachine.js';
import { PICKLE_OPCODES } from './pickleOpcodes.js';
import type { PersistentId, PickleValue } from './pickleValues.js';

/** The opcode that ends a pickle; its value is what lies on top of the stack. */
const STOP = 0x2e;

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
  const cursor = new PickleCursor(bytes, start);
  const machine = new PickleMachine(cursor);
  for (let count = 0; count < PICKLE_LIMITS.opcodes; count++) {
    const offset = cursor.at;
    const code = cursor.u8();
    if (code === STOP) return { value: machine.pop(), persistentIds: machine.persistentIds, end: cursor.at };
    const execute = PICKLE_OPCODES[code];
    if (execute === undefined) {
      throw invalid(
        `pickle: got the unknown opcode 0x${code.toString(16)} at byte ${offset}; the file is damaged, get it again`,
      );
    }
    execute(machine);
  }
  throw invalid(`pickle: got more than ${PICKLE_LIMITS.opcodes} opcodes; refused, no checkpoint needs that many`);
}
