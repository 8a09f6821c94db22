import { describe, expect, test } from 'vitest';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import type { WeightTensor } from '../../src/weights/tensor.js';
import { torchLegacy, torchZip } from '../../tools/fuzz/checkpointArchive.js';
import {
  call,
  global,
  memoized,
  moduleOf,
  persistent,
  pickled,
  raw,
  recalled,
  tensor,
  tuple,
  type Picklable,
} from '../../tools/fuzz/pickleWriter.js';
import { rejectionOf } from '../support/errors.js';

const FLOATS = new Uint8Array(new Float32Array([0, 1, 2, 3, 4, 5]).buffer);
const SIX = { kind: 'FloatStorage', key: '0', count: 6 };
const WEIGHT = tensor(SIX, [6], [1]);
const HOOKS = call(global('collections', 'OrderedDict'));
const STORAGE = persistent(tuple('storage', global('torch', 'FloatStorage'), '0', 'cuda:0', 6));

interface Options {
  byteorder?: string;
  storage?: Uint8Array;
}

/** Reads a state_dict of one tensor over the storage 0 … 5. */
async function read(
  record: Picklable,
  { byteorder, storage = FLOATS }: Options = {},
): Promise<WeightTensor | undefined> {
  const pickle = pickled(new Map([['w', record]]));
  const options = byteorder === undefined ? {} : { byteorder };
  return (await readCheckpoint(torchZip(pickle, { '0': storage }, options))).tensors.get('w');
}

async function values(record: Picklable, options?: Options): Promise<number[]> {
  return [...((await read(record, options))?.toFloat32() ?? [])];
}

function rebuilt(name: string, ...args: Picklable[]): Picklable {
  return call(global('torch._utils', name), ...args);
}

