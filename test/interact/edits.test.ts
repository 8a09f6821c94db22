/** Boxes, lassos, strokes, and operations on the selection. */
import { describe, expect, test } from 'vitest';
import { Interaction } from '../../src/interact/interaction.js';
import { close, cleanUp, dilate, erode } from '../../src/mask/morphology.js';
import { fromRings, fromStroke } from '../../src/mask/fill.js';
import { difference, union } from '../../src/mask/setOps.js';
import { errorOf } from '../support/errors.js';
import { maskOf } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { MASKS, small } from './scenes.js';

const start = (): Interaction => new Interaction(small(), { reach: 0.4 });
const objectsOf = ({ state }: Interaction) => state.items.map(({ objects }) => objects);
const maskOfItem = ({ state }: Interaction, i = 0) => state.items[i].mask;

describe('boxes', () => {
  test('take the object that fits best, as prompts do', () => {
    const one = start();
    expect(one.box([1, 1, 4, 4])).toBe(true);
    expect(objectsOf(one)).toEqual([[1]]);
    expect(one.box([12, 4, 7, 1], { mode: 'new' })).toBe(true); // corners in any order
    expect(objectsOf(one)).toEqual([[1], [3]]);
    expect(one.box([1, 1, 4, 4], { mode: 'minus' })).toBe(true);
    expect(objectsOf(one)).toEqual([[3]]);
  });

  test('take all that have more than half inside', () => {
    const one = start();
    one.box([6, 0, 11, 4], { all: true });
    expect(objectsOf(one)).toEqual([[3]]); // of 4 it is exactly half
    one.box([6, 0, 12, 4], { all: true });
    expect(objectsOf(one)).toEqual([[3], [4]]);
    expect(one.box([6, 0, 12, 4], { all: true })).toBe(false);
    one.box([0, 0, 12, 6], { all: true, mode: 'minus' });
    expect(objectsOf(one)).toEqual([]);
  });

  test('around nothing tell of it', () => {
    const one = start();
    const told: unknown[] = [];
    one.on('nothing', (detail) => told.push(detail));
    expect(one.box([5.5, 4.5, 6.5, 99])).toBe(false);
    expect(told).toEqual([{ x: 6, y: 5.25, box: [5.5, 4.5, 6.5, 6] }]);
    expect(one.box([20, 20, 30, 30])).toBe(false);
    expect(told).toHaveLength(1);
  });
});

describe('lassos and strokes', () => {
  const around = [0.5, 0.5, 4.5, 0.5, 4.5, 4.5, 0.5, 4.5];

  test('a lasso takes what has more than half inside', () => {
    const one = start();
    one.lasso(around);
    expect(objectsOf(one)).toEqual([[0], [1], [2]]);
    expect(one.lasso([5, 5, 6, 5, 6, 6])).toBe(false);
  });

  test('a drawn lasso is a mask', () => {
    const one = start();
    one.choose(3);
    one.lasso(around, { drawn: true, mode: 'new' });
    expect(maskOfItem(one, 1)).toEqualMask(fromRings([around], 12, 6));
    expect(one.state.items[1].objects).toEqual([]);
    one.lasso(around, { drawn: true, mode: 'minus' });
    expect(objectsOf(one)).toEqual([[3]]);
  });

  test('a brush adds to the active item, an eraser takes away', () => {
    const one = start();
    const line = [0.5, 5.5, 11.5, 5.5];
    one.choose(3);
    one.stroke(line, { radius: 0.5 });
    const brushed = union(MASKS[3], fromStroke(line, 0.5, 12, 6));
    expect(maskOfItem(one)).toEqualMask(brushed);
    one.stroke([9.5, 0.5, 9.5, 5.5], { radius: 1.1, sign: -1 });
    expect(maskOfItem(one)).toEqualMask(difference(brushed, fromStroke([9.5, 0.5, 9.5, 5.5], 1.1, 12, 6)));
    expect(one.stroke([9.5, 2.5], { radius: 0.5, sign: -1 })).toBe(false);
  });

  test('a brush without an active item begins one, an eraser without one erases from all', () => {
    const one = start();
    one.stroke([6.5, 5.5], { radius: 0.5 });
    expect(maskOfItem(one).area).toBe(1);
    one.selectAll();
    one.stroke([2.5, 2.5], { radius: 0.5, sign: -1 });
    expect(objectsOf(one)).toEqual([[0], [1], [3], [4]]); // 2 lost its only pixel
    expect(maskOfItem(one, 1).area).toBe(8);
  });
});

