/** Events of pointers and keys. */
import { describe, expect, test } from 'vitest';
import { Interaction } from '../../src/interact/interaction.js';
import type { PointerDetails } from '../../src/interact/input.js';
import type { InteractionOptions } from '../../src/interact/options.js';
import { SHORTCUTS } from '../../src/interact/shortcuts.js';
import type { Gesture } from '../../src/interact/state.js';
import { fromStroke } from '../../src/mask/fill.js';
import { errorOf } from '../support/errors.js';
import { MASKS, small } from './scenes.js';

const start = (options: InteractionOptions = {}): Interaction => new Interaction(small(), { reach: 0.4, ...options });
const objectsOf = ({ state }: Interaction) => state.items.map(({ objects }) => objects);

function tap(one: Interaction, x: number, y: number, details: PointerDetails = {}): void {
  one.pointer('down', x, y, details);
  one.pointer('up', x + 0.1, y, { ...details, button: 0 });
}

function drag(one: Interaction, places: readonly (readonly [number, number])[], details: PointerDetails = {}) {
  const gestures: (Gesture | undefined)[] = [];
  one.pointer('down', ...places[0], details);
  gestures.push(one.state.gesture);
  for (const place of places.slice(1)) {
    one.pointer('move', ...place, { ...details, button: -1 }); // as events of moves say
    gestures.push(one.state.gesture);
  }
  one.pointer('up', ...places[places.length - 1], details);
  return gestures;
}

describe('pointers', () => {
  test('click: left adds, right and Alt take away, Shift makes another item', () => {
    const one = start();
    tap(one, 0.5, 0.5);
    tap(one, 9.5, 2.5);
    expect(objectsOf(one)).toEqual([[0, 3]]);
    tap(one, 11.5, 3.5, { button: 2 });
    expect(objectsOf(one)).toEqual([[0]]);
    tap(one, 9.5, 2.5, { shiftKey: true });
    expect(objectsOf(one)).toEqual([[0], [3]]);
    tap(one, 10.5, 3.5, { altKey: true });
    expect(objectsOf(one)).toEqual([[0]]);
    tap(one, 9.5, 2.5, { button: 1 }); // the page's
    expect(objectsOf(one)).toEqual([[0]]);
  });

  test('a finger toggles and hovers nowhere', () => {
    const one = start();
    const finger = { pointerType: 'touch' };
    tap(one, 0.5, 0.5, finger);
    tap(one, 9.5, 2.5, finger);
    expect(objectsOf(one)).toEqual([[0, 3]]);
    expect(one.state.hovered).toBeUndefined();
    tap(one, 11.5, 3.5, finger);
    expect(objectsOf(one)).toEqual([[0]]);
  });

  test('a drag is a box, with Shift of all inside', () => {
    const one = start();
    const gestures = drag(one, [[4, 4], [3.9, 4], [1, 1]]); // prettier-ignore
    expect(gestures).toEqual([undefined, undefined, { kind: 'box', box: [1, 1, 4, 4], all: false }]);
    expect(one.state.gesture).toBeUndefined();
    expect(objectsOf(one)).toEqual([[1]]);
    drag(one, [[6, 0], [12, 4]], { shiftKey: true }); // prettier-ignore
    expect(objectsOf(one)).toEqual([[1], [3], [4]]);
    drag(one, [[6, 0], [12, 4]], { altKey: true }); // prettier-ignore
    expect(objectsOf(one)).toEqual([[1], [4]]);
  });

  test('a lasso, with Ctrl its own outline', () => {
    const one = start({ tool: 'lasso' });
    const round = [[0.5, 0.5], [4.5, 0.5], [4.5, 4.5], [0.5, 4.5]] as const; // prettier-ignore
    const gestures = drag(one, round);
    expect(gestures[1]).toEqual({ kind: 'lasso', points: Float32Array.of(0.5, 0.5, 4.5, 0.5), drawn: false });
    expect(objectsOf(one)).toEqual([[0], [1], [2]]);
    drag(one, round, { ctrlKey: true });
    expect(objectsOf(one)).toEqual([[0], [1], [2], []]);
    tap(one, 9.5, 2.5); // too short for a lasso
    expect(objectsOf(one)).toEqual([[0], [1], [2], [3]]);
  });

  test('brush and eraser draw from the press on', () => {
    const one = start({ tool: 'brush', brushRadius: 0.5 });
    const gestures = drag(one, [[0.5, 5.5], [3.5, 5.5]]); // prettier-ignore
    expect(gestures).toEqual([
      { kind: 'stroke', points: Float32Array.of(0.5, 5.5), radius: 0.5, sign: 1 },
      { kind: 'stroke', points: Float32Array.of(0.5, 5.5, 3.5, 5.5), radius: 0.5, sign: 1 },
    ]);
    expect(one.state.items[0].mask).toEqualMask(fromStroke([0.5, 5.5, 3.5, 5.5], 0.5, 12, 6));
    tap(one, 0.5, 5.5, { altKey: true });
    expect(one.state.items[0].mask.area).toBe(3);
    one.tool = 'eraser';
    tap(one, 1.5, 5.5);
    expect(one.state.items[0].mask.area).toBe(2);
  });

  test('a cancelled drag, Escape and another tool change nothing', () => {
    const one = start({ tool: 'brush' });
    const end = [
      () => {
        one.pointer('cancel', 0, 0);
      },
      () => one.key({ code: 'Escape' }),
      () => (one.tool = 'lasso'),
    ];
    for (const stop of end) {
      one.pointer('down', 1, 1);
      one.pointer('move', 5, 5);
      expect(one.state.gesture).toBeDefined();
      stop();
      expect(one.state.gesture).toBeUndefined();
      one.pointer('up', 5, 5);
      expect(one.history).toEqual([]);
    }
  });

  test('that leave go on with their drag', () => {
    const one = start();
    one.pointer('hover', 1.5, 1.5);
    one.pointer('leave', 0, 0);
    expect(one.state.hovered).toBeUndefined();
    one.pointer('down', 4, 4);
    one.pointer('leave', 0, 0);
    one.pointer('move', 1, 1);
    one.pointer('up', 1, 1);
    expect(objectsOf(one)).toEqual([[1]]);
  });

  test('of other kinds are refused', () => {
    const one = start();
    expect(errorOf(() => { one.pointer('hit' as 'down', 1, 1); }).message).toBe("pointer kind: got 'hit', expected one of hover, down, move, up, leave, cancel"); // prettier-ignore
    expect(errorOf(() => one.hover(NaN, 1)).message).toContain('x: got NaN, expected a number');
    expect(errorOf(() => (one.tool = 'pen' as 'box')).message).toBe(
      "tool: got 'pen', expected one of select, box, lasso, brush, eraser",
    );
  });
});