describe('tensors of torch files', () => {
  test('honours strides and offsets', async () => {
    expect(await values(tensor(SIX, [2, 3], [3, 1]))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await values(tensor(SIX, [3, 2], [1, 3]))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await values(tensor(SIX, [2, 2], [2, 1], 2))).toEqual([2, 3, 4, 5]);
    expect(await values(tensor(SIX, [2, 1, 2], [2, 99, 1], 1))).toEqual([1, 2, 3, 4]);
    expect(await values(tensor(SIX, [], [], 4))).toEqual([4]);
    expect(await values(tensor(SIX, [2, 2], [0, 1], 1))).toEqual([1, 2, 1, 2]);
    expect(await values(tensor(SIX, [0, 3], [3, 1]))).toEqual([]);
  });

  test('does not copy aligned float32', async () => {
    const bytes = torchZip(pickled(new Map([['w', WEIGHT]])), { '0': FLOATS });
    // Moves the archive in memory until the storage lies at a multiple of 4, as torch's padding has it.
    const shared = await Promise.all(
      [0, 1, 2, 3].map(async (shift) => {
        const room = new Uint8Array(bytes.length + 4);
        room.set(bytes, shift);
        const values = (await readCheckpoint(room.subarray(shift, shift + bytes.length))).tensors.get('w')?.toFloat32();
        expect([...(values ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
        return values?.buffer === room.buffer;
      }),
    );
    expect(shared.filter(Boolean)).toHaveLength(1);
  });

  test.each([
    ['_rebuild_tensor', rebuilt('_rebuild_tensor', STORAGE, 1, tuple(2), tuple(1))],
    ['_rebuild_tensor_v2', rebuilt('_rebuild_tensor_v2', STORAGE, 1, tuple(2), tuple(1), false, HOOKS)],
    [
      '_rebuild_tensor_v2 with metadata',
      rebuilt('_rebuild_tensor_v2', STORAGE, 1, tuple(2), tuple(1), false, HOOKS, null),
    ],
    [
      '_rebuild_tensor_v3',
      rebuilt(
        '_rebuild_tensor_v3',
        persistent(tuple('storage', global('torch.storage', 'UntypedStorage'), '0', 'cpu', 24)),
        ...[1, tuple(2), tuple(1), false, HOOKS, global('torch', 'float32')],
      ),
    ],
    ['_rebuild_parameter', rebuilt('_rebuild_parameter', tensor(SIX, [2], [1], 1), true, HOOKS)],
    [
      '_rebuild_parameter_with_state',
      rebuilt('_rebuild_parameter_with_state', tensor(SIX, [2], [1], 1), true, HOOKS, null),
    ],
    [
      '_rebuild_from_type_v2',
      call(
        global('torch._tensor', '_rebuild_from_type_v2'),
        ...[global('torch._utils', '_rebuild_tensor'), global('x', 'Sub'), tuple(STORAGE, 1, tuple(2), tuple(1)), null],
      ),
    ],
    ['torch.Size as size', rebuilt('_rebuild_tensor', STORAGE, 1, call(global('torch', 'Size'), [2]), tuple(1))],
    ['a storage view of old', rebuilt('_rebuild_tensor', viewOf(1, 2), 0, tuple(2), tuple(1))],
  ] as [string, Picklable][])('rebuilds by %s', async (_, record) => {
    expect(await values(record)).toEqual([1, 2]);
  });

  test('swaps big-endian storages', async () => {
    const swapped = Uint8Array.from(FLOATS, (_, i) => FLOATS[i - (i % 4) + 3 - (i % 4)]);
    expect(await values(WEIGHT, { byteorder: 'big', storage: swapped })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await values(WEIGHT, { byteorder: 'little' })).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await rejectionOf(() => read(WEIGHT, { byteorder: 'middle' }))).message).toContain('byteorder');
  });

  test.each([
    ['more elements than the storage', tensor(SIX, [7], [1])],
    ['an offset at the end', tensor(SIX, [1], [1], 6)],
    ['an offset that moves the end out', tensor(SIX, [2, 3], [3, 1], 1)],
    ['a stride that leaves the storage', tensor(SIX, [2, 3], [4, 1])],
    ['a negative size', tensor(SIX, [-1], [1])],
    ['a negative stride', tensor(SIX, [2], [-1], 1)],
    ['a negative offset', tensor(SIX, [2], [1], -1)],
    ['half an offset', tensor(SIX, [2], [1], 0.5)],
    ['sizes whose product overflows', tensor(SIX, [2 ** 31, 2 ** 31, 2 ** 31], [0, 0, 0])],
    ['terabytes made of one element', tensor(SIX, [2 ** 40], [0])],
    ['fewer strides than sizes', tensor(SIX, [2, 3], [1])],
    ['too many dimensions', tensor(SIX, Array<number>(17).fill(1), Array<number>(17).fill(1))],
    ['a storage longer than its bytes', tensor({ ...SIX, count: 7 }, [6], [1])],
    ['a storage that is absent', tensor({ ...SIX, key: '1' }, [6], [1])],
    ['a storage outside the archive', tensor({ ...SIX, key: '../version' }, [6], [1])],
    ['no storage', rebuilt('_rebuild_tensor', null, 0, tuple(1), tuple(1))],
    ['parameters in parameters', wrapped(10)],
  ] as [string, Picklable][])('refuses %s', async (_, record) => {
    expect((await rejectionOf(() => read(record))).code).toBe('INVALID_CHECKPOINT');
  });

  test.each([
    ['quantised tensors', rebuilt('_rebuild_qtensor', STORAGE, 0, tuple(1), tuple(1))],
    ['sparse tensors', rebuilt('_rebuild_sparse_tensor', null)],
    ['complex storages', tensor({ ...SIX, kind: 'ComplexFloatStorage' }, [2], [1])],
  ] as [string, Picklable][])('does not support %s', async (_, record) => {
    expect((await rejectionOf(() => read(record))).code).toBe('UNSUPPORTED_CHECKPOINT');
  });

  test('refuses many large tensors over one small storage', async () => {
    const entries = Array.from({ length: 40 }, (_, i): [string, Picklable] => [`w${i}`, tensor(SIX, [60_000], [0])]);
    const bytes = torchZip(pickled(new Map(entries)), { '0': FLOATS });
    expect((await rejectionOf(() => readCheckpoint(bytes))).message).toContain('refused');
  });
});

describe('modules that loop or multiply', () => {
  const inZip = (object: Picklable): Uint8Array => torchZip(pickled(object), { '0': FLOATS });

  test('ends at a module that is its own child', async () => {
    // The instance goes into the memo before its state, which refers to it, is set.
    const looped = raw(
      'cnowhere\nModule\n)',
      0x81,
      'q',
      7,
      '}X',
      8,
      0,
      0,
      0,
      '_modules}X',
      1,
      0,
      0,
      0,
      'm',
      'h',
      7,
      'ssb',
    );
    expect((await rejectionOf(() => readCheckpoint(inZip(looped)))).message).toContain('nest');
  });

  test('ends at modules that hold the one below ten times, ten levels deep', async () => {
    let level: Picklable = memoized(100, moduleOf([['w', WEIGHT]]));
    for (let i = 0; i < 10; i++) {
      const inner = level;
      const index = 100 + i;
      const child = (k: number): [string, Picklable] => [String(k), k === 0 ? inner : recalled(index)];
      level = memoized(
        index + 1,
        moduleOf(
          [],
          Array.from({ length: 10 }, (_, k) => child(k)),
        ),
      );
    }
    expect((await rejectionOf(() => readCheckpoint(inZip(level)))).message).toContain('refused');
  });

  test('refuses names without end', async () => {
    const bytes = inZip(moduleOf([['n'.repeat(600), WEIGHT]]));
    expect((await rejectionOf(() => readCheckpoint(bytes))).message).toContain('600 characters');
  });
});

describe('files of torch before 1.6', () => {
  const object = pickled(new Map([['w', WEIGHT]]));

  test('reads storages one behind the other', async () => {
    const { format, tensors } = await readCheckpoint(torchLegacy(object, [{ key: '0', count: 6, bytes: FLOATS }]));
    expect(format).toBe('torch-legacy');
    expect([...(tensors.get('w')?.toFloat32() ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each([
    ['more elements than there are bytes', [{ key: '0', count: 7, bytes: FLOATS }]],
    ['a count beyond every file', [{ key: '0', count: 2 ** 52, bytes: FLOATS }]],
    ['fewer elements than the tensor says', [{ key: '0', count: 5, bytes: FLOATS }]],
    ['a storage that nobody uses', [{ key: '9', count: 6, bytes: FLOATS }]],
    ['no storage', []],
  ])('refuses %s', async (_, storages) => {
    expect((await rejectionOf(() => readCheckpoint(torchLegacy(object, storages)))).code).toBe('INVALID_CHECKPOINT');
  });
});

/** The part of a storage that torch before 0.4 recorded. */
function viewOf(offset: number, count: number): Picklable {
  return persistent(tuple('storage', global('torch', 'FloatStorage'), '0', 'cpu', 6, tuple('0.1', offset, count)));
}

function wrapped(depth: number): Picklable {
  let record: Picklable = WEIGHT;
  for (let i = 0; i < depth; i++) record = rebuilt('_rebuild_parameter', record, false, HOOKS);
  return record;
}
