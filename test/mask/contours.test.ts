import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contourArea, traceContours, type Contour } from '../../src/mask/contours.js';
import { labelRuns } from '../../src/mask/components.js';
import { Mask } from '../../src/mask/mask.js';
import { decodeRle } from '../../src/mask/rle.js';
import { readGolden } from '../support/golden.js';
import { maskOf, randomMasks, maskInWindow } from '../support/masks.js';

interface Found {
  points: number[][];
  hierarchy: number[];
  areas: number[];
}
const golden =
  readGolden<{ size: [number, number]; counts: string; found: Record<string, Found> }[]>('contours/contours.json.gz');

describe('contours of hand-worked masks', () => {
  test('go down first around a rectangle, corners only', () => {
    const [contour] = traceContours(maskOf('.....', '.###.', '.###.', '.....'));
    expect(Array.from(contour.points)).toEqual([1, 1, 1, 2, 3, 2, 3, 1]);
    expect(contourArea(contour.points)).toBe(2);
  });

  test('run along the pixels around a hole', () => {
    const contours = traceContours(maskOf('###', '#.#', '###'));
    expect(contours.map(({ hole, parent }) => [hole, parent])).toEqual([
      [false, -1],
      [true, 0],
    ]);
    expect(Array.from(contours[1].points)).toEqual([0, 1, 1, 0, 2, 1, 1, 2]);
  });

  test('are one point for one pixel, and none for none', () => {
    expect(traceContours(maskOf('..', '.#')).map((c) => Array.from(c.points))).toEqual([[1, 1]]);
    expect(traceContours(Mask.empty(4, 4))).toEqual([]);
  });

  test('are in the grid, wherever the window lies', () => {
    const mask = maskInWindow([200, 90], [70, 40, 65, 3], () => true);
    expect(Array.from(traceContours(mask)[0].points)).toEqual([70, 40, 70, 42, 134, 42, 134, 40]);
  });
});

/** OpenCV's hierarchy of contours: 4 numbers each, next, previous, first child, parent; -1 where there is none. */
function contourHierarchy(contours: readonly Contour[]): Int32Array {
  const hierarchy = new Int32Array(4 * contours.length).fill(-1);
  const last = new Map<number, number>();
  contours.forEach(({ parent }, i) => {
    const previous = last.get(parent);
    if (previous !== undefined) {
      hierarchy[4 * previous] = i;
      hierarchy[4 * i + 1] = previous;
    } else if (parent >= 0) {
      hierarchy[4 * parent + 2] = i;
    }
    hierarchy[4 * i + 3] = parent;
    last.set(parent, i);
  });
  return hierarchy;
}

describe('contours against cv2.findContours', () => {
  test.each(golden.map((g, i) => ({ ...g, i })))('mask $i of $size', ({ size, counts, found }) => {
    const mask = decodeRle({ size, counts });
    for (const [name, expected] of Object.entries(found)) {
      const [mode, approximation] = name.split(' ') as ['all' | 'external', 'simple' | 'none'];
      const contours = traceContours(mask, { mode, approximation });
      expect(contours.map((c) => Array.from(c.points))).toEqual(expected.points);
      expect(Array.from(contourHierarchy(contours))).toEqual(expected.hierarchy);
      expect(contours.map((c) => contourArea(c.points))).toEqual(expected.areas);
    }
  });
});

describe('contour properties', () => {
  test('one outer border for each connected component, and only pixels of the mask with a gap beside them', () => {
    fc.assert(
      fc.property(randomMasks([75, 40]), (mask) => {
        const contours = traceContours(mask, { approximation: 'none' });
        expect(contours.filter((c) => !c.hole)).toHaveLength(labelRuns(mask).areas.length);
        for (const { points } of contours) {
          for (let i = 0; i < points.length; i += 2) {
            const [x, y] = [points[i], points[i + 1]];
            expect(mask.has(x, y)).toBe(true);
            expect(mask.has(x - 1, y) && mask.has(x + 1, y) && mask.has(x, y - 1) && mask.has(x, y + 1)).toBe(false);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
