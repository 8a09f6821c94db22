import { describe, expect, test } from 'vitest';
import { decodeToFloat32, elementReader, swapBytes } from '../../src/weights/dtype.js';

describe('decoding to float32', () => {
  const shifted = (bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes.length + 1);
    out.set(bytes, 1);
    return out.subarray(1);
  };

  test.each([
    ['float32', new Float32Array([1.5, -2])],
    ['float64', new Float64Array([1.5, -2])],
    ['int64', new BigInt64Array([3n, -4n])],
    ['uint64', new BigUint64Array([3n, 2n ** 40n])],
    ['int32', new Int32Array([3, -4])],
    ['uint32', new Uint32Array([3, 0xffffffff])],
    ['int16', new Int16Array([3, -4])],
    ['uint16', new Uint16Array([3, 65535])],
    ['int8', new Int8Array([3, -4])],
    ['uint8', new Uint8Array([3, 255])],
    ['bfloat16', new Uint16Array([0x3fc0, 0xc000])],
    ['float16', new Uint16Array([0x3e00, 0xc000])],
  ] as const)('%s, at even and odd addresses, in one go and one by one', (dtype, source) => {
    const floats = dtype === 'bfloat16' || dtype === 'float16' ? [1.5, -2] : Array.from(source, Number);
    const expected = new Float32Array(floats);
    const bytes = new Uint8Array(source.buffer);
    expect(decodeToFloat32(dtype, bytes, 2)).toEqual(expected);
    expect(decodeToFloat32(dtype, shifted(bytes), 2)).toEqual(expected);
    expect(decodeToFloat32(dtype, Buffer.from(shifted(bytes)), 2)).toEqual(expected);
    expect(Float32Array.from([0, 1], elementReader(dtype, shifted(bytes)))).toEqual(expected);
  });

  test('takes any byte but 0 for true', () => {
    expect(decodeToFloat32('bool', new Uint8Array([0, 1, 7]), 3)).toEqual(new Float32Array([0, 1, 1]));
  });

  test('leaves aligned float32 where it is', () => {
    const source = new Float32Array([1, 2, 3]);
    expect(decodeToFloat32('float32', new Uint8Array(source.buffer), 3).buffer).toBe(source.buffer);
  });
});

describe('byte order', () => {
  test('reverses the bytes of each element in a copy', () => {
    const source = Buffer.from([1, 2, 3, 4]);
    expect([...swapBytes(source, 2)]).toEqual([2, 1, 4, 3]);
    expect([...swapBytes(source, 4)]).toEqual([4, 3, 2, 1]);
    expect([...source]).toEqual([1, 2, 3, 4]);
  });
});
