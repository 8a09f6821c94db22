/** Clicks: plus and minus points, stacked objects, several items. */
import { describe, expect, test } from 'vitest';
import { Interaction } from '../../src/interact/interaction.js';
import type { InteractionOptions } from '../../src/interact/options.js';
import { MASKS, small } from './scenes.js';

/** A controller whose places are as narrow as its pixels. */
const start = (options: InteractionOptions = {}): Interaction => new Interaction(small(), { reach: 0.4, ...options });
const objectsOf = ({ state }: Interaction) => state.items.map(({ objects }) => objects);
const maskOfItem = ({ state }: Interaction, i = 0) => state.items[i].mask;

describe('a click', () => {
  test('takes the smallest object', () => {
    const one = start();
    expect(one.click(2.5, 2.5)).toBe(true);
    expect(objectsOf(one)).toEqual([[2]]);
    expect(maskOfItem(one)).toEqualMask(MASKS[2]);
    expect(one.state.items[0].points).toEqual([{ x: 2.5, y: 2.5, sign: 1, object: 2 }]);
    expect(one.state.active).toBe(1);
  });

  test('again on the same place takes the next larger one, and after the largest nothing', () => {
    const one = start();
    const seen = Array.from({ length: 4 }, () => {
      one.click(2.5, 2.5);
      return objectsOf(one);
    });
    expect(seen).toEqual([[[2]], [[1]], [[0]], []]);
    expect(one.history.map(({ name }) => name)).toEqual(['plus', 'cycle', 'cycle', 'remove point']);
  });

  test('elsewhere joins the object there to the active item', () => {
    const one = start();
    one.click(2.5, 2.5);
    one.click(9.5, 2.5);
    expect(objectsOf(one)).toEqual([[2, 3]]);
    expect(maskOfItem(one)).toEqualMask(
      ...['............', '.......#####', '..#....#####', '.......#####', '............', '............'],
    );
  });

  test('takes the smallest object that adds something', () => {
    const one = start();
    one.choose(1);
    expect(one.click(1.5, 1.5)).toBe(true); // 1 lies there and is in it
    expect(objectsOf(one)).toEqual([[1, 0]]);
    expect(one.click(0.5, 0.5)).toBe(false); // nothing more
  });

  test('on an older point takes that away', () => {
    const one = start();
    one.click(2.5, 2.5);
    one.click(9.5, 2.5);
    one.click(2.5, 2.5);
    expect(objectsOf(one)).toEqual([[3]]);
    expect(maskOfItem(one)).toEqualMask(MASKS[3]);
  });

  test('where there is none tells of nothing', () => {
    const one = start();
    const told: unknown[] = [];
    one.on('nothing', (detail) => told.push(detail));
    expect(one.click(6.5, 5.5)).toBe(false);
    expect(one.click(99, 99)).toBe(false); // not on the image
    expect(told).toEqual([{ x: 6.5, y: 5.5 }]);
    expect(one.history).toEqual([]);
  });
});

describe('modes', () => {
  test('new makes another item, and goes back to one that is there', () => {
    const one = start();
    one.click(2.5, 2.5);
    one.click(9.5, 2.5, 'new');
    expect(objectsOf(one)).toEqual([[2], [3]]);
    expect(one.state.active).toBe(2);
    one.click(2.5, 2.5, 'new');
    expect(objectsOf(one)).toEqual([[2], [3]]);
    expect(one.state.active).toBe(1);
  });

  test('replace makes it the only one', () => {
    const one = start({ mode: 'replace' });
    one.click(2.5, 2.5);
    one.click(9.5, 2.5);
    expect(objectsOf(one)).toEqual([[3]]);
    expect(one.click(9.8, 2.9)).toBe(false); // another place, the same object
  });

  test('minus takes the object away, and the item with its last pixel', () => {
    const one = start();
    one.choose(0);
    expect(one.minus(2.5, 2.5)).toBe(true);
    expect(maskOfItem(one)).toEqualMask(
      ...['#####.......', '#####.......', '##.##.......', '#####.......', '#####.......', '............'],
    );
    expect(one.state.items[0].points).toEqual([{ x: 2.5, y: 2.5, sign: -1, object: 2 }]);
    expect(objectsOf(one)).toEqual([[0]]);
    one.minus(0.5, 0.5);
    expect(objectsOf(one)).toEqual([]);
    expect(one.minus(0.5, 0.5)).toBe(false);
  });

  test('minus on a point takes the point back', () => {
    const one = start();
    one.choose(0);
    one.minus(2.5, 2.5);
    one.minus(2.5, 2.5);
    expect(maskOfItem(one)).toEqualMask(MASKS[0]);
  });

  test('minus where no object is takes back what was drawn there', () => {
    const one = start();
    one.click(9.5, 2.5);
    one.stroke([6.5, 5.5], { radius: 0.6 });
    expect(maskOfItem(one).area).toBe(16);
    one.minus(6.5, 5.5);
    expect(maskOfItem(one)).toEqualMask(MASKS[3]);
  });
});

describe('stacked objects', () => {
  test('are told smallest first; cycle chooses among them before a click', () => {
    const one = start();
    one.hover(2.5, 2.5);
    expect(one.state.stack).toEqual([2, 1, 0]);
    expect(one.state.hovered).toBe(2);
    expect([one.cycle(1), one.cycle(1), one.cycle(1), one.cycle(-1)]).toEqual([true, true, false, true]);
    expect(one.state.hovered).toBe(1);
    expect(one.history).toEqual([]);
    one.click(2.5, 2.5);
    expect(objectsOf(one)).toEqual([[1]]);
  });

  test('after a click cycle changes what it took', () => {
    const one = start();
    one.click(2.5, 2.5);
    expect([one.cycle(1), one.cycle(1), one.cycle(1)]).toEqual([true, true, false]);
    expect(objectsOf(one)).toEqual([[0]]);
    one.cycle(-1);
    expect(objectsOf(one)).toEqual([[1]]);
    one.undo();
    expect(objectsOf(one)).toEqual([[0]]);
  });

  test('keep the choice while the pointer stays on them', () => {
    const one = start();
    one.hover(2.2, 2.2);
    one.cycle(1);
    expect(one.hover(2.8, 2.8)).toBe(false);
    expect(one.state.hovered).toBe(1);
    expect(one.hover(1.5, 1.5)).toBe(true);
    expect(one.state.hovered).toBe(1);
    expect(one.state.stack).toEqual([1, 0]);
  });
});

describe('without a pointer', () => {
  test('objects are walked and taken', () => {
    const one = start();
    one.walk(1);
    one.walk(1);
    expect(one.state.hovered).toBe(1);
    one.walk(-1);
    one.walk(-1);
    expect(one.state.hovered).toBe(4);
    one.take();
    expect(objectsOf(one)).toEqual([[4]]);
    one.walk(1);
    one.take('new');
    expect(objectsOf(one)).toEqual([[4], [0]]);
    one.leave();
    one.take();
    expect(one.state.active).toBeUndefined();
    one.click(9.5, 1.5);
    expect(objectsOf(one)).toEqual([[4], [0], [3]]);
  });

  test('objects of the list are chosen and taken away', () => {
    const one = start();
    one.choose(0);
    one.choose(3);
    expect(objectsOf(one)).toEqual([[0, 3]]);
    one.choose(-2, 'minus');
    expect(objectsOf(one)).toEqual([[0]]);
    expect(one.choose(4, 'minus')).toBe(false);
    expect(one.choose(0)).toBe(false);
  });
});
