import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { cleanUp, close, dilate, erode, open } from '../../src/mask/morphology.js';
import {
  connectedComponents,
  fillHoles,
  holes,
  largestComponent,
  largestContour,
  removeSmallRegions,
} from '../../src/mask/regions.js';
import { decodeRle, encodeRle } from '../../src/mask/rle.js';
import { equals, shrinkWindow, union } from '../../src/mask/setOps.js';
import { maskOf, randomMasks } from '../support/masks.js';
import { codeOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';

interface Golden {
  size: [number, number];
  counts: string;
  results: Record<'erode' | 'dilate' | 'open' | 'close', Record<string, string>>;
  cleaned: string;
  components: Record<'4' | '8', number[][]>;
}
const golden = readGolden<Golden[]>('morphology/morphology.json.gz').map((g, i) => ({ ...g, i }));
const operations = { erode, dilate, open, close };

describe('morphology of hand-worked masks', () => {
  test('spreads an even kernel further to the right of a pixel, because its anchor lies right of its middle', () => {
    expect(dilate(maskOf('..........', '.....#....'), { width: 4, height: 1 })).toEqualMask('..........', '....####..');
  });

  test('does not eat at the border of the image', () => {
    expect(erode(maskOf('####', '####', '..##'), 3)).toEqualMask('####', '...#', '...#');
  });

  test('moves nothing with a kernel of one pixel', () => {
    const mask = maskOf('#.#', '.#.');
    for (const operation of Object.values(operations)) expect(operation(mask, 1)).toEqualMask(mask);
  });

  test.each([0, -1, 1.5, NaN])('refuses a kernel of %d', (side) => {
    expect(codeOf(() => dilate(maskOf('#'), side))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => erode(maskOf('#'), { width: 3, height: side }))).toBe('INVALID_ARGUMENT');
  });

  test('leaves an empty mask empty', () => {
    for (const operation of Object.values(operations)) expect(operation(Mask.empty(5, 4), 3).area).toBe(0);
  });
});

describe('morphology against cv2', () => {
  test.each(golden)('mask $i of $size', ({ size, counts, results, cleaned }) => {
    // Both in the whole grid's window and in the tight one: the border of a window is not that of the grid.
    const small = decodeRle({ size, counts });
    const whole = Mask.fromBitmap(small.toBitmap(), size[1], size[0]);
    for (const mask of [small, whole]) {
      for (const [name, operation] of Object.entries(operations)) {
        for (const [sides, expected] of Object.entries(results[name as keyof typeof results])) {
          const [width, height] = sides.split('x').map(Number);
          expect(`${name} ${sides} ${encodeRle(operation(mask, { width, height })).counts}`).toBe(
            `${name} ${sides} ${expected}`,
          );
        }
      }
      expect(encodeRle(cleanUp(mask)).counts).toBe(cleaned);
    }
  });
});

describe('morphology properties', () => {
  const side = fc.integer({ min: 1, max: 40 });

  test('with odd kernels opening and closing twice change nothing more, one only takes away, one only adds', () => {
    fc.assert(
      fc.property(randomMasks([70, 45]), side, side, (mask, a, b) => {
        const kernel = { width: a | 1, height: b | 1 };
        const opened = open(mask, kernel);
        const closed = close(mask, kernel);
        expect(open(opened, kernel)).toEqualMask(opened);
        expect(close(closed, kernel)).toEqualMask(closed);
        expect(union(opened, mask)).toEqualMask(mask);
        expect(union(mask, closed)).toEqualMask(closed);
      }),
      { numRuns: 50 },
    );
  });
});

describe('regions', () => {
  test.each(golden)('components of mask $i of $size as cv2 counts them', ({ size, counts, components }) => {
    const mask = decodeRle({ size, counts });
    for (const connectivity of [4, 8] as const) {
      const found = connectedComponents(mask, connectivity).map((m) => [m.x, m.y, m.width, m.height, m.area]);
      found.sort((a, b) => a.map((v, i) => v - b[i]).find((d) => d !== 0) ?? 0);
      expect(found).toEqual(components[connectivity]);
    }
  });

  const islands = maskOf(
    '##......####', //
    '##......#..#',
    '..#.###.#..#',
    '....###.####',
    '....###.....',
  );

  test('join over corners or not', () => {
    expect(connectedComponents(islands, 8).map((m) => m.area)).toEqual([5, 12, 9]);
    expect(connectedComponents(islands, 4).map((m) => m.area)).toEqual([4, 12, 1, 9]);
  });

  test('keep the most pixels, or the largest outline with its holes closed', () => {
    const ring = maskOf('###..##', '#.#..##', '###..##', '.....##', '.....##');
    expect(largestComponent(ring).area).toBe(10);
    expect(largestContour(ring).area).toBe(10);
    expect(largestContour(maskOf('#####.##', '#...#.##', '#...#.##', '#####.##')).area).toBe(20);
    expect(largestContour(Mask.empty(3, 3)).area).toBe(0);
    expect(largestComponent(Mask.empty(3, 3)).area).toBe(0);
  });

  test('close holes up to a size, never bays', () => {
    const mask = maskOf('#######', '#.#..#.', '#######');
    expect(holes(mask).area).toBe(3);
    expect(fillHoles(mask)).toEqualMask('#######', '######.', '#######');
    expect(fillHoles(mask, 1)).toEqualMask('#######', '###..#.', '#######');
  });

  test('count a background that touches only over a corner as a hole', () => {
    expect(holes(maskOf('.##.', '#..#', '.##.')).area).toBe(2);
  });

  test('drop the small ones', () => {
    expect(connectedComponents(removeSmallRegions(islands, 9)).map((m) => m.area)).toEqual([12, 9]);
    expect(removeSmallRegions(islands, 1)).toBe(islands);
    expect(removeSmallRegions(islands, 100).area).toBe(0);
  });

  test('make up the mask again', () => {
    fc.assert(
      fc.property(randomMasks([66, 30]), (mask) => {
        const parts = connectedComponents(mask);
        expect(parts.reduce((n, part) => n + part.area, 0)).toBe(mask.area);
        expect(equals(parts.reduce(union, Mask.empty(66, 30)), shrinkWindow(mask))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
