import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { polygonArea, simplifyPolygon, toPolygons, toSinglePolygon } from '../../src/mask/polygons.js';
import { decodeRle } from '../../src/mask/rle.js';
import { readGolden } from '../support/golden.js';
import { maskOf, maskInWindow } from '../support/masks.js';

interface Golden {
  polygons: {
    size: [number, number];
    counts: string;
    all: number[];
  }[];
}

describe('polygons', () => {
  test('keep each part with its holes, the largest part first', () => {
    const mask = maskOf(
      '##.......', //
      '##.#####.',
      '...#...#.',
      '...#...#.',
      '...#####.',
    );
    const polygons = toPolygons(mask);
    expect(polygons.map(({ outer, holes }) => [Array.from(outer), holes.length])).toEqual([
      [[3, 1, 3, 4, 7, 4, 7, 1], 1],
      [[0, 0, 0, 1, 1, 1, 1, 0], 0],
    ]);
    expect(Array.from(polygons[0].holes[0])).toEqual([3, 2, 4, 1, 6, 1, 7, 2, 7, 3, 6, 4, 4, 4, 3, 3]);
    expect(polygonArea(polygons[0])).toBe(4 * 3 - (4 * 3 - 4 * 0.5));
    expect(polygonArea(polygons[1])).toBe(1);
  });
});

describe('thinning out', () => {
  test('drops points within the tolerance and keeps the others', () => {
    const points = Int32Array.of(0, 0, 0, 10, 5, 11, 10, 10, 10, 0, 5, 4);
    expect(Array.from(simplifyPolygon(points, 1))).toEqual([0, 0, 0, 10, 10, 10, 10, 0, 5, 4]);
    expect(Array.from(simplifyPolygon(points, 0.5))).toEqual(Array.from(points));
    expect(simplifyPolygon(points, 0)).toBe(points);
  });

  test('stays within its tolerance on a circle', () => {
    const circle = maskInWindow([201, 201], [0, 0, 201, 201], (x, y) => Math.hypot(x - 100, y - 100) <= 95);
    const exact = toPolygons(circle)[0];
    const thin = toPolygons(circle, { tolerance: 2 })[0];
    expect(thin.outer.length).toBeLessThan(exact.outer.length / 3);
    expect(polygonArea(thin) / polygonArea(exact)).toBeGreaterThan(0.96);
    expect(polygonArea(thin) / polygonArea(exact)).toBeLessThan(1.001);
  });
});

describe('one polygon a mask', () => {
  const { polygons } = readGolden<Golden>('masks/masks.json.gz');

  test.each(polygons.map((p, i) => ({ ...p, i })))("equals Ultralytics' for mask $i of $size", (p) => {
    const mask = decodeRle(p);
    expect(Array.from(toSinglePolygon(mask))).toEqual(p.all);
  });

  test('is empty for a mask without pixels', () => {
    expect(toSinglePolygon(Mask.empty(4, 4))).toHaveLength(0);
  });
});
