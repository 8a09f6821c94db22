/** Label maps beside the plainest way to make one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelMap, paintLabels } from '../../../src/draw/labelMap.js';
import { paintOrder } from '../../../src/mask/paintOrder.js';
import { Mask } from '../../../src/mask/mask.js';
import { randomMasks } from '../../support/masks.js';

const [WIDTH, HEIGHT] = [77, 21];
const lists = fc.array(randomMasks([WIDTH, HEIGHT]), { maxLength: 6 });

/** Pixel by pixel, one mask over the other. */
function painted(masks: readonly Mask[], order: readonly number[]): number[] {
  return Array.from({ length: WIDTH * HEIGHT }, (_, p) => {
    const top = order.findLast((i) => masks[i].has(p % WIDTH, Math.floor(p / WIDTH)));
    return top === undefined ? 0 : top + 1;
  });
}

describe('a label map', () => {
  test('shows the smallest object of each pixel', () => {
    fc.assert(
      fc.property(lists, (masks) => {
        const map = labelMap(masks, WIDTH, HEIGHT);
        expect(map).toBeInstanceOf(Uint16Array);
        expect([...map]).toEqual(painted(masks, paintOrder(masks)));
      }),
    );
  });

  test('in a given order shows the last', () => {
    fc.assert(
      fc.property(lists, (masks) => {
        expect([...paintLabels(masks, WIDTH, HEIGHT)]).toEqual(painted(masks, [...masks.keys()]));
      }),
    );
  });

  test('counts 65,535 objects, and refuses more', () => {
    const one = new Mask(2, 1, 1, 0, 1, 1, Uint32Array.of(1));
    const most = Array.from({ length: 65_535 }, () => one);
    // Of equal objects the first is on top; the last is the only one on its pixel.
    expect([...labelMap([...most.slice(1), new Mask(2, 1, 0, 0, 1, 1, Uint32Array.of(1))], 2, 1)]).toEqual([65_535, 1]);
    expect(() => labelMap([...most, one], 2, 1)).toThrow(
      'label map: got 65536 objects, expected at most 65535, which 16 bits count; choose some with filter or select',
    );
  });

  test('refuses what is no mask, and masks of another grid', () => {
    expect(() => labelMap([{} as never], 2, 1)).toThrow('label map 0: got an object (Object), expected a Mask');
    expect(() => labelMap([Mask.empty(3, 3)], 2, 1)).toThrow('grid of 3 x 3 pixels, expected 2 x 1');
  });
});
