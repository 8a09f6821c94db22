/** What pickle opcodes have in common. */
import type { PickleCursor } from './pickleCursor.js';
import type { PickleMachine } from './pickleMachine.js';
import type { PickleValue } from './pickleValues.js';

/** What an opcode does. */
export type Opcode = (machine: PickleMachine) => void;

/** Opcodes with their byte, as a character where the opcode has one. */
export type Group = [string | number, Opcode][];

/** An opcode that pushes what it reads. */
export function pushes(make: (cursor: PickleCursor) => PickleValue): Opcode {
  return (m) => {
    m.push(make(m.cursor));
  };
}

/** The topmost values, lowest first. */
export function popSome(machine: PickleMachine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
}
