import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeToFloat32, elementReader, encodeHalf, floatToHalf, halfToFloat, swapBytes } from '../../src/weights/dtype.js';

describe('half precision', () => {
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0x8000, -0],
    [0xfc00, -Infinity],
    [0xc000, -2],
  ])('0x%s is %d, both ways', (bits, value) => {
    expect(halfToFloat(bits)).toBe(value);
    expect(floatToHalf(value)).toBe(bits);
  });

  it('keeps NaN', () => {
    expect(halfToFloat(0x7e01)).toBeNaN();
    expect(floatToHalf(NaN)).toBe(0x7e00);
  });

  it('encodes every half to itself', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToFloat(bits);
      if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
    }
  });

  it.each([
    ['a tie goes to the even neighbour below', 1 + 1 / 2048, 0x3c00],
    ['a tie goes to the even neighbour above', 1 + 3 / 2048, 0x3c02],
    ['beyond a tie goes up', 1 + 1.01 / 2048, 0x3c01],
    ['half the smallest subnormal goes to zero', 2 ** -25, 0],
    ['more than half of it stays', 2 ** -25 * 1.01, 1],
    ['the largest subnormal rounds up into the normals', 1023.5 * 2 ** -24, 0x0400],
    ['just below half a step beyond the largest stays', 65519.99, 0x7bff],
    ['half a step beyond the largest becomes infinite', 65520, 0x7c00],
  ])('%s', (_, value, bits) => {
    expect(floatToHalf(value)).toBe(bits);
  });

  it('rounds to no farther a half than the neighbours', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = floatToHalf(value);
        const error = Math.abs(halfToFloat(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7fff) < 0x7c00 && other >= 0) expect(error).toBeLessThanOrEqual(Math.abs(halfToFloat(other) - value));
        }
      }),
    );
  });
});

describe('decoding to float32', () => {
  const shifted = (bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes.length + 1);
    out.set(bytes, 1);
    return out.subarray(1);
  };

  it.each([
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

  it('takes any byte but 0 for true', () => {
    expect(decodeToFloat32('bool', new Uint8Array([0, 1, 7]), 3)).toEqual(new Float32Array([0, 1, 1]));
  });

  it('leaves aligned float32 where it is', () => {
    const source = new Float32Array([1, 2, 3]);
    expect(decodeToFloat32('float32', new Uint8Array(source.buffer), 3).buffer).toBe(source.buffer);
  });
});

describe('encoding and byte order', () => {
  it('writes halves little-endian', () => {
    expect([...encodeHalf(new Float32Array([1, -2]))]).toEqual([0x00, 0x3c, 0x00, 0xc0]);
  });

  it('reverses the bytes of each element in a copy', () => {
    const source = Buffer.from([1, 2, 3, 4]);
    expect([...swapBytes(source, 2)]).toEqual([2, 1, 4, 3]);
    expect([...swapBytes(source, 4)]).toEqual([4, 3, 2, 1]);
    expect([...source]).toEqual([1, 2, 3, 4]);
  });
});
