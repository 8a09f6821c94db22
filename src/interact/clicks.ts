/** Clicks: objects that join, leave, or become the next larger one. */
import { intersectionArea } from '../mask/setOps.js';
import type { ClickMode } from './input.js';
import { extend, lastClick, makeItem, objectPart, pointNear, withoutPoint, type Item, type MaskPart } from './item.js';
import { activeOf, edited, newItems, replaced, type Edit, type Selection } from './selection.js';
import type { SignedPoint } from './state.js';

/** A click. */
export interface Click {
  readonly x: number;
  readonly y: number;
  readonly mode: ClickMode;
  /** How near a point is hit, picture pixels. */
  readonly reach: number;
  /** The object that was chosen in the stack with `cycle`; undefined: the smallest that changes something. */
  readonly object: number | undefined;
}

/** How people and files name an object. */
const nameOf = ({ scene }: Selection, object: number): string => `object ${scene.results.ids[object]}`;

/** What a click does; `nothing` where there is no object, undefined where it changes nothing. */
export function clicked(before: Selection, click: Click): Edit | 'nothing' | undefined {
  return click.mode === 'minus' ? minus(before, click) : plus(before, click);
}

function plus(before: Selection, { x, y, mode, reach, object }: Click): Edit | 'nothing' | undefined {
  const active = activeOf(before);
  const point = mode === 'new' ? undefined : pointNear(active, x, y, reach);
  if (active && point) return cycled(before, active, 1, point) ?? pointRemoved(before, active, point);
  const stack = before.scene.objectsAt(x, y);
  if (stack.length === 0) return 'nothing';
  const joins = mode === 'plus' && active;
  const adds = (each: number): boolean => !joins || addsTo(before, active, each);
  const chosen = object !== undefined && stack.includes(object) ? object : (stack.find(adds) ?? stack[0]);
  return added(before, chosen, mode, { x, y });
}

function addsTo({ scene }: Selection, item: Item, object: number): boolean {
  return intersectionArea(scene.masks[object], item.mask) < scene.masks[object].area;
}

/** An object joins the selection, as the mode says. */
export function added(
  before: Selection,
  object: number,
  mode: ClickMode,
  point?: { readonly x: number; readonly y: number },
): Edit | undefined {
  const active = activeOf(before);
  const part = objectPart(object, before.scene.masks[object], 1, point);
  const text = `Add ${nameOf(before, object)}`;
  const name = point ? 'plus' : 'choose';
  if (mode === 'plus' && active) {
    if (!addsTo(before, active, object)) return undefined;
    return edited(before, name, text, replaced(before.items, active, extend(active, part)), active.id);
  }
  const same = before.items.find(({ objects, parts }) => parts.length === 1 && objects[0] === object);
  if (same && mode !== 'replace') {
    return same.id === before.active ? undefined : edited(before, 'activate', text, before.items, same.id);
  }
  const item = newItems(before, [[part]]).at(0);
  if (mode === 'replace' && same && before.items.length === 1) return undefined;
  return item && edited(before, name, text, mode === 'replace' ? [item] : [...before.items, item], item.id);
}

/** The item that a place belongs to: the active one before others, later ones before earlier ones. */
export function itemAt(selection: Selection, x: number, y: number): Item | undefined {
  const holds = ({ mask }: Item): boolean => mask.has(Math.floor(x), Math.floor(y));
  const active = activeOf(selection);
  return active && holds(active) ? active : selection.items.findLast(holds);
}

function minus(before: Selection, { x, y, reach, object }: Click): Edit | undefined {
  const active = activeOf(before);
  const point = pointNear(active, x, y, reach);
  if (active && point) return pointRemoved(before, active, point);
  const item = itemAt(before, x, y);
  if (!item) return undefined;
  const stack = before.scene.objectsAt(x, y);
  const chosen = object !== undefined && stack.includes(object) ? object : stack.at(0);
  if (chosen === undefined) return strokeRemoved(before, item, x, y);
  return takenAway(before, item, chosen, { x, y });
}

/** An object leaves an item. */
export function takenAway(
  before: Selection,
  item: Item,
  object: number,
  point?: { readonly x: number; readonly y: number },
): Edit | undefined {
  if (intersectionArea(item.mask, before.scene.masks[object]) === 0) return undefined;
  const rest = extend(item, objectPart(object, before.scene.masks[object], -1, point));
  return edited(before, 'minus', `Take away ${nameOf(before, object)}`, replaced(before.items, item, rest), item.id);
}

/** Where there is no object, the last thing drawn there goes. */
function strokeRemoved(before: Selection, item: Item, x: number, y: number): Edit | undefined {
  const held = item.parts.findLastIndex(
    (part) => part.kind === 'mask' && part.sign === 1 && part.mask.has(Math.floor(x), Math.floor(y)),
  );
  const rest = makeItem(
    item.id,
    item.parts.filter((_, i) => i !== held),
  );
  return held < 0
    ? undefined
    : edited(before, 'minus', 'Take away what was drawn', replaced(before.items, item, rest), item.id);
}

function pointRemoved(before: Selection, item: Item, point: SignedPoint): Edit {
  const rest = withoutPoint(item, point);
  return edited(before, 'remove point', 'Remove a point', replaced(before.items, item, rest), item.id);
}

/**
 * The object of the click that was made last becomes the next larger or smaller one under it.
 * @param point only if it is this one.
 */
export function cycled(before: Selection, item: Item, step: 1 | -1, point?: SignedPoint): Edit | undefined {
  const part = lastClick(item);
  if (!part?.point || (point && item.points.at(-1) !== point)) return undefined;
  const { x, y } = part.point;
  const stack = before.scene.objectsAt(x, y);
  const next = nextIn(stack, part, step);
  if (next === undefined) return undefined;
  const parts = [...item.parts.slice(0, -1), objectPart(next, before.scene.masks[next], 1, part.point)];
  const items = replaced(before.items, item, makeItem(item.id, parts));
  return edited(before, 'cycle', `Take ${nameOf(before, next)} instead`, items, item.id);
}

function nextIn(stack: readonly number[], { objects }: MaskPart, step: 1 | -1): number | undefined {
  const at = stack.indexOf(objects.at(0) ?? -1) + step;
  return at < 0 ? undefined : stack.at(at);
}