describe('keys', () => {
  const press = (one: Interaction, ...codes: string[]) => codes.map((code) => one.key({ code }));

  test('choose tools', () => {
    const one = start();
    const tools = ['KeyR', 'KeyL', 'KeyB', 'KeyE', 'KeyV'].map((code) => {
      one.key({ code });
      return one.tool;
    });
    expect(tools).toEqual(['box', 'lasso', 'brush', 'eraser', 'select']);
  });

  test('walk, take, clear, remove', () => {
    const one = start();
    expect(press(one, 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'Enter')).toEqual([true, true, true, true]);
    expect(objectsOf(one)).toEqual([[0]]);
    one.key({ code: 'ArrowUp' });
    one.key({ code: 'Enter', shiftKey: true });
    expect(objectsOf(one)).toEqual([[0], [4]]);
    press(one, 'Delete');
    expect(objectsOf(one)).toEqual([[0]]);
    press(one, 'Escape', 'Escape'); // the walk, then the selection
    expect(objectsOf(one)).toEqual([]);
    expect(press(one, 'Escape', 'Enter', 'Backspace')).toEqual([false, false, false]);
  });

  test('go through the stack, and change the brush', () => {
    const one = start({ tool: 'select', brushRadius: 10 });
    one.hover(2.5, 2.5);
    press(one, 'BracketRight', 'BracketRight', 'BracketLeft');
    expect(one.state.hovered).toBe(1);
    one.tool = 'brush';
    press(one, 'BracketRight');
    expect(one.brushRadius).toBe(12.5);
    press(one, 'BracketLeft');
    expect(one.brushRadius).toBe(10);
  });

  test('operate on the selection', () => {
    const one = start();
    press(one, 'KeyA', 'KeyM', 'KeyJ', 'KeyI', 'KeyX', 'Period', 'Comma', 'KeyF', 'KeyK');
    const names = one.history.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['select all', 'merge', 'split']);
    one.key({ code: 'KeyI', shiftKey: true });
    expect(one.history.at(-1)?.text).toBe('Select the background');
  });

  test('undo and redo by what letters mean', () => {
    const one = start();
    one.choose(0);
    expect(one.key({ code: 'KeyW', key: 'z', ctrlKey: true })).toBe(true); // a French keyboard
    expect(one.state.items).toEqual([]);
    one.key({ code: 'KeyW', key: 'Z', metaKey: true, shiftKey: true });
    expect(objectsOf(one)).toEqual([[0]]);
    one.key({ code: 'KeyZ', ctrlKey: true });
    one.key({ code: 'KeyY', ctrlKey: true });
    expect(objectsOf(one)).toEqual([[0]]);
  });

  test('that are the page’s are left to it', () => {
    const one = start();
    const left = [{ code: 'KeyC', ctrlKey: true }, { code: 'KeyV', ctrlKey: true }, { code: 'Digit1' }, { code: 'KeyA', altKey: true }]; // prettier-ignore
    expect(left.map((each) => one.key(each))).toEqual([false, false, false, false]);
    expect(errorOf(() => one.key({} as { code: string })).message).toBe('key code: got undefined, expected a text');
  });

  test('have a table without doubles, of which each is used', () => {
    const names = SHORTCUTS.map(({ code, ctrl, shift }) => `${ctrl ? 'Ctrl+' : ''}${shift ? 'Shift+' : ''}${code}`);
    expect(new Set(names).size).toBe(SHORTCUTS.length);
    for (const { code, ctrl = false, shift = false } of SHORTCUTS) {
      const one = start();
      one.choose(1);
      one.undo();
      one.choose(0);
      one.hover(2.5, 2.5);
      if (code === 'Escape') one.walk(1);
      expect([code, one.key({ code, ctrlKey: ctrl, shiftKey: shift })]).toEqual([code, true]);
    }
  });
});

test('masks of the scene are never written to', () => {
  const before = MASKS.map(({ words }) => [...words]);
  const one = start();
  one.selectAll();
  one.stroke([1, 1, 11, 5], { radius: 3, sign: -1 });
  one.dilate(2);
  expect(MASKS.map(({ words }) => [...words])).toEqual(before);
});
