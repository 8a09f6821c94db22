/** Outlines along the corners of pixels, and masks that are moved. */
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { contourArea } from '../../src/mask/contours.js';
import type { Mask } from '../../src/mask/mask.js';
import { shift } from '../../src/mask/setOps.js';
import { toNormalisedPolygons, toPolygons, type Polygon } from '../../src/mask/polygons.js';
import { maskOf, randomMasks, rectMask, rowsOf } from '../support/masks.js';
import { goldenCases, goldenResults } from '../support/results.js';
import { readGolden } from '../support/golden.js';

type Parts = [filled: number, holes: number[]][];
const golden = readGolden<Record<string, Parts[]>>('results/outlines.json');
const corners = (mask: Mask): Polygon[] => toPolygons(mask, { along: 'corners' });

/** Pixels whose centre lies inside, by the even-odd rule: a ray to the left of each. */
function fill(polygons: readonly Polygon[], width: number, height: number): string[] {
  const rings = polygons.flatMap(({ outer, holes }) => [outer, ...holes]);
  const crossed = (x: number, y: number): number =>
    rings.reduce((sum, ring) => {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const upright = ring[i] === ring[j];
        const [low, high] = [Math.min(ring[i + 1], ring[j + 1]), Math.max(ring[i + 1], ring[j + 1])];
        if (upright && ring[i] < x + 0.5 && low < y + 0.5 && y + 0.5 < high) sum++;
      }
      return sum;
    }, 0);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => (crossed(x, y) % 2 === 1 ? '#' : '.')).join(''),
  );
}

describe('outlines along corners', () => {
  test('go around the pixels, holes the other way round', () => {
    const [part, island] = corners(maskOf('.......', '.#####.', '.#...#.', '.#.#.#.', '.#...#.', '.#####.', '.......'));
    expect([...part.outer]).toEqual([6, 1, 6, 6, 1, 6, 1, 1]);
    expect(part.holes.map((ring) => [...ring])).toEqual([[5, 5, 5, 2, 2, 2, 2, 5]]);
    expect([...island.outer]).toEqual([4, 3, 4, 4, 3, 4, 3, 3]);
    expect(island.holes).toEqual([]);
  });

  test('keep parts apart that touch at a corner, and join such holes', () => {
    expect(corners(maskOf('#.', '.#'))).toHaveLength(2);
    const [part] = corners(maskOf('####', '#.##', '##.#', '####'));
    expect(part.holes).toHaveLength(1);
    expect(contourArea(part.holes[0])).toBe(2);
  });

  test.each(goldenCases())('enclose what scipy counts: $name', (image) => {
    const { masks } = goldenResults(image);
    masks.list.forEach((mask, i) => {
      const found = corners(mask).map(({ outer, holes }): Parts[number] => [
        contourArea(outer),
        holes.map(contourArea).sort((a, b) => a - b),
      ]);
      const expected = golden[image.name][i];
      expect(found).toEqual([...expected].sort((a, b) => b[0] - a[0])); // the largest part first
    });
  });

  test('fill back to the same pixels', () => {
    fc.assert(
      fc.property(randomMasks([23, 17]), (mask) => {
        expect(fill(corners(mask), 23, 17)).toEqual(rowsOf(mask));
      }),
    );
  });

  test('fill back to the same pixels in librsvg', async () => {
    const { masks, image } = goldenResults(goldenCases()[1]);
    for (const mask of masks.list) {
      const path = corners(mask)
        .flatMap(({ outer, holes }) => [outer, ...holes])
        .map((ring) => `M${[...ring].join(' ')}z`)
        .join('');
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${image.width}" height="${image.height}"><path fill-rule="evenodd" fill="#fff" d="${path}"/></svg>`;
      const alpha = await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer();
      expect([...alpha].map((value) => value / 255)).toEqual([...mask.toBitmap()]);
    }
  });

  test('are thinned out within the tolerance', () => {
    const steps = maskOf('#...', '##..', '###.', '####');
    const [{ outer }] = toPolygons(steps, { along: 'corners', tolerance: 1 });
    expect(outer.length).toBeLessThan(corners(steps)[0].outer.length);
  });

  test('are divided by the size of the grid', () => {
    const whole = rectMask(8, 4, [0, 0, 8, 4]);
    const [{ outer }] = toNormalisedPolygons(whole, { along: 'corners' });
    expect([...outer]).toEqual([1, 0, 1, 1, 0, 1, 0, 0]);
    const [centres] = toNormalisedPolygons(rectMask(8, 4, [2, 1, 7, 3]));
    expect([...centres.outer]).toEqual([0.25, 0.25, 0.25, 0.5, 0.75, 0.5, 0.75, 0.25]);
  });
});

describe('shift', () => {
  test('moves pixels and loses those that leave the grid', () => {
    const mask = maskOf('##..', '.#..', '..#.');
    expect(rowsOf(shift(mask, 2, 0))).toEqual(['..##', '...#', '....']);
    expect(rowsOf(shift(mask, -1, 1))).toEqual(['....', '#...', '#...']);
    expect(shift(mask, 4, 0).area).toBe(0);
    expect(shift(mask, 0, -3).area).toBe(0);
  });

  test('brings a mask of a crop to its image', () => {
    const placed = shift(maskOf('#.', '.#'), 3, 1, { gridWidth: 6, gridHeight: 4 });
    expect([placed.gridWidth, placed.gridHeight]).toEqual([6, 4]);
    expect(rowsOf(placed)).toEqual(['......', '...#..', '....#.', '......']);
  });

  test('is the same as moving a bitmap', () => {
    fc.assert(
      fc.property(
        randomMasks([50, 20]),
        fc.integer({ min: -60, max: 60 }),
        fc.integer({ min: -25, max: 25 }),
        (mask, dx, dy) => {
          const expected = Array.from({ length: 20 }, (_, y) =>
            Array.from({ length: 50 }, (__, x) => (mask.has(x - dx, y - dy) ? '#' : '.')).join(''),
          );
          expect(rowsOf(shift(mask, dx, dy))).toEqual(expected);
        },
      ),
    );
  });

  test('refuses steps and grids that are no whole pixels', () => {
    const mask = rectMask(4, 4, [0, 0, 2, 2]);
    expect(() => shift(mask, 0.5, 0)).toThrow('shift dx: got 0.5, expected a whole number');
    expect(() => shift(mask, 0, NaN)).toThrow('shift dy');
    expect(() => shift(mask, 0, 0, { gridWidth: -1, gridHeight: 4 })).toThrow('shift grid width: got -1');
  });
});