describe('operations', () => {
  test('select all, invert, clear', () => {
    const one = start();
    one.choose(1);
    one.invert();
    expect(objectsOf(one)).toEqual([[0], [2], [3], [4]]);
    one.selectAll();
    expect(objectsOf(one)).toEqual([[0], [1], [2], [3], [4]]);
    expect(one.selectAll()).toBe(false);
    one.clear();
    expect(objectsOf(one)).toEqual([]);
    expect(one.clear()).toBe(false);
  });

  test('invert pixels is the background', () => {
    const one = start();
    one.choose(0);
    one.choose(3);
    one.invertPixels();
    expect(maskOfItem(one)).toEqualMask(
      ...['.....#######', '.....##.....', '.....##.....', '.....##.....', '.....#######', '############'],
    );
  });

  test('merge, and subtract from the first', () => {
    const one = start();
    one.choose(0);
    one.choose(1, 'new');
    one.choose(3, 'new');
    one.subtract();
    expect(maskOfItem(one)).toEqualMask(difference(MASKS[0], MASKS[1]));
    expect(one.subtract()).toBe(false);
    one.undo();
    one.merge();
    expect(objectsOf(one)).toEqual([[0, 1, 3]]);
    expect(maskOfItem(one)).toEqualMask(union(MASKS[0], MASKS[3]));
    expect(one.merge()).toBe(false);
  });

  test('split makes an item of each part', () => {
    const one = start();
    one.choose(4);
    one.choose(0, 'new');
    one.activate(undefined);
    one.split();
    expect(one.state.items.map(({ mask }) => mask.area)).toEqual([2, 2, 25]);
    expect(new Set(one.state.items.map(({ id }) => id)).size).toBe(3);
    expect(one.split()).toBe(false);
  });

  test('masks are changed as the operations of masks do', () => {
    const noisy = maskOf(
      '##########..',
      '#####.####..',
      '##########..',
      '##########..',
      '##########.#',
      '##########..',
    );
    const one = new Interaction(sceneOf([noisy], [0.9]));
    one.choose(0);
    one.fillHoles();
    expect(maskOfItem(one).area).toBe(61);
    one.undo();
    one.refine();
    expect(maskOfItem(one)).toEqualMask(cleanUp(noisy));
    one.undo();
    one.refine({ largest: true });
    expect(maskOfItem(one).area).toBe(60);
    one.undo();
    one.dilate(1);
    expect(maskOfItem(one)).toEqualMask(dilate(noisy, 3));
    one.erode(1);
    expect(maskOfItem(one)).toEqualMask(close(noisy, 3));
    one.undo();
    one.undo();
    one.erode(2);
    expect(maskOfItem(one)).toEqualMask(erode(noisy, 5));
    one.erode(9);
    expect(one.state.items).toEqual([]);
  });

  test('remove takes the active item, or one by its id, or all', () => {
    const one = start();
    one.selectAll();
    one.remove(2);
    expect(objectsOf(one)).toEqual([[0], [2], [3], [4]]);
    one.activate(1);
    one.remove();
    expect(objectsOf(one)).toEqual([[2], [3], [4]]);
    one.remove();
    expect(objectsOf(one)).toEqual([]);
    expect(errorOf(() => one.remove(3)).message).toBe(
      'item: got 3, expected the id of a selected item (there are: none)',
    );
  });

  test('masks from elsewhere are set', () => {
    const one = start();
    one.choose(3);
    one.setMask(MASKS[0], 1);
    expect(one.state.items).toMatchObject([{ id: 1, objects: [3], points: [] }]);
    expect(maskOfItem(one)).toEqualMask(MASKS[0]);
    one.setMask(MASKS[1]);
    expect(one.state.items.map(({ id }) => id)).toEqual([1, 2]);
    one.setMask(
      maskOf('............', '............', '............', '............', '............', '............'),
      1,
    );
    expect(one.state.items.map(({ id }) => id)).toEqual([2]);
    const { message } = errorOf(() => one.setMask(maskOf('#')));
    expect(message).toBe(
      "mask: got a grid of 1 x 1 pixels, expected the image's 12 x 6; resize it to them with masks.resizeMask",
    );
  });
});

