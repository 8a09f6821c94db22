/** Operations on the selection without a place: sets of objects, and masks of items. */
import { connectedComponents, fillHoles } from '../mask/regions.js';
import type { Mask } from '../mask/mask.js';
import { dilate, erode } from '../mask/morphology.js';
import { complement, shrinkWindow } from '../mask/setOps.js';
import { plural } from '../options/showValue.js';
import { refineMask } from '../mask/refineMask.js';
import { drawnPart, extend, objectPart, type Item, type MaskPart } from './item.js';
import { changedItems } from './regions.js';
import { edited, newItems, targetsOf, unionOf, type Edit, type Selection } from './selection.js';
import type { ActionName } from './state.js';

/** One item an object. */
function objectItems(before: Selection, keep: (object: number) => boolean): Item[] {
  return newItems(
    before,
    before.scene.masks.flatMap((mask, i) => (keep(i) ? [[objectPart(i, mask)]] : [])),
  );
}

/** Every object. */
export function allSelected(before: Selection): Edit | undefined {
  const items = objectItems(before, () => true);
  const same = items.length === before.items.length && before.items.every(({ parts, objects }, i) => parts.length === 1 && objects[0] === items[i].objects[0]); // prettier-ignore
  return same ? undefined : edited(before, 'select all', 'Select all', items, undefined);
}

/** The objects that are in no item. */
export function inverted(before: Selection): Edit | undefined {
  const taken = new Set(before.items.flatMap(({ objects }) => objects));
  const items = objectItems(before, (object) => !taken.has(object));
  if (items.length === 0 && before.items.length === 0) return undefined;
  return edited(before, 'invert', 'Invert', items, undefined);
}

/** One item of the pixels that are in no item. */
export function pixelsInverted(before: Selection): Edit | undefined {
  const { width, height } = before.scene;
  const taken = unionOf(before.items.map(({ mask }) => mask), before.scene); // prettier-ignore
  const items = newItems(before, [[drawnPart(complement(taken, { x: 0, y: 0, width, height }))]]);
  return edited(before, 'invert', 'Select the background', items, items.at(0)?.id);
}

/** Nothing is selected. */
export function cleared(before: Selection): Edit | undefined {
  return before.items.length === 0 ? undefined : edited(before, 'clear', 'Clear the selection', [], undefined);
}

/** An item's mask as one part. */
const wholePart = ({ mask, objects }: Item, sign: 1 | -1 = 1): MaskPart => ({ kind: 'mask', sign, mask, objects });

/** All items as one. */
export function merged(before: Selection): Edit | undefined {
  if (before.items.length < 2) return undefined;
  const items = newItems(before, [before.items.map((item) => wholePart(item))]);
  return edited(before, 'merge', `Merge ${plural(before.items.length, 'item')}`, items, items[0].id);
}

/** The first item without the others. */
export function subtracted(before: Selection): Edit | undefined {
  const [first, ...others] = before.items;
  if (others.length === 0) return undefined;
  const rest = others.reduce<Item | undefined>((item, other) => item && extend(item, wholePart(other, -1)), first);
  return edited(before, 'subtract', `Subtract ${plural(others.length, 'item')}`, rest ? [rest] : [], first.id);
}

/** Each connected part as an item. */
export function splitUp(before: Selection): Edit | undefined {
  const targets = targetsOf(before);
  const pieces = new Map(targets.map((item) => [item, connectedComponents(item.mask)]));
  if ([...pieces.values()].every((list) => list.length < 2)) return undefined;
  let next = before.nextId;
  const items = before.items.flatMap((item) => {
    const list = pieces.get(item) ?? [];
    if (list.length < 2) return [item];
    const parts = list.map((mask): MaskPart[] => [{ kind: 'mask', sign: 1, mask, objects: item.objects }]);
    const made = newItems({ ...before, nextId: next }, parts);
    next += made.length;
    return made;
  });
  return edited(before, 'split', `Split into ${plural(items.length, 'item')}`, items, undefined);
}

function changed(before: Selection, name: ActionName, text: string, apply: (mask: Mask) => Mask): Edit | undefined {
  return changedItems(before, name, text, targetsOf(before), (item) => extend(item, { kind: 'change', apply }));
}

/** Masks cleaned as `Results.refine` does. */
export function refined(before: Selection, clean: boolean, largest: boolean): Edit | undefined {
  return changed(before, 'refine', 'Clean up', (mask) => refineMask(mask, clean, largest));
}

/** Masks larger (above 0) or smaller by pixels on each side. */
export function grown(before: Selection, pixels: number): Edit | undefined {
  const side = 2 * Math.abs(pixels) + 1;
  return pixels > 0
    ? changed(before, 'dilate', `Grow by ${plural(pixels, 'pixel')}`, (mask) => dilate(mask, side))
    : changed(before, 'erode', `Shrink by ${plural(-pixels, 'pixel')}`, (mask) => erode(mask, side));
}

/** Masks without holes. */
export function filled(before: Selection, maxArea: number): Edit | undefined {
  return changed(before, 'fill holes', 'Fill holes', (mask) => fillHoles(mask, maxArea));
}

/** Items leave the selection. */
export function removed(before: Selection, gone: readonly Item[]): Edit | undefined {
  if (gone.length === 0) return undefined;
  const items = before.items.filter((item) => !gone.includes(item));
  return edited(before, 'remove', `Remove ${plural(gone.length, 'item')}`, items, before.active);
}

/** Another item is the active one. */
export function activated(before: Selection, id: number | undefined): Edit | undefined {
  if (id === before.active) return undefined;
  return edited(before, 'activate', id === undefined ? 'Finish the item' : `Go on with item ${id}`, before.items, id);
}

/** A mask from elsewhere, for an item or as a new one. */
export function maskSet(before: Selection, mask: Mask, item: Item | undefined): Edit | undefined {
  const part = drawnPart(shrinkWindow(mask));
  if (!item) {
    const [made] = newItems(before, [[part]]) as (Item | undefined)[];
    return made && edited(before, 'set mask', 'Add a mask', [...before.items, made], made.id);
  }
  const objects = item.objects;
  return changedItems(before, 'set mask', 'Change a mask', [item], ({ id }) =>
    newItems({ ...before, nextId: id }, [[{ ...part, objects }]]).at(0),
  );
}
