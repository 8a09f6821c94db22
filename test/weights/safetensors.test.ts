import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { writeSafetensors } from '../../src/weights/writeSafetensors.js';
import { readCheckpoint } from '../../src/weights/checkpoint.js';
import type { WeightDtype, WeightTensor } from '../../src/weights/tensor.js';
import { safetensorsFile } from '../../tools/fuzz/checkpointArchive.js';
import { errorOf } from '../support/errors.js';

function tensorOf(values: number[], shape: number[], dtype: WeightDtype = 'float32'): WeightTensor {
  return { dtype, shape, toFloat32: () => new Float32Array(values) };
}

function headerOf(bytes: Uint8Array): Record<string, { dtype: string; data_offsets: [number, number] }> {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as ReturnType<typeof headerOf>;
}

const ENTRY = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
const FOUR_BYTES = new Uint8Array(4);

describe('writeSafetensors', () => {
  const tensors = new Map([
    ['b', tensorOf([1, 2, 3], [3], 'float16')],
    ['a', tensorOf([0.1, 0.2], [2, 1])],
    ['c', tensorOf([70_000], [], 'float32')],
    ['d', tensorOf([5], [1], 'int64')],
  ]);

  test('lays the bytes out as the format says', () => {
    const bytes = writeSafetensors(new Map([['w', tensorOf([1, -2], [2], 'float16')]]), { k: 'v' });
    const json = '{"__metadata__":{"k":"v"},"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}';
    const header = json.padEnd(Math.ceil(json.length / 8) * 8);
    expect(Buffer.from(bytes.subarray(8, -4)).toString()).toBe(header);
    expect([...bytes.subarray(0, 8)]).toEqual([header.length, 0, 0, 0, 0, 0, 0, 0]);
    expect([...bytes.subarray(-4)]).toEqual([0x00, 0x3c, 0x00, 0xc0]);
  });

  test('keeps halves and writes everything else as float32, the wider type first', () => {
    const bytes = writeSafetensors(tensors);
    const header = headerOf(bytes);
    expect(Object.entries(header).map(([name, { dtype }]) => name + dtype)).toEqual(['aF32', 'cF32', 'dF32', 'bF16']);
    expect((bytes.length - 16 - 6) % 8).toBe(0);
    for (const [name, tensor] of readSafetensors(bytes).tensors) {
      expect(tensor.toFloat32()).toEqual(tensors.get(name)?.toFloat32());
      expect(tensor.shape).toEqual(tensors.get(name)?.shape);
    }
  });

  test('rounds to float16 when asked, but for tensors with values that do not fit', () => {
    const { tensors: back } = readSafetensors(writeSafetensors(tensors, {}, { dtype: 'float16' }));
    expect(back.get('a')?.dtype).toBe('float16');
    expect([...(back.get('a')?.toFloat32() ?? [])]).toEqual([0.0999755859375, 0.199951171875]);
    expect(back.get('c')?.dtype).toBe('float32');
    expect([...(back.get('c')?.toFloat32() ?? [])]).toEqual([70_000]);
  });

  test('widens when asked', () => {
    const { tensors: back } = readSafetensors(writeSafetensors(tensors, {}, { dtype: 'float32' }));
    expect([...back.values()].map(({ dtype }) => dtype)).toEqual(Array(4).fill('float32'));
  });

  test('refuses a tensor with the name of the metadata', () => {
    const { code } = errorOf(() => writeSafetensors(new Map([['__metadata__', tensorOf([1], [1])]])));
    expect(code).toBe('INVALID_ARGUMENT');
  });

  test('keeps odd names and metadata', () => {
    const names = ['__proto__', 'constructor', 'ü', '"quoted"', '7'];
    const bytes = writeSafetensors(new Map(names.map((name) => [name, tensorOf([1], [1])])), { ['__proto__']: 'x' });
    const { tensors: back, metadata } = readSafetensors(bytes);
    expect([...back.keys()].sort()).toEqual([...names].sort());
    expect(Object.getOwnPropertyDescriptor(metadata, '__proto__')?.value).toBe('x');
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });
});

describe('readSafetensors', () => {
  test('reads every type as views of the file', () => {
    const header =
      '{"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BOOL","shape":[],"data_offsets":[4,5]}}';
    const { tensors } = readSafetensors(safetensorsFile(header, Uint8Array.of(1, 0, 0xff, 0xff, 1)));
    expect([...tensors].map(([name, t]) => [name, t.dtype, ...t.toFloat32()])).toEqual([
      ['a', 'int16', 1, -1],
      ['b', 'bool', 1],
    ]);
  });

  test('takes names and imgsz from the metadata, where they make sense', async () => {
    const read = async (metadata: string): Promise<unknown> => {
      const { imgsz, names } = await readCheckpoint(
        safetensorsFile(`{"__metadata__":${metadata},"w":${ENTRY}}`, FOUR_BYTES),
      );
      return { imgsz, names };
    };
    expect(await read('{"imgsz":"64","names":"{\\"0\\":\\"x\\"}"}')).toEqual({ imgsz: 64, names: { 0: 'x' } });
    expect(await read('{"imgsz":"big","names":"[1"}')).toEqual({ imgsz: undefined, names: undefined });
  });

  test.each([
    ['a header that is longer than the file', Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 0x7b)],
    ['a header of a gigabyte', Uint8Array.of(0, 0, 0, 0x40, 0, 0, 0, 0, 0x7b)],
    ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b)],
    ['no object', safetensorsFile('[]')],
    ['broken JSON', safetensorsFile('{"a":}')],
    ['an open string', safetensorsFile('{"a')],
    ['text that is no UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d)],
    ['a repeated name', safetensorsFile(`{"a":${ENTRY},"a":${ENTRY}}`, FOUR_BYTES)],
    ['a name repeated in disguise', safetensorsFile(`{"a":${ENTRY},"\\u0061":${ENTRY}}`, FOUR_BYTES)],
    [
      'a repeated field',
      safetensorsFile('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', FOUR_BYTES),
    ],
    ['deep nesting', safetensorsFile(`{"a":${'['.repeat(100_000)}`)],
    ['overlapping tensors', safetensorsFile(`{"a":${ENTRY},"b":${ENTRY}}`, FOUR_BYTES)],
    ['a hole', safetensorsFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', new Uint8Array(8))],
    ['data that nobody uses', safetensorsFile(`{"a":${ENTRY}}`, new Uint8Array(8))],
    ['data beyond the end', safetensorsFile(`{"a":${ENTRY}}`, new Uint8Array(3))],
    [
      'a shape that does not fit',
      safetensorsFile('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', FOUR_BYTES),
    ],
    ['a negative size', safetensorsFile('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', FOUR_BYTES)],
    [
      'a size that is no number',
      safetensorsFile('{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}', FOUR_BYTES),
    ],
    ['offsets in reverse', safetensorsFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', FOUR_BYTES)],
    ['an entry that is no record', safetensorsFile('{"a":7}')],
    ['metadata that is no text', safetensorsFile('{"__metadata__":{"a":1}}')],
  ])('refuses %s', (_, bytes) => {
    expect(errorOf(() => readSafetensors(bytes)).code).toBe('INVALID_CHECKPOINT');
  });

  test('does not support 8-bit floats', () => {
    const bytes = safetensorsFile('{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}', FOUR_BYTES);
    expect(errorOf(() => readSafetensors(bytes)).code).toBe('UNSUPPORTED_CHECKPOINT');
  });
});
