/** What is selected at one moment, and the change from one moment to the next. All of it stays as it is. */
import { union } from '../mask/setOps.js';
import { Mask } from '../mask/mask.js';
import { makeItem, type Item, type Part } from './item.js';
import type { Scene } from './scene.js';
import type { Action, ActionName } from './state.js';

/** What undo goes back to. */
export interface Selection {
  readonly scene: Scene;
  readonly items: readonly Item[];
  /** Id of the item that points and strokes change. */
  readonly active: number | undefined;
  /** The id of the next item. */
  readonly nextId: number;
}

/** An action and the selection after it. */
export interface Edit {
  readonly action: Action;
  readonly after: Selection;
}

/** The selection at the start. */
export function startOf(scene: Scene): Selection {
  return { scene, items: [], active: undefined, nextId: 1 };
}

/** An edit by its new items and its active one. */
export function edited(
  before: Selection,
  name: ActionName,
  text: string,
  items: readonly Item[],
  active: number | undefined,
): Edit {
  const known = items.some(({ id }) => id === active) ? active : undefined;
  const nextId = items.reduce((next, { id }) => Math.max(next, id + 1), before.nextId);
  return { action: { name, text }, after: { ...before, items, active: known, nextId } };
}

/** The active item. */
export function activeOf({ items, active }: Selection): Item | undefined {
  return items.find(({ id }) => id === active);
}

/** The items that an operation without a place changes: the active one, else all. */
export function targetsOf(selection: Selection): readonly Item[] {
  const active = activeOf(selection);
  return active ? [active] : selection.items;
}

/** The items with one replaced, or left out where nothing is left of it. */
export function replaced(items: readonly Item[], old: Item, item: Item | undefined): Item[] {
  return items.flatMap((each) => (each !== old ? [each] : item ? [item] : []));
}

/** New items, one for each list of parts; those without a pixel are left out. */
export function newItems({ nextId }: Selection, lists: readonly (readonly Part[])[]): Item[] {
  const items: Item[] = [];
  for (const parts of lists) {
    const item = makeItem(nextId + items.length, parts);
    if (item) items.push(item);
  }
  return items;
}

/** Every pixel of some masks. */
export function unionOf(masks: readonly Mask[], { width, height }: Scene): Mask {
  return masks.reduce(union, Mask.empty(width, height));
}
