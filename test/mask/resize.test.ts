import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask } from '../../src/mask/mask.js';
import { EXACT_RASTER } from '../../src/mask/rasterGeometry.js';
import { rasterize } from '../../src/mask/rasterize.js';
import { resizeMask, unletterboxMask } from '../../src/mask/resize.js';
import { encodeRle } from '../../src/mask/rle.js';
import { shrinkWindow } from '../../src/mask/setOps.js';
import { maskOf, randomMasks } from '../support/masks.js';
import { codeOf } from '../support/errors.js';
import { readGolden } from '../support/golden.js';
import { uniform } from '../support/random.js';

type Size = [height: number, width: number];
interface Golden {
  cases: { name: string; image: Size; net: Size; seed: number; back: string; backNearest: string; stretched: string }[];
}
const { cases } = readGolden<Golden>('masks/masks.json.gz');

/** The network-sized mask that the golden script started from. */
function netMask({ image, net, seed }: Golden['cases'][number]): Mask {
  const window = { x: 0, y: 0, width: net[1] / 4, height: net[0] / 4 };
  const sizes = { imageWidth: image[1], imageHeight: image[0], netWidth: net[1], netHeight: net[0] };
  const letterbox = { ...sizes, width: net[1], height: net[0], left: 0, right: 0, top: 0, bottom: 0 };
  const mode = { rule: EXACT_RASTER, retina: false };
  return rasterize(uniform(seed, window.width * window.height), window, [0, 0, net[1], net[0]], letterbox, mode);
}

describe("masks between grids, against Ultralytics' scale_masks and PyTorch", () => {
  test.each(cases)('$name', (c) => {
    const mask = netMask(c);
    const image = { imageWidth: c.image[1], imageHeight: c.image[0] };
    expect(encodeRle(unletterboxMask(mask, image)).counts).toBe(c.back);
    expect(encodeRle(unletterboxMask(mask, image, 'nearest')).counts).toBe(c.backNearest);
    expect(encodeRle(resizeMask(mask, 53, 37)).counts).toBe(c.stretched);
  });
});

describe('resizing', () => {
  test('doubles with nearest', () => {
    expect(resizeMask(maskOf('#.', '.#'), 4, 4, 'nearest')).toEqualMask('##..', '##..', '..##', '..##');
  });

  test('leaves out pixels that are exactly half covered', () => {
    expect(resizeMask(maskOf('##..'), 2, 1)).toEqualMask('#.');
    expect(resizeMask(maskOf('#.#.'), 2, 1)).toEqualMask('..');
  });

  test('does not depend on the window that a mask is stored in', () => {
    const sides = fc.integer({ min: 1, max: 150 });
    fc.assert(
      fc.property(randomMasks([60, 40]), sides, sides, (mask, width, height) => {
        const whole = Mask.fromBitmap(mask.toBitmap(), 60, 40);
        for (const filter of ['bilinear', 'nearest'] as const) {
          const one = resizeMask(shrinkWindow(mask), width, height, filter);
          expect(one).toEqualMask(resizeMask(whole, width, height, filter));
        }
        expect(resizeMask(mask, 60, 40)).toEqualMask(mask);
      }),
      { numRuns: 60 },
    );
  });

  test('keeps empty masks empty and full masks full', () => {
    expect(resizeMask(Mask.empty(10, 10), 33, 7).area).toBe(0);
    expect(resizeMask(maskOf('###', '###'), 33, 7).area).toBe(33 * 7);
  });

  test.each([0, -2, 1.5, NaN])('refuses a side of %d', (side) => {
    expect(codeOf(() => resizeMask(maskOf('#'), side, 3))).toBe('INVALID_ARGUMENT');
  });
});
