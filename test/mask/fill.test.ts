/** Outlines and strokes as masks, beside OpenCV's distances and the way back from outlines. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromRings, fromStroke } from '../../src/mask/fill.js';
import { toPolygons } from '../../src/mask/polygons.js';
import { equals } from '../../src/mask/setOps.js';
import { errorOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';
import { maskOf, maskOfRuns, randomMasks } from '../support/masks.js';

const { width, height, outlines, strokes } = readGolden<{
  readonly width: number;
  readonly height: number;
  readonly outlines: readonly { readonly points: number[]; readonly runs: number[] }[];
  readonly strokes: readonly { readonly points: number[]; readonly radius: number; readonly runs: number[] }[];
}>('fill/fill.json');

describe('outlines', () => {
  test.each(outlines)('are filled as cv2.pointPolygonTest says: %#', ({ points, runs }) => {
    expect(fromRings([points], width, height)).toEqualMask(maskOfRuns(runs, width, height));
  });

  test('along corners give the mask again, holes and parts too', () => {
    fc.assert(
      fc.property(randomMasks([70, 23]), (mask) => {
        const rings = toPolygons(mask, { along: 'corners' }).flatMap(({ outer, holes }) => [outer, ...holes]);
        expect(equals(fromRings(rings, 70, 23), mask)).toBe(true);
      }),
    );
  });

  test('twice the same is nothing, in both directions', () => {
    const ring = [1, 1, 6, 2, 3, 5];
    expect(fromRings([ring, [3, 5, 6, 2, 1, 1]], 8, 8).area).toBe(0);
  });

  test('outside the grid are cut off', () => {
    expect(fromRings([[-9, -9, 99, -9, 99, 99, -9, 99]], 5, 3).area).toBe(15);
    expect(fromRings([[2, 1, 99, 1, 99, 99, 2, 99]], 5, 3)).toEqualMask('.....', '..###', '..###');
    expect(fromRings([[9, 9, 12, 9, 12, 12]], 5, 3).area).toBe(0);
    expect(fromRings([], 5, 3).area).toBe(0);
  });

  test('that are none are refused', () => {
    const message = 'ring 0: got [1, 2, 3], expected pairs of finite numbers x, y: [x0, y0, x1, y1, …]';
    expect(errorOf(() => fromRings([[1, 2, 3]], 5, 3)).message).toBe(message);
    expect(errorOf(() => fromRings([[1, Infinity]], 5, 3)).message).toBe(
      'ring 0: got [1, Infinity], expected pairs of finite numbers x, y: [x0, y0, x1, y1, …]',
    );
  });
});

describe('strokes', () => {
  test.each(strokes)('cover what cv2.pointPolygonTest says is near: %#', ({ points, radius, runs }) => {
    expect(fromStroke(points, radius, width, height)).toEqualMask(maskOfRuns(runs, width, height));
  });

  test('of one point are a disc; a radius of half a pixel is a pixel', () => {
    expect(fromStroke([2.5, 2.5], 0.5, 5, 5)).toEqualMask(maskOf('.....', '.....', '..#..', '.....', '.....'));
    expect(fromStroke([2.5, 2.5], 1, 5, 5)).toEqualMask(maskOf('.....', '..#..', '.###.', '..#..', '.....'));
  });

  test('of no radius and no points are refused', () => {
    expect(errorOf(() => fromStroke([1, 1], 0, 5, 5)).message).toBe('radius: got 0, expected a number above 0');
    expect(errorOf(() => fromStroke([], 1, 5, 5)).message).toBe(
      'stroke: got [], expected pairs of finite numbers x, y: [x0, y0, x1, y1, …]',
    );
  });
});
