/** Pickle opcodes of classes and instances: written down, never called. */
import { invalid } from './byteView.js';
import { popSome, pushes, type Group } from './pickleGroup.js';
import type { PickleMachine } from './pickleMachine.js';
import { PersistentId, PickleGlobal, PickleObject, PickleTuple, type PickleValue } from './pickleValues.js';

/** Classes, calls, instances, persistent ids. */
export function objects(): Group {
  return [
    ['c', pushes((c) => new PickleGlobal(c.line(), c.line()))],
    [
      0x93,
      (m) => {
        const [module, name] = popSome(m, 2);
        m.push(globalOf(module, name));
      },
    ],
    [
      'i',
      (m) => {
        const global = new PickleGlobal(m.cursor.line(), m.cursor.line());
        m.push(new PickleObject(global, m.popToMark()));
      },
    ],
    [
      'o',
      (m) => {
        const [callable, ...args] = m.popToMark();
        m.push(new PickleObject(callable ?? null, args));
      },
    ],
    ['R', makeObject],
    [0x81, makeObject],
    [
      0x92,
      (m) => {
        const [callable, args, keywords] = popSome(m, 3);
        m.push(new PickleObject(callable, itemsOf(args), keywords));
      },
    ],
    ['b', build],
    [
      'P',
      (m) => {
        pushPersistentId(m, m.cursor.line());
      },
    ],
    [
      'Q',
      (m) => {
        pushPersistentId(m, m.pop());
      },
    ],
  ];
}

function globalOf(module: PickleValue, name: PickleValue): PickleGlobal {
  if (typeof module !== 'string' || typeof name !== 'string')
    throw invalid('pickle: names a class by no strings; the file is damaged, get it again');
  return new PickleGlobal(module, name);
}

/** REDUCE (a call) and NEWOBJ (an instance) leave the same record. */
function makeObject(machine: PickleMachine): void {
  const [callable, args] = popSome(machine, 2);
  machine.push(new PickleObject(callable, itemsOf(args)));
}

function itemsOf(value: PickleValue): readonly PickleValue[] {
  if (!(value instanceof PickleTuple))
    throw invalid('pickle: a call has no tuple of arguments; the file is damaged, get it again');
  return value.items;
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  if (!(target instanceof PickleObject))
    throw invalid('pickle: gives a state to something that is no object; the file is damaged, get it again');
  target.state = state;
}

function pushPersistentId(machine: PickleMachine, id: PickleValue): void {
  const reference = new PersistentId(id);
  machine.persistentIds.push(reference);
  machine.push(reference);
}
