/** What is under the pointer, beside a search over the pixels of all masks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interaction } from '../../src/interact/interaction.js';
import { randomMasks } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { small } from './scenes.js';

const [width, height] = [41, 19];

describe('hover', () => {
  test('finds what a search over bitmaps finds, and what the label map shows', () => {
    const masks = fc.array(randomMasks([width, height]), { minLength: 1, maxLength: 12 });
    const places = fc.array(fc.tuple(fc.double({ min: -2, max: 43, noNaN: true }), fc.double({ min: -2, max: 21, noNaN: true })), { minLength: 20 }); // prettier-ignore
    fc.assert(
      fc.property(masks, places, (list, pointers) => {
        const one = new Interaction(sceneOf(list, list.map(() => 0.5))); // prettier-ignore
        const bitmaps = list.map((mask) => mask.toBitmap());
        const areas = bitmaps.map((bitmap) => bitmap.reduce((sum, bit) => sum + bit, 0));
        for (const [x, y] of pointers) {
          const inside = x >= 0 && y >= 0 && x < width && y < height;
          const pixel = Math.floor(y) * width + Math.floor(x);
          const expected = bitmaps
            .flatMap((bitmap, i) => (inside && bitmap[pixel] === 1 ? [i] : []))
            .sort((a, b) => areas[a] - areas[b] || a - b);
          one.hover(x, y);
          expect(one.state.stack).toEqual(expected);
          expect(one.state.hovered).toBe(expected[0]);
          if (inside) expect(one.labels[pixel]).toBe(expected.length > 0 ? expected[0] + 1 : 0);
        }
      }),
    );
  });

  test('tells only when something else is there, and the state stays the same object until then', () => {
    const one = new Interaction(small());
    const told: unknown[] = [];
    let changes = 0;
    one.on('hover', (detail) => told.push(detail));
    one.on('change', () => changes++);
    expect([one.hover(1.5, 1.5), one.hover(1.9, 1.2), one.hover(3.5, 3.5)]).toEqual([true, false, false]);
    const { state } = one;
    one.hover(1.6, 2.4);
    expect(one.state).toBe(state);
    one.hover(9.5, 2.5);
    one.leave();
    expect(one.leave()).toBe(false);
    expect(told).toEqual([
      { hovered: 1, stack: [1, 0] },
      { hovered: 3, stack: [3] },
      { hovered: undefined, stack: [] },
    ]);
    expect(changes).toBe(3);
    expect(state).toMatchObject({ hovered: 1, stack: [1, 0] }); // the old one stays as it is
  });

  test('makes no map of the image, and allocates nothing but a place', () => {
    const side = 8000;
    const one = new Interaction(sceneOf([randomOf(side)], [0.9]));
    one.hover(5, 5);
    const before = memory();
    for (let i = 0; i < 2000; i++) one.hover((i * 37) % side, (i * 91) % side);
    expect(memory() - before).toBeLessThan(2 * side * side); // one label map
  });

  test('of brush and eraser is none: they take no objects', () => {
    const one = new Interaction(small());
    const told: unknown[] = [];
    one.hover(1.5, 1.5);
    one.on('hover', ({ hovered }) => told.push(hovered));
    one.tool = 'brush';
    expect(one.state).toMatchObject({ hovered: undefined, stack: [] });
    one.tool = 'lasso';
    expect(told).toEqual([undefined, 1]);
  });
});

const memory = (): number => process.memoryUsage().arrayBuffers;

function randomOf(side: number) {
  return fc.sample(randomMasks([side, side]), { numRuns: 1, seed: 3 })[0];
}
