/** The keys of a controller: what each does, and the lines of the help page. */
import { requireObject, requireText } from '../options/requireKind.js';
import { TOOLS, type ClickMode, type KeyPress, type Shortcut, type Tool } from './input.js';

/** What keys ask a controller for. */
export interface KeyTarget {
  tool: Tool;
  brushRadius: number;
  cycle(step: 1 | -1): boolean;
  walk(step: 1 | -1): boolean;
  take(mode?: ClickMode): boolean;
  selectAll(): boolean;
  invert(): boolean;
  invertPixels(): boolean;
  escape(): boolean;
  merge(): boolean;
  subtract(): boolean;
  split(): boolean;
  refine(options: { readonly clean?: boolean }): boolean;
  dilate(pixels: number): boolean;
  erode(pixels: number): boolean;
  fillHoles(): boolean;
  remove(): boolean;
  undo(): boolean;
  redo(): boolean;
}

/** A key with what it does; `optional`: the page has the key where it changed nothing. */
interface Key extends Shortcut {
  readonly run: (target: KeyTarget) => unknown;
  readonly optional?: true;
}

/** Larger and smaller brushes, by this factor. */
const BRUSH_STEP = 1.25;

const key = (code: string, keys: string, text: string, run: (target: KeyTarget) => unknown): Key => ({
  ...{ code, keys, text, run },
});

function toolKey(code: string, keys: string, tool: Tool): Key {
  return key(code, keys, tool === 'select' ? 'select by click and box' : tool, (target) => {
    target.tool = tool;
  });
}

const paints = ({ tool }: KeyTarget): boolean => TOOLS.indexOf(tool) >= TOOLS.indexOf('brush');

function bracket(code: string, keys: string, text: string, step: 1 | -1): Key {
  return key(code, keys, text, (target) => {
    if (!paints(target)) return target.cycle(step);
    const radius = target.brushRadius * BRUSH_STEP ** step;
    target.brushRadius = Math.min(Math.max(radius, 0.5), 10_000);
    return true;
  });
}

const KEYS: readonly Key[] = [
  toolKey('KeyV', 'V', 'select'),
  toolKey('KeyR', 'R', 'box'),
  toolKey('KeyL', 'L', 'lasso'),
  toolKey('KeyB', 'B', 'brush'),
  toolKey('KeyE', 'E', 'eraser'),
  bracket('BracketLeft', '[', 'smaller object at the pointer, or with brush and eraser a smaller brush', -1),
  bracket('BracketRight', ']', 'larger object at the pointer, or with brush and eraser a larger brush', 1),
  { ...key('ArrowRight', '→', 'next object', (target) => target.walk(1)), optional: true },
  { ...key('ArrowDown', '↓', 'next object', (target) => target.walk(1)), optional: true },
  { ...key('ArrowLeft', '←', 'previous object', (target) => target.walk(-1)), optional: true },
  { ...key('ArrowUp', '↑', 'previous object', (target) => target.walk(-1)), optional: true },
  { ...key('Enter', 'Enter', 'take the object, or finish the item', (target) => target.take()), optional: true },
  {
    ...key('Enter', 'Shift+Enter', 'take it as an item of its own', (t) => t.take('new')),
    shift: true,
    optional: true,
  },
  { ...key('Escape', 'Esc', 'end the drag, or clear the selection', (target) => target.escape()), optional: true },
  { ...key('Delete', 'Delete', 'remove the item', (target) => target.remove()), optional: true },
  { ...key('Backspace', 'Backspace', 'remove the item', (target) => target.remove()), optional: true },
  key('KeyA', 'A', 'select all objects', (target) => target.selectAll()),
  key('KeyI', 'I', 'select the other objects', (target) => target.invert()),
  { ...key('KeyI', 'Shift+I', 'select the background', (target) => target.invertPixels()), shift: true },
  key('KeyM', 'M', 'merge the items', (target) => target.merge()),
  key('KeyX', 'X', 'subtract the other items from the first', (target) => target.subtract()),
  key('KeyJ', 'J', 'split into connected parts', (target) => target.split()),
  key('KeyK', 'K', 'clean up', (target) => target.refine({ clean: true })),
  key('KeyF', 'F', 'fill holes', (target) => target.fillHoles()),
  key('Period', '.', 'grow by a pixel', (target) => target.dilate(1)),
  key('Comma', ',', 'shrink by a pixel', (target) => target.erode(1)),
  { ...key('KeyA', 'Ctrl+A', 'select all objects', (target) => target.selectAll()), ctrl: true },
  { ...key('KeyZ', 'Ctrl+Z', 'undo', (target) => target.undo()), ctrl: true },
  { ...key('KeyZ', 'Ctrl+Shift+Z', 'redo', (target) => target.redo()), ctrl: true, shift: true },
  { ...key('KeyY', 'Ctrl+Y', 'redo', (target) => target.redo()), ctrl: true },
];

/** Every key of a controller, for a help page. */
export const SHORTCUTS: readonly Shortcut[] = KEYS.map(({ code, keys, text, ctrl, shift }) => ({
  ...{ code, keys, text },
  ...(ctrl && { ctrl }),
  ...(shift && { shift }),
}));

/** The place of a letter by what it means, so that Ctrl+Z is Z on every keyboard. */
function placeOf({ code, key: meaning }: KeyPress): string {
  return typeof meaning === 'string' && /^[a-z]$/i.test(meaning) ? `Key${meaning.toUpperCase()}` : code;
}

/** Runs what a key does. @returns whether it was used. */
export function runKey(target: KeyTarget, press: KeyPress): boolean {
  requireObject('key', press, 'an object such as a KeyboardEvent');
  requireText('key code', press.code);
  if (press.altKey) return false;
  const place = placeOf(press);
  const ctrl = press.ctrlKey === true || press.metaKey === true;
  const shift = press.shiftKey === true;
  const found = KEYS.find(
    (each) => each.code === place && (each.ctrl ?? false) === ctrl && (each.shift ?? false) === shift,
  );
  if (!found) return false;
  const changed = found.run(target);
  return !found.optional || changed === true;
}
