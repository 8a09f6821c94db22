import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { halfToFloat, toBfloat16, toFloat16 } from '../../src/geometry/half.js';

const floatToHalf = (value: number): number => toFloat16(Float32Array.of(value))[0];

describe('half precision', () => {
  test.each([
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

  test('keeps NaN', () => {
    expect(halfToFloat(0x7e01)).toBeNaN();
    expect(floatToHalf(NaN)).toBe(0x7e00);
  });

  test('encodes every half to itself', () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(halfToFloat(bits)),
    );
    expect(toFloat16(Float32Array.from(all, halfToFloat))).toEqual(all);
  });

  test.each([
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

  test('rounds to no farther a half than the neighbours', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const bits = floatToHalf(value);
        const error = Math.abs(halfToFloat(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          if ((other & 0x7fff) < 0x7c00 && other >= 0)
            expect(error).toBeLessThanOrEqual(Math.abs(halfToFloat(other) - value));
        }
      }),
    );
  });
});

describe('bfloat16', () => {
  const bits16 = (...values: number[]) =>
    Array.from(toBfloat16(Float32Array.from(values)), (bits) => bits.toString(16));

  test('nearest, ties to even, NaN stays NaN', () => {
    expect(bits16(0, -0, 1, -2, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20)).toEqual(
      ['0', '8000', '3f80', 'c000', '3f80', '3f82', '3f81'], // 1 + 2^-8 lies half way
    );
    expect(bits16(Infinity, -Infinity, 3.4e38)).toEqual(['7f80', 'ff80', '7f80']);
    const [nan] = toBfloat16(new Float32Array(Uint32Array.of(0x7f800001).buffer));
    expect(nan & 0x7fff).toBeGreaterThan(0x7f80);
  });
});
