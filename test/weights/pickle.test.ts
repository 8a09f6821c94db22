import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unpickle } from '../../src/weights/pickle.js';
import { PICKLE_LIMITS } from '../../src/weights/pickleMachine.js';
import {
  PersistentId,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from '../../src/weights/pickleValues.js';
import {
  call,
  global,
  instance,
  op,
  persistent,
  pickled,
  raw,
  tuple,
  type Picklable,
} from '../../tools/fuzz/pickleWriter.js';
import { errorOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';

const PROTOCOLS = readGolden<Record<string, string>>('checkpoints/pickles.json');

/** The value of a pickle given as opcodes. */
function valueOf(...opcodes: (number | string)[]): PickleValue {
  return unpickle(pickled(raw(...opcodes))).value;
}

/** Records as plain data, for comparison. */
function plain(value: PickleValue): unknown {
  if (value instanceof PickleTuple) return value.items.map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
  return value;
}

describe('unpickle', () => {
  test.each(Object.entries(PROTOCOLS))('reads what Python writes in protocol %s', (protocol, base64) => {
    const { value } = unpickle(new Uint8Array(Buffer.from(base64, 'base64')));
    const dict = plain(value) as Map<string, unknown>;
    expect(dict.get('none')).toBeNull();
    // Protocol 0 has no other way to write booleans than as integers 00 and 01.
    expect(dict.get('bools')).toEqual([true, false]);
    expect(dict.get('ints')).toEqual([
      0,
      255,
      256,
      65535,
      65536,
      -1,
      2147483647,
      -2147483648,
      1099511627776,
      -9007199254740991,
      2n ** 80n,
      -(2n ** 80n),
    ]);
    expect(dict.get('floats')).toEqual([0.1, -1e300, Infinity]);
    expect(dict.get('text')).toBe("line\nquote' back\\slash");
    expect(dict.get('tuples')).toEqual([[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]);
    expect(dict.get('long list')).toEqual(Array.from({ length: 1500 }, (_, i) => i));
    expect(dict.get('dict')).toEqual(
      new Map<unknown, unknown>([
        [1, 'a'],
        ['__proto__', 'b'],
        ['constructor', 2],
      ]),
    );
    const shared = (value as Map<PickleValue, PickleValue>).get('shared') as PickleValue[];
    expect(shared[0]).toEqual(['shared', 'ä€😀']);
    expect(shared[0]).toBe(shared[1]);
    const ordered = dict.get('ordered') as PickleObject;
    expect(ordered.callable).toEqual(new PickleGlobal('collections', 'OrderedDict'));
    if (ordered.entries !== undefined)
      expect([...ordered.entries]).toEqual([
        ['x', 1],
        ['y', 2],
      ]);
    else
      expect(plain(ordered.args[0])).toEqual([
        ['x', 1],
        ['y', 2],
      ]);
    expect(dict.get('complex')).toMatchObject({ callable: { name: 'complex' }, args: [1, 2] });
    expect(protocol).toMatch(/^[0-5]$/);
  });

  test('writes a call of os.system down and makes it not', () => {
    const marker = `/tmp/fastsam-pickle-executed-${process.pid}`;
    const { value } = unpickle(pickled(call(global('os', 'system'), `touch ${marker}`)));
    expect(value).toBeInstanceOf(PickleObject);
    expect(value).toMatchObject({ callable: { module: 'os', name: 'system' }, args: [`touch ${marker}`], state: null });
    expect(existsSync(marker)).toBe(false);
  });

  test('keeps names such as __proto__ away from prototypes', () => {
    const polluted = new Map<Picklable, Picklable>([
      ['__proto__', new Map<Picklable, Picklable>([['polluted', true]])],
    ]);
    const { value } = unpickle(pickled(instance('a', '__proto__', polluted)));
    expect((value as PickleObject).className).toBe('__proto__');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('survives values that contain themselves', () => {
    const list = valueOf(']', op('q'), 0, 'h', 0, 'a') as PickleValue[];
    expect(list[0]).toBe(list);
    const dict = valueOf('}', op('q'), 0, 'K', 1, 'h', 0, 's') as Map<PickleValue, PickleValue>;
    expect(dict.get(1)).toBe(dict);
    const tupleInList = valueOf(']', op('q'), 0, 'h', 0, 0x85, 'a') as PickleValue[];
    expect((tupleInList[0] as PickleTuple).items[0]).toBe(tupleInList);
  });

  test('reads BINFLOAT big-endian and BININT little-endian and signed', () => {
    expect(valueOf('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)).toBe(1.5);
    expect(unpickle(Uint8Array.of(0x80, 2, op('J'), 0xfe, 0xff, 0xff, 0xff, op('.'))).value).toBe(-2);
  });

  test('collects persistent ids and says where the next pickle starts', () => {
    const one = pickled(persistent(tuple('storage', 7)));
    const bytes = Uint8Array.from([...one, ...pickled('next')]);
    const { persistentIds, end, value } = unpickle(bytes);
    expect(persistentIds).toEqual([new PersistentId(new PickleTuple(['storage', 7]))]);
    expect(value).toBe(persistentIds[0]);
    expect(end).toBe(one.length);
    expect(unpickle(bytes, end).value).toBe('next');
  });

  test('reads the remaining opcodes of protocols 4 and 5', () => {
    expect(valueOf(0x8f, '(K', 1, 'K', 2, 0x90)).toEqual(new Set([1, 2]));
    expect(valueOf('(K', 1, 0x91)).toEqual(new Set([1]));
    expect(valueOf(0x8c, 1, 'm', 0x8c, 1, 'n', 0x93)).toEqual(new PickleGlobal('m', 'n'));
    expect(valueOf('ca\nb\n)}', 0x92)).toMatchObject({ callable: { name: 'b' }, args: [], keywords: new Map() });
    expect(valueOf(0x96, 2, 0, 0, 0, 0, 0, 0, 0, 'xy')).toEqual(new TextEncoder().encode('xy'));
    expect(valueOf('NK', 1, '20', '0')).toBeNull();
    expect(valueOf('N(K', 1, 'K', 2, '1')).toBeNull();
  });

  test('reads the quoted strings of Python 2', () => {
    expect(valueOf("S'a\\n\\x41\\\\'\n")).toBe('a\nA\\');
    expect(valueOf('U', 2, 'ab')).toBe('ab');
    expect(unpickle(Uint8Array.of(0x80, 2, op('U'), 1, 0xe4, op('.'))).value).toBe('ä');
    expect(valueOf('L12345678901234567890L\n')).toBe(12345678901234567890n);
  });

  test('refuses every truncation of a pickle', () => {
    const bytes = pickled(new Map<Picklable, Picklable>([['a', call(global('m', 'n'), 1, 'x', 2 ** 40, 0.5)]]));
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => unpickle(bytes.subarray(0, length))).code).toBe('INVALID_CHECKPOINT');
    }
  });

  test.each([
    ['an unknown opcode', [0xff]],
    ['a stack that is empty', ['0']],
    ['a mark that is missing', ['t']],
    ['a memo entry that is missing', ['h', 9]],
    ['a value taken from below a mark', ['N(', 0x85]],
    ['items added to a number', ['K', 1, 'Na']],
    ['entries set in a list', [']NNs']],
    ['a key without a value', ['}(Nu']],
    ['a call without a tuple', ['NNR']],
    ['a state for a list', [']Nb']],
    ['a string longer than the file', ['X', 0x7f, 0x7f, 0x7f, 0x7f]],
    ['an integer of a megabyte', [0x8b, 0, 0, 16, 0]],
    ['a line without an end', ['cos']],
    ['an integer in words', ['Iten\n']],
    ['a string without quotes', ['Sabc\n']],
    ['a class named by numbers', ['K', 1, 'K', 1, 0x93]],
  ])('refuses %s', (_, opcodes) => {
    expect(errorOf(() => valueOf(...opcodes)).code).toBe('INVALID_CHECKPOINT');
  });

  test.each([
    ['an extension code', [0x82, 1]],
    ['an out-of-band buffer', [0x97]],
    ['a protocol of the future', [0x80, 6]],
  ])('does not support %s', (_, opcodes) => {
    expect(errorOf(() => valueOf(...opcodes)).code).toBe('UNSUPPORTED_CHECKPOINT');
  });

  test.each([
    ['marks', new Uint8Array(PICKLE_LIMITS.marks + 1).fill(op('('))],
    ['values on the stack', new Uint8Array(PICKLE_LIMITS.stack + 1).fill(op('N'))],
    ['opcodes', Uint8Array.from({ length: PICKLE_LIMITS.opcodes + 1 }, (_, i) => op(i % 2 === 0 ? 'N' : '0'))],
    ['memo entries', Uint8Array.from({ length: PICKLE_LIMITS.memo + 2 }, (_, i) => (i === 0 ? op('N') : 0x94))],
  ])('ends at too many %s', (_, bytes) => {
    expect(errorOf(() => unpickle(bytes)).code).toBe('INVALID_CHECKPOINT');
  });

  const size = (length: number) => [...new Uint8Array(Uint32Array.of(length).buffer)];
  const text = (length: number) => [0x58, ...size(length), ...new Array<number>(length).fill(0x61)];
  test.each([
    ['a text beyond a megabyte', text(2 ** 20 + 1), /string of 1048577 bytes/],
    [
      'texts beyond 16 megabytes in all',
      Array.from({ length: 17 }, () => [...text(2 ** 20), 0x30]).flat(),
      /string of/,
    ],
    ['an integer of 65 bytes', [0x8a, 65, ...new Array<number>(65).fill(1)], /integer of 65 bytes/],
    ['a line without an end in sight', [0x49, ...new Array<number>(70_000).fill(0x31)], /no end of the text/],
    ['an integer of 200 digits', [0x49, ...new Array<number>(200).fill(0x31), 0x0a], /no integer/],
  ])('bounds %s', (_, opcodes, message) => {
    const error = errorOf(() => unpickle(Uint8Array.from([...opcodes, 0x2e])));
    expect([error.code, error.message]).toEqual(['INVALID_CHECKPOINT', expect.stringMatching(message)]);
  });

  test('takes what lies on the bounds', () => {
    expect(unpickle(Uint8Array.from([...text(2 ** 20), 0x2e])).value).toHaveLength(2 ** 20);
    expect(unpickle(Uint8Array.from([0x8a, 64, 5, ...new Array<number>(63).fill(0), 0x2e])).value).toBe(5);
  });
});
