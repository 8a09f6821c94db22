/** Undo and redo: of any actions in any order, and no step more than is kept. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Interaction } from '../../src/interact/interaction.js';
import { encodeRle } from '../../src/mask/rle.js';
import { maskOf } from '../support/masks.js';
import { sceneOf } from '../support/scenes.js';
import { MASKS, methodsOfInteraction, small } from './scenes.js';

/** All that undo goes back over, as plain values. */
function snapshot({ state, scene, labels }: Interaction) {
  const items = state.items.map(({ mask, ...rest }) => ({ ...rest, mask: encodeRle(mask) }));
  return { items, active: state.active, objects: state.objects, ids: [...scene.ids], labels: [...labels] };
}

const x = fc.double({ min: -1, max: 13, noNaN: true });
const y = fc.double({ min: -1, max: 7, noNaN: true });
const mode = fc.constantFrom('plus', 'minus', 'new', 'replace', undefined);
const step = fc.constantFrom<1 | -1>(1, -1);
const line = fc.array(fc.tuple(x, y), { minLength: 1, maxLength: 4 }).map((points) => points.flat());
const found = () => sceneOf([maskOf('##', '##'), maskOf('.#', '..')], [0.5, 0.4]);

/** Every action, with arguments at random. */
const ACTIONS: Readonly<Record<string, fc.Arbitrary<(one: Interaction) => unknown>>> = {
  click: fc.tuple(x, y, mode).map((given) => (one) => one.click(...given)),
  hover: fc.tuple(x, y).map((given) => (one) => one.hover(...given)),
  box: fc.tuple(x, y, x, y, fc.boolean(), mode).map(
    ([a, b, c, d, all, m]) =>
      (one) =>
        one.box([a, b, c, d], { all, mode: m }),
  ),
  lasso: fc.tuple(line, fc.boolean(), mode).map(
    ([points, drawn, m]) =>
      (one) =>
        one.lasso(points, { drawn, mode: m }),
  ),
  stroke: fc.tuple(line, fc.double({ min: 0.5, max: 4, noNaN: true }), step).map(
    ([points, radius, sign]) =>
      (one) =>
        one.stroke(points, { radius, sign }),
  ),
  cycle: step.map((by) => (one) => one.cycle(by)),
  walk: step.map((by) => (one) => one.walk(by)),
  take: mode.map((m) => (one) => one.take(m)),
  choose: fc.tuple(fc.nat(4), mode).map(
    ([object, m]) =>
      (one) =>
        one.choose(object % one.state.objects, m),
  ),
  activate: fc.nat(3).map((i) => (one) => one.activate(one.state.items.at(i)?.id)),
  selectAll: fc.constant((one) => one.selectAll()),
  invert: fc.constant((one) => one.invert()),
  invertPixels: fc.constant((one) => one.invertPixels()),
  clear: fc.constant((one) => one.clear()),
  merge: fc.constant((one) => one.merge()),
  subtract: fc.constant((one) => one.subtract()),
  split: fc.constant((one) => one.split()),
  refine: fc.boolean().map((clean) => (one) => one.refine({ clean, largest: !clean })),
  dilate: fc.integer({ min: 1, max: 3 }).map((pixels) => (one) => one.dilate(pixels)),
  erode: fc.integer({ min: 1, max: 3 }).map((pixels) => (one) => one.erode(pixels)),
  fillHoles: fc.constant((one) => one.fillHoles()),
  remove: fc.nat(3).map((i) => (one) => one.remove(one.state.items.at(i)?.id)),
  setMask: fc.tuple(fc.nat(4), fc.nat(3)).map(
    ([i, k]) =>
      (one) =>
        one.setMask(MASKS[i], one.state.items.at(k)?.id),
  ),
  addObjects: fc.tuple(fc.integer({ min: -1, max: 11 }), fc.integer({ min: -1, max: 5 })).map(
    ([dx, dy]) =>
      (one) =>
        one.addObjects(found(), { x: dx, y: dy }),
  ),
  replaceScene: fc.constant((one) => {
    one.replaceScene(sceneOf(MASKS.slice(1), [0.9, 0.8, 0.7, 0.6]));
  }),
};

describe('undo and redo', () => {
  test('of any actions go back to the beginning and on to the end, step by step', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...Object.values(ACTIONS)), { maxLength: 25 }), (actions) => {
        const one = new Interaction(small(), { reach: 0.4 });
        const states = [snapshot(one)];
        for (const act of actions) {
          const before = one.history.length;
          act(one);
          const now = snapshot(one);
          if (one.history.length === before) expect(now).toEqual(states.at(-1));
          else states.push(now);
        }
        expect(one.history).toHaveLength(states.length - 1);
        for (const expected of states.slice(0, -1).reverse()) {
          expect(one.undo()).toBe(true);
          expect(snapshot(one)).toEqual(expected);
        }
        expect([one.undo(), one.state.canUndo]).toEqual([false, false]);
        for (const expected of states.slice(1)) {
          expect(one.redo()).toBe(true);
          expect(snapshot(one)).toEqual(expected);
        }
        expect([one.redo(), one.state.canRedo]).toEqual([false, false]);
      }),
      { numRuns: 300 },
    );
  });

  test('the actions above are all that change the selection', () => {
    const others = ['on', 'pointer', 'key', 'leave', 'plus', 'minus', 'escape', 'undo', 'redo', 'selection'];
    expect([...Object.keys(ACTIONS), ...others].sort()).toEqual(methodsOfInteraction().sort());
  });

  test('each action tells its name; a new one ends the way on', () => {
    const one = new Interaction(small());
    const told: string[] = [];
    one.on('action', ({ action, step: way }) => told.push(`${way} ${action.text}`));
    one.choose(1);
    one.choose(3, 'new');
    one.merge();
    one.undo();
    one.redo();
    one.undo();
    one.clear();
    expect(one.redo()).toBe(false);
    expect(told).toEqual(
      ['do Add object 1', 'do Add object 3', 'do Merge 2 items', 'undo Merge 2 items', 'redo Merge 2 items'].concat([
        'undo Merge 2 items',
        'do Clear the selection',
      ]),
    );
    expect(one.history.map(({ name }) => name)).toEqual(['choose', 'choose', 'clear']);
  });

  test('200 steps are kept, or as many as somebody says', () => {
    const one = new Interaction(small());
    const few = new Interaction(small(), { steps: 3 });
    for (let i = 0; i < 150; i++) {
      for (const each of [one, few]) each.selectAll();
      for (const each of [one, few]) each.clear();
    }
    let undone = 0;
    while (one.undo()) undone++;
    expect(undone).toBe(200);
    expect([few.undo(), few.undo(), few.undo(), few.undo()]).toEqual([true, true, true, false]);
    expect(few.state.items).toHaveLength(5);
  });
});
