import { describe, expect, test } from 'vitest';
import { Mask, popcount } from '../../src/mask/mask.js';
import { fillBits, lowBits, lowestBit, readBits, transpose32 } from '../../src/mask/bits.js';
import { maskOf, maskInWindow } from '../support/masks.js';
import { uniform } from '../support/random.js';

describe('a mask', () => {
  test('knows its pixels, its area and nothing outside', () => {
    const mask = maskInWindow([100, 50], [30, 20, 40, 3], (x, y) => x === 69 || y === 21);
    expect(mask.rowWords).toBe(2);
    expect(mask.area).toBe(42);
    expect([mask.has(69, 20), mask.has(30, 21), mask.has(30, 20), mask.has(70, 21), mask.has(-1, -1)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('packs and unpacks a bitmap, any number but 0 being inside', () => {
    const mask = Mask.fromBitmap([0, 255, 1, 0, 0, 7], 3, 2);
    expect(Array.from(mask.words)).toEqual([0b110, 0b100]);
    expect(Array.from(mask.toBitmap())).toEqual([0, 1, 1, 0, 0, 1]);
  });

  test('without pixels takes no memory', () => {
    expect(Mask.empty(4000, 3000).words).toHaveLength(0);
    expect(Mask.empty(4000, 3000).area).toBe(0);
    expect(maskOf('..').area).toBe(0);
  });
});

describe('bits', () => {
  test('are counted and found', () => {
    expect([0, 1, 0x80000000, 0xffffffff, -1, 0x55555555].map(popcount)).toEqual([0, 1, 1, 32, 32, 16]);
    expect([1, 0x80000000, 0x50, 0].map(lowestBit)).toEqual([0, 31, 4, 32]);
    expect([0, 1, 31, 32].map((n) => lowBits(n) >>> 0)).toEqual([0, 1, 0x7fffffff, 0xffffffff]);
  });

  test('are filled from and to any place', () => {
    const spans = [
      [0, 32],
      [5, 5],
      [3, 90],
      [31, 33],
      [64, 96],
      [40, 41],
    ];
    for (const [from, to] of spans) {
      const words = new Uint32Array(4);
      fillBits(words, 1, from, to);
      const set = Array.from({ length: 96 }, (_, i) => (words[1 + (i >> 5)] >>> (i & 31)) & 1);
      expect(set).toEqual(Array.from({ length: 96 }, (_, i) => (i >= from && i < to ? 1 : 0)));
      expect(words[0]).toBe(0);
    }
  });

  test('are read at any offset, 0 outside the row', () => {
    const words = Uint32Array.of(0xffffffff, 0x80000001, 0xf0000000, 0xffffffff);
    expect(readBits(words, 1, 2, 0) >>> 0).toBe(0x80000001);
    expect(readBits(words, 1, 2, 4) >>> 0).toBe(0x08000000);
    expect(readBits(words, 1, 2, 31) >>> 0).toBe(0xe0000001);
    expect(readBits(words, 1, 2, -1) >>> 0).toBe(2);
    expect(readBits(words, 1, 2, 60) >>> 0).toBe(0xf);
    expect([readBits(words, 1, 2, 64), readBits(words, 1, 2, -32), readBits(words, 1, 2, 999)]).toEqual([0, 0, 0]);
  });

  test('are transposed, and back', () => {
    const block = Int32Array.from(uniform(5, 32), (v) => v * 2 ** 31);
    const turned = block.slice();
    transpose32(turned);
    for (let r = 0; r < 32; r++) {
      for (let c = 0; c < 32; c++) expect((turned[c] >>> r) & 1).toBe((block[r] >>> c) & 1);
    }
    transpose32(turned);
    expect(turned).toEqual(block);
  });
});
