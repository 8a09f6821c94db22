/** What each pickle opcode does (names and meaning: Python's pickletools), on a machine that only writes down. */
import { invalid, unsupported } from './byteView.js';
import type { PickleCursor } from './pickleCursor.js';
import type { PickleMachine } from './pickleMachine.js';
import {
  PersistentId,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleDict,
  type PickleValue,
} from './pickleValues.js';

type Opcode = (machine: PickleMachine) => void;

/** Opcodes by their byte. STOP belongs to the loop. */
export const PICKLE_OPCODES: readonly (Opcode | undefined)[] = opcodeTable();

const HIGHEST_PROTOCOL = 5;

function opcodeTable(): (Opcode | undefined)[] {
  const table: (Opcode | undefined)[] = Array.from({ length: 256 });
  for (const group of [framing(), constants(), texts(), containers(), objects(), memo(), refused()]) {
    for (const [key, opcode] of group) table[typeof key === 'string' ? key.charCodeAt(0) : key] = opcode;
  }
  return table;
}

/** Opcodes with their byte, as a character where the opcode has one. */
type Group = [string | number, Opcode][];

function framing(): Group {
  return [
    [
      0x80,
      (m) => {
        checkProtocol(m.cursor.u8());
      },
    ],
    [
      0x95,
      (m) => {
        m.cursor.take(8);
      },
    ],
    [
      '(',
      (m) => {
        m.mark();
      },
    ],
    [
      '0',
      (m) => {
        m.discard();
      },
    ],
    [
      '1',
      (m) => {
        m.popToMark();
      },
    ],
    [
      '2',
      (m) => {
        m.push(m.top());
      },
    ],
  ];
}

function checkProtocol(protocol: number): void {
  if (protocol > HIGHEST_PROTOCOL)
    throw unsupported(`pickle: got protocol ${protocol}, expected at most ${HIGHEST_PROTOCOL}`);
}

function constants(): Group {
  return [
    ['N', pushes(() => null)],
    [0x88, pushes(() => true)],
    [0x89, pushes(() => false)],
    ['I', pushes(boolOrIntegerLine)],
    ['L', pushes((c) => c.integerLine())],
    ['J', pushes((c) => c.i32())],
    ['K', pushes((c) => c.u8())],
    ['M', pushes((c) => c.u16())],
    [0x8a, pushes((c) => c.integer(c.u8()))],
    [0x8b, pushes((c) => c.integer(c.u32()))],
    ['F', pushes(floatLine)],
    ['G', pushes((c) => c.f64BigEndian())],
  ];
}

function texts(): Group {
  return [
    ['S', pushes(quotedLine)],
    ['V', pushes((c) => rawUnicode(c.line()))],
    ['T', pushes((c) => c.latin1(c.u32()))],
    ['U', pushes((c) => c.latin1(c.u8()))],
    ['X', pushes((c) => c.utf8(c.u32()))],
    [0x8c, pushes((c) => c.utf8(c.u8()))],
    [0x8d, pushes((c) => c.utf8(c.u64()))],
    ['B', pushes((c) => c.take(c.u32()))],
    ['C', pushes((c) => c.take(c.u8()))],
    [0x8e, pushes((c) => c.take(c.u64()))],
    [0x96, pushes((c) => c.take(c.u64()))],
  ];
}

function pushes(make: (cursor: PickleCursor) => PickleValue): Opcode {
  return (m) => {
    m.push(make(m.cursor));
  };
}

/** INT doubles as the booleans of protocol 1: 00 and 01. */
function boolOrIntegerLine(cursor: PickleCursor): PickleValue {
  const ahead = new TextDecoder('latin1').decode(cursor.bytes.subarray(cursor.at, cursor.at + 3));
  if (ahead !== '00\n' && ahead !== '01\n') return cursor.integerLine();
  cursor.take(3);
  return ahead === '01\n';
}

function floatLine(cursor: PickleCursor): number {
  const text = cursor.line().trim();
  if (/^[+-]?inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** A Python 2 string literal with its quotes. */
function quotedLine(cursor: PickleCursor): string {
  const text = cursor.line().trim();
  const quote = text.charAt(0);
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) {
    throw invalid(`pickle: got no quoted string before byte ${cursor.at}; the file is damaged, get it again`);
  }
  return unescape(text.slice(1, -1));
}

/** Python's raw-unicode-escape: nothing but \\uXXXX and \\UXXXXXXXX is escaped. */
function rawUnicode(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U(00[01][0-9a-fA-F]{5}))/g, (match, short?: string, long?: string) => {
    const code = parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : match;
  });
}

function unescape(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, byte?: string, plain?: string) => {
    return byte === undefined ? plainEscape(plain ?? '') : String.fromCharCode(parseInt(byte, 16));
  });
}

function plainEscape(letter: string): string {
  return { n: '\n', t: '\t', r: '\r' }[letter] ?? letter;
}

function containers(): Group {
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

/** The topmost values, lowest first. */
function popSome(machine: PickleMachine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
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

function objects(): Group {
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

function memo(): Group {
  return [
    [
      'p',
      (m) => {
        m.remember(memoIndex(m.cursor.integerLine()));
      },
    ],
    [
      'q',
      (m) => {
        m.remember(m.cursor.u8());
      },
    ],
    [
      'r',
      (m) => {
        m.remember(m.cursor.u32());
      },
    ],
    [
      0x94,
      (m) => {
        m.rememberNext();
      },
    ],
    [
      'g',
      (m) => {
        m.push(m.recall(memoIndex(m.cursor.integerLine())));
      },
    ],
    [
      'h',
      (m) => {
        m.push(m.recall(m.cursor.u8()));
      },
    ],
    [
      'j',
      (m) => {
        m.push(m.recall(m.cursor.u32()));
      },
    ],
  ];
}

function memoIndex(value: number | bigint): number {
  if (typeof value !== 'number' || value < 0)
    throw invalid(`pickle: got the memo index ${value}; the file is damaged, get it again`);
  return value;
}

/** Extension registry (EXT1, EXT2, EXT4) and buffers outside the file (NEXT_BUFFER, READONLY_BUFFER). */
function refused(): Group {
  const refuse: Opcode = (m) => {
    throw unsupported(
      `pickle: the opcode before byte ${m.cursor.at} needs something outside the file; save it again with torch.save`,
    );
  };
  return [0x82, 0x83, 0x84, 0x97, 0x98].map((code) => [code, refuse]);
}
