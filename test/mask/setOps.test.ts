import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import {
  areaInBox,
  boundingBox,
  boundingRect,
  complement,
  cropToBox,
  difference,
  equals,
  intersection,
  intersectionArea,
  iou,
  shrinkWindow,
  union,
} from '../../src/mask/setOps.js';
import { codeOf } from '../support/errors.js';
import { maskOf, randomMasks, maskInWindow } from '../support/masks.js';

const grid = [101, 37] as const;

/** Row-major bytes of a combination, computed pixel by pixel. */
function pixelwise(a: Mask, b: Mask, inside: (inA: boolean, inB: boolean) => boolean): Uint8Array {
  const out = new Uint8Array(a.gridWidth * a.gridHeight);
  for (let p = 0; p < out.length; p++) {
    const [x, y] = [p % a.gridWidth, Math.floor(p / a.gridWidth)];
    out[p] = inside(a.has(x, y), b.has(x, y)) ? 1 : 0;
  }
  return out;
}

/** A mask of such bytes. */
const onGrid = (bitmap: Uint8Array): Mask => Mask.fromBitmap(bitmap, ...grid);

describe('set operations', () => {
  test('combine masks in different windows', () => {
    const a = maskInWindow([6, 3], [0, 0, 3, 2], () => true);
    const b = maskInWindow([6, 3], [2, 1, 3, 2], () => true);
    expect(union(a, b)).toEqualMask('###...', '#####.', '..###.');
    expect(intersection(a, b)).toEqualMask('......', '..#...', '......');
    expect(difference(a, b)).toEqualMask('###...', '##....', '......');
    expect(intersectionArea(a, b)).toBe(1);
    expect(iou(a, b)).toBe(1 / 11);
  });

  test('agree with counting single pixels', () => {
    fc.assert(
      fc.property(randomMasks(grid), randomMasks(grid), (a, b) => {
        expect(union(a, b)).toEqualMask(onGrid(pixelwise(a, b, (p, q) => p || q)));
        expect(intersection(a, b)).toEqualMask(onGrid(pixelwise(a, b, (p, q) => p && q)));
        expect(difference(a, b)).toEqualMask(onGrid(pixelwise(a, b, (p, q) => p && !q)));
        expect(intersectionArea(a, b)).toBe(intersection(a, b).area);
        expect(union(a, b).area + intersection(a, b).area).toBe(a.area + b.area);
      }),
      { numRuns: 40 },
    );
  });

  test('leave no bit beyond a window, so areas stay right', () => {
    const mask = maskInWindow([50, 4], [3, 1, 40, 2], () => true);
    expect(complement(mask, { x: 0, y: 0, width: 50, height: 4 }).area).toBe(50 * 4 - 80);
    expect(cropToBox(mask, [0, 0, 20, 4]).area).toBe(17 * 2);
  });

  test('refuse grids of different sizes', () => {
    expect(codeOf(() => union(maskOf('#'), maskOf('##')))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => iou(maskOf('#'), maskOf('##')))).toBe('INVALID_ARGUMENT');
  });

  test('call two empty masks not alike and equal', () => {
    const empty = Mask.empty(5, 5);
    expect(iou(empty, empty)).toBe(0);
    expect(
      equals(
        empty,
        maskInWindow([5, 5], [1, 1, 2, 2], () => false),
      ),
    ).toBe(true);
    expect(equals(maskOf('#.'), maskOf('.#'))).toBe(false);
  });
});

describe('a box on a mask', () => {
  const mask = maskInWindow([100, 10], [5, 2, 90, 6], () => true);

  test('holds the pixels from x1, y1 up to but not at x2, y2', () => {
    expect(areaInBox(mask, [5, 2, 6, 3])).toBe(1);
    expect(areaInBox(mask, [4.2, 2, 7.1, 3])).toBe(3);
    expect(areaInBox(mask, [0, 0, 100, 10])).toBe(540);
  });

  test('may lie outside, be empty, or be turned around', () => {
    expect(areaInBox(mask, [-50, -50, 6, 3])).toBe(1);
    expect(areaInBox(mask, [94, 7, 500, 500])).toBe(1);
    expect(areaInBox(mask, [200, 0, 300, 10])).toBe(0);
    expect(areaInBox(mask, [10, 5, 10, 9])).toBe(0);
    expect(areaInBox(mask, [20, 5, 10, 9])).toBe(0);
  });

  test('counts what cropping keeps', () => {
    const side = fc.double({ min: -20, max: 130, noNaN: true });
    fc.assert(
      fc.property(randomMasks(grid), fc.tuple(side, side, side, side), (m, box) => {
        const cropped = pixelwise(m, m, (p) => p).map((v, p) => {
          const [x, y] = [p % grid[0], Math.floor(p / grid[0])];
          return x >= box[0] && x < box[2] && y >= box[1] && y < box[3] ? v : 0;
        });
        expect(cropToBox(m, box)).toEqualMask(onGrid(cropped));
        expect(areaInBox(m, box)).toBe(cropped.reduce((n, v) => n + v, 0));
      }),
      { numRuns: 60 },
    );
  });
});

describe('windows', () => {
  test('shrink to the pixels', () => {
    const mask = maskInWindow([80, 20], [3, 4, 70, 10], (x, y) => x >= 36 && x < 70 && y >= 6 && y < 9);
    expect(boundingRect(mask)).toEqual({ x: 36, y: 6, width: 34, height: 3 });
    expect(boundingBox(mask)).toEqual([36, 6, 70, 9]);
    const small = shrinkWindow(mask);
    expect([small.x, small.y, small.width, small.height]).toEqual([36, 6, 34, 3]);
    expect(equals(small, mask)).toBe(true);
    expect(shrinkWindow(small)).toBe(small);
  });

  test('of masks without a pixel are empty', () => {
    const mask = maskInWindow([8, 8], [2, 2, 4, 4], () => false);
    expect(boundingRect(mask)).toBeUndefined();
    expect(boundingBox(mask)).toEqual([0, 0, 0, 0]);
    expect(shrinkWindow(mask).words).toHaveLength(0);
  });
});
