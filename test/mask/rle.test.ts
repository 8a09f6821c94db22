import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { decodeRle, encodeCounts, encodeRle, rleArea, rleBox } from '../../src/mask/rle.js';
import { compressRle, expandRle, rleIou, rleMerge } from '../../src/mask/rleCounts.js';
import { packCounts, unpackCounts } from '../../src/mask/rleString.js';
import { boundingBox, iou } from '../../src/mask/setOps.js';
import { maskOf, randomMasks, maskInWindow, maskOfRuns } from '../support/masks.js';
import { codeOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';

interface Golden {
  cases: {
    size: [number, number];
    rows: number[];
    counts: string;
    plain: number[] | null;
    area: number;
    box: [number, number, number, number];
  }[];
  triples: {
    size: [number, number];
    counts: string[];
    union: string;
    intersection: string;
    iou: number[][];
    crowd: number[][];
  }[];
}
const golden = readGolden<Golden>('rle/rle.json.gz');

describe('RLE of hand-worked masks', () => {
  test('runs down the columns, zeros first', () => {
    const mask = maskOf(
      '.#', //
      '##',
      '..',
    );
    expect(encodeCounts(mask)).toEqual({ size: [3, 2], counts: [1, 1, 1, 2, 1] });
    expect(encodeRle(mask)).toEqual({ size: [3, 2], counts: '11110' });
  });

  test('joins a run that goes on at the top of the next column', () => {
    expect(encodeCounts(maskOf('.#', '.#', '#.')).counts).toEqual([2, 3, 1]);
  });

  test('begins with an empty run of zeros where the first pixel is set', () => {
    expect(encodeCounts(maskOf('#.')).counts).toEqual([0, 1, 1]);
    expect(encodeCounts(maskOf('##')).counts).toEqual([0, 2]);
  });

  test('is one run of zeros for an empty mask', () => {
    expect(encodeRle(Mask.empty(7, 5))).toEqual({ size: [5, 7], counts: 'S1' });
  });

  test('counts in the whole grid for a mask in a window', () => {
    const mask = maskInWindow([10, 6], [4, 2, 3, 2], () => true);
    expect(encodeCounts(mask).counts).toEqual([26, 2, 4, 2, 4, 2, 20]);
    expect(rleBox(encodeCounts(mask))).toEqual([4, 2, 3, 2]);
  });

  test('packs differences to the number two before, in signed groups of 5 bits', () => {
    expect(packCounts([35])).toBe('S1');
    expect(packCounts([15, 16, 1, 15])).toBe('?`01O');
    expect(unpackCounts('?`01O')).toEqual([15, 16, 1, 15]);
    expect(unpackCounts(packCounts([0, 70000, 3, 2 ** 31 - 1, 5]))).toEqual([0, 70000, 3, 2 ** 31 - 1, 5]);
  });
});

describe('RLE against pycocotools', () => {
  test.each(golden.cases.map((c, i) => ({ ...c, i })))('mask $i of $size encodes and decodes', (c) => {
    const [height, width] = c.size;
    const mask = maskOfRuns(c.rows, width, height);
    expect(encodeRle(mask)).toEqual({ size: c.size, counts: c.counts });
    if (c.plain) expect(encodeCounts(mask).counts).toEqual(c.plain);
    expect(decodeRle({ size: c.size, counts: c.counts })).toEqualMask(mask);
    expect(rleArea({ size: c.size, counts: c.counts })).toBe(c.area);
    expect(rleBox({ size: c.size, counts: c.counts })).toEqual(c.box);
  });

  test.each(golden.triples.map((t, i) => ({ ...t, i })))('merges and compares triple $i', (t) => {
    const rles = t.counts.map((counts) => ({ size: t.size, counts }));
    expect(rleMerge(rles).counts).toBe(t.union);
    expect(rleMerge(rles, 'intersection').counts).toBe(t.intersection);
    expect(rles.map((a) => rles.map((b) => rleIou(a, b)))).toBeAllclose(t.iou, { atol: 5e-15 });
    expect(rles.map((a) => rles.map((b) => rleIou(a, b, true)))).toBeAllclose(t.crowd, { atol: 5e-15 });
  });
});

describe('RLE from outside', () => {
  test.each([
    ['a character below the alphabet', '/'],
    ['a character above the alphabet', 'p'],
    ['a character beyond Latin-1', '\u{1F600}'],
    ['a string that ends inside a number', 'S'],
    ['a number without end', 'o'.repeat(1000)],
    ['a negative first run', 'O'],
    ['a sum that is too small', '11110'.slice(0, 3)],
    ['a sum that is too large', 'S1'],
    ['nothing', ''],
  ])('refuses %s', (_, counts) => {
    expect(codeOf(() => decodeRle({ size: [3, 2], counts }))).toBe('INVALID_ARGUMENT');
  });

  test.each([
    [[2 ** 30, 2 ** 30]],
    [[2 ** 31 - 1, 1]],
    [[-3, -2]],
    [[1.5, 4]],
    [[NaN, 1]],
    [[3]],
    ['3,2'],
    [undefined],
  ])('refuses the size %j', (size) => {
    const rle = { size: size as unknown as [number, number], counts: '11110' };
    for (const call of [decodeRle, rleArea, rleBox, expandRle])
      expect(codeOf(() => call(rle))).toBe('INVALID_ARGUMENT');
  });

  test.each([[[1, -1, 6]], [[1.5, 4.5]], [['6']], [[Infinity]], [[NaN]], [42], [null]])(
    'refuses the plain counts %j',
    (counts) => {
      const rle = { size: [3, 2] as const, counts: counts as unknown as number[] };
      expect(codeOf(() => decodeRle(rle))).toBe('INVALID_ARGUMENT');
    },
  );

  test('refuses to merge or compare masks of different sizes, and to merge none', () => {
    const a = encodeRle(maskOf('#.'));
    const b = encodeRle(maskOf('#', '.'));
    expect(codeOf(() => rleIou(a, b))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => rleMerge([a, b]))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => rleMerge([]))).toBe('INVALID_ARGUMENT');
  });

  test('never throws anything but INVALID_ARGUMENT on random strings', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (counts) => {
        expect(['INVALID_ARGUMENT', 'nothing thrown']).toContain(codeOf(() => decodeRle({ size: [9, 11], counts })));
      }),
    );
  });

  test('accepts empty runs in the middle', () => {
    expect(decodeRle({ size: [1, 6], counts: [1, 1, 0, 1, 3] })).toEqualMask('.##...');
  });
});

describe('RLE properties', () => {
  const grid = [83, 71] as const;

  test('decodes what it encodes, in the smallest window', () => {
    fc.assert(
      fc.property(randomMasks(grid), (mask) => {
        const rle = encodeRle(mask);
        const back = decodeRle(rle);
        expect(back).toEqualMask(mask);
        expect([back.x, back.y, back.x + back.width, back.y + back.height]).toEqual(boundingBox(mask));
        expect(compressRle(expandRle(rle))).toEqual(rle);
        expect(rleArea(rle)).toBe(mask.area);
      }),
      { numRuns: 60 },
    );
  });

  test('compares runs as it compares bits', () => {
    fc.assert(
      fc.property(randomMasks(grid), randomMasks(grid), (a, b) => {
        const [ra, rb] = [encodeRle(a), encodeRle(b)];
        expect(rleIou(ra, rb)).toBe(iou(a, b));
      }),
      { numRuns: 60 },
    );
  });
});
