/** Pickle opcodes of lists, tuples, dictionaries and sets. */
import { invalid } from './byteView.js';
import { popSome, pushes, type Group } from './pickleGroup.js';
import { PickleObject, PickleTuple, type PickleDict, type PickleValue } from './pickleValues.js';

/** Containers, and what fills them. */
export function containers(): Group {
  return [
    [']', pushes(() => [])],
    [
      'l',
      (m) => {
        m.push(m.popToMark());
      },
    ],
    [
      'a',
      (m) => {
        const item = m.pop();
        addItems(m.top(), [item]);
      },
    ],
    [
      'e',
      (m) => {
        const items = m.popToMark();
        addItems(m.top(), items);
      },
    ],
    [')', pushes(() => new PickleTuple([]))],
    [
      't',
      (m) => {
        m.push(new PickleTuple(m.popToMark()));
      },
    ],
    [
      0x85,
      (m) => {
        m.push(new PickleTuple(popSome(m, 1)));
      },
    ],
    [
      0x86,
      (m) => {
        m.push(new PickleTuple(popSome(m, 2)));
      },
    ],
    [
      0x87,
      (m) => {
        m.push(new PickleTuple(popSome(m, 3)));
      },
    ],
    ['}', pushes(() => new Map<PickleValue, PickleValue>())],
    [
      'd',
      (m) => {
        const items = m.popToMark();
        const dict: PickleDict = new Map();
        addEntries(dict, items);
        m.push(dict);
      },
    ],
    [
      's',
      (m) => {
        const pair = popSome(m, 2);
        addEntries(m.top(), pair);
      },
    ],
    [
      'u',
      (m) => {
        const items = m.popToMark();
        addEntries(m.top(), items);
      },
    ],
    [0x8f, pushes(() => new Set<PickleValue>())],
    [
      0x90,
      (m) => {
        const items = m.popToMark();
        addItems(m.top(), items);
      },
    ],
    [
      0x91,
      (m) => {
        m.push(new Set(m.popToMark()));
      },
    ],
  ];
}

function addItems(target: PickleValue, items: readonly PickleValue[]): void {
  if (target instanceof Set) {
    for (const item of items) target.add(item);
    return;
  }
  const list = target instanceof PickleObject ? (target.items ??= []) : target;
  if (!Array.isArray(list))
    throw invalid('pickle: adds items to something that is no list or set; the file is damaged, get it again');
  for (const item of items) list.push(item);
}

function addEntries(target: PickleValue, items: readonly PickleValue[]): void {
  const dict = target instanceof PickleObject ? (target.entries ??= new Map<PickleValue, PickleValue>()) : target;
  if (!(dict instanceof Map) || items.length % 2 !== 0) {
    throw invalid(
      'pickle: sets entries of something that is no dict, or a key without a value; the file is damaged, get it again',
    );
  }
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}