describe('other objects', () => {
  const found = () =>
    sceneOf(
      [maskOf('####', '####', '####'), maskOf('...#', '....', '....'), maskOf('....', '####', '....')],
      [0.6, 0.5, 0.4],
    );

  test('of a crop lie at its corner; those that are there already are left out', () => {
    const one = start();
    one.choose(3);
    // The first lies on object 3 but for a column: an IoU of 12 / 15.
    expect(one.addObjects(found(), { x: 8, y: 1 })).toBe(3);
    expect(one.state.objects).toBe(8);
    expect([...one.scene.ids]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...one.scene.boxes.at(6)]).toEqual([11, 1, 12, 2]);
    expect(one.scene.scores[7]).toBeCloseTo(0.4);
    one.hover(11.5, 1.5);
    expect(one.state.stack).toEqual([6, 4, 5, 3]);
    expect(one.addObjects(found(), { x: 8, y: 1 })).toBe(0);
    one.undo();
    expect(one.state.objects).toBe(5);
    expect(one.state.stack).toEqual([4, 3]);
    expect(one.labels[1 * 12 + 11]).toBe(5);
    expect(one.addObjects(found(), { x: 50, y: 1 })).toBe(0);
  });

  test('replace the scene; the selection stays', () => {
    const one = start();
    one.click(9.5, 2.5);
    one.replaceScene(sceneOf([MASKS[1], MASKS[3]], [0.9, 0.8]));
    expect(one.state.objects).toBe(2);
    expect(one.state.items).toMatchObject([{ id: 1, objects: [], points: [{ x: 9.5, y: 2.5, object: undefined }] }]);
    expect(maskOfItem(one)).toEqualMask(MASKS[3]);
    one.undo();
    expect(objectsOf(one)).toEqual([[3]]);
    const { message } = errorOf(() => {
      one.replaceScene(sceneOf([maskOf('#')], [1]));
    });
    expect(message).toBe(
      'replaceScene: got results of an image of 1 x 1 pixels, expected 12 x 6; make a new Interaction for another image',
    );
    expect(new Interaction(sceneOf([maskOf('#')], [1])).state.objects).toBe(1);
  });
});

describe('the selection as results', () => {
  test('has one object an item', () => {
    const one = start();
    one.choose(0);
    one.choose(1);
    one.choose(3, 'new');
    one.stroke([6.5, 5.5], { radius: 0.5 });
    one.activate(undefined);
    one.stroke([6.5, 5.5], { radius: 0.5 });
    const results = one.selection();
    expect([...results.ids]).toEqual([0, 3, 5]);
    expect([...results.scores]).toEqual([0.9, 0.6, 1].map(Math.fround));
    expect(results.at(0).box).toEqual([0, 0, 5, 5]);
    expect(results.masks.list[1]).toEqualMask(one.state.items[1].mask);
    expect(results.toSvg()).toContain('<path');
    expect(results.promptRecord).toBeNull();
  });

  test('of parts of one object has ids of their own', () => {
    const one = start();
    one.choose(4);
    one.split();
    expect([...one.selection().ids]).toEqual([4, 5]);
    one.clear();
    expect(one.selection().length).toBe(0);
  });
});
