/** Boxes, lassos and strokes: what a drag selects. */
import { fromRings, fromStroke } from '../mask/fill.js';
import type { Mask } from '../mask/mask.js';
import { areaInBox, equals, intersectionArea } from '../mask/setOps.js';
import { plural } from '../options/showValue.js';
import { added, takenAway } from './clicks.js';
import type { ClickMode } from './input.js';
import { drawnPart, extend, objectPart, type Item, type MaskPart } from './item.js';
import { activeOf, edited, newItems, replaced, targetsOf, unionOf, type Edit, type Selection } from './selection.js';
import type { ActionName } from './state.js';

/** An object is inside a box or lasso with more than this share of its pixels. */
const MOSTLY = 0.5;

/** x1, y1, x2, y2, ordered, cut off at the image; undefined where nothing is left. */
export function clipBox(
  [xa, ya, xb, yb]: readonly number[],
  width: number,
  height: number,
): [number, number, number, number] | undefined {
  const [x1, y1] = [Math.max(Math.min(xa, xb), 0), Math.max(Math.min(ya, yb), 0)];
  const [x2, y2] = [Math.min(Math.max(xa, xb), width), Math.min(Math.max(ya, yb), height)];
  return x1 < x2 && y1 < y2 ? [x1, y1, x2, y2] : undefined;
}

/** The object that fits a box best joins, or leaves. */
export function boxed(before: Selection, box: readonly number[], mode: ClickMode): Edit | 'nothing' | undefined {
  const best = before.scene.results
    .prompt({ boxes: [box] })
    .matches.at(0)
    ?.objects.at(0);
  if (best === undefined) return 'nothing';
  if (mode !== 'minus') return renamed(added(before, best, mode), 'box');
  const holder = [activeOf(before), ...before.items].find((item) => item && overlaps(before, item, best));
  return holder && renamed(takenAway(before, holder, best), 'box');
}

function overlaps({ scene }: Selection, item: Item, object: number): boolean {
  return intersectionArea(item.mask, scene.masks[object]) > 0;
}

const renamed = (edit: Edit | undefined, name: ActionName): Edit | undefined =>
  edit && { ...edit, action: { ...edit.action, name } };

/** Every object with more than half of it inside a box. */
export function insideBox(before: Selection, box: readonly number[], mode: ClickMode): Edit | 'nothing' | undefined {
  return manyChosen(before, 'box', mode, (mask) => areaInBox(mask, box));
}

/** Every object with more than half of it inside a lasso. */
export function insideLasso(before: Selection, points: ArrayLike<number>, mode: ClickMode) {
  const lasso = fromRings([points], before.scene.width, before.scene.height);
  return manyChosen(before, 'lasso', mode, (mask) => intersectionArea(mask, lasso));
}

function manyChosen(
  before: Selection,
  name: ActionName,
  mode: ClickMode,
  inside: (mask: Mask) => number,
): Edit | 'nothing' | undefined {
  const { masks } = before.scene;
  const found = masks.flatMap((mask, i) => (mask.area > 0 && inside(mask) > MOSTLY * mask.area ? [i] : []));
  if (found.length === 0) return 'nothing';
  if (mode === 'minus') {
    const part: MaskPart = {
      ...{ kind: 'mask', sign: -1, objects: found },
      mask: unionOf(found.map((i) => masks[i]), before.scene), // prettier-ignore
    };
    return changedItems(before, name, 'Take away objects', before.items, (item) => extend(item, part));
  }
  const kept = mode === 'replace' ? [] : before.items;
  const single = new Set(kept.flatMap(({ parts, objects }) => (parts.length === 1 ? objects : [])));
  const items = newItems(
    before,
    found.flatMap((i) => (single.has(i) ? [] : [[objectPart(i, masks[i])]])),
  );
  if (items.length === 0) return undefined;
  const text = `Add ${plural(items.length, 'object')}`;
  return edited(before, name, text, [...kept, ...items], items.length === 1 ? items[0].id : undefined);
}

/** The outline that was drawn, as a mask. */
export function drawnLasso(before: Selection, points: ArrayLike<number>, mode: ClickMode): Edit | undefined {
  const mask = fromRings([points], before.scene.width, before.scene.height);
  return drawn(before, 'lasso', mask, mode);
}

/** What a brush (1) or an eraser (-1) covers. */
export function stroked(before: Selection, points: ArrayLike<number>, radius: number, sign: 1 | -1): Edit | undefined {
  const mask = fromStroke(points, radius, before.scene.width, before.scene.height);
  return drawn(before, 'stroke', mask, sign === 1 ? 'plus' : 'minus');
}

function drawn(before: Selection, name: ActionName, mask: Mask, mode: ClickMode): Edit | undefined {
  if (mask.area === 0) return undefined;
  const active = activeOf(before);
  const add = mode !== 'minus';
  const text = add ? 'Draw' : 'Erase';
  if (!add || (mode === 'plus' && active)) {
    return changedItems(before, name, text, targetsOf(before), (item) => extend(item, drawnPart(mask, add ? 1 : -1)));
  }
  const [item] = newItems(before, [[drawnPart(mask)]]);
  return edited(before, name, text, [...(mode === 'replace' ? [] : before.items), item], item.id);
}

/** Items changed one by one; undefined where no pixel changes. */
export function changedItems(
  before: Selection,
  name: ActionName,
  text: string,
  targets: readonly Item[],
  change: (item: Item) => Item | undefined,
): Edit | undefined {
  let items: readonly Item[] = before.items;
  for (const item of targets) {
    const after = change(item);
    if (!after || !equals(after.mask, item.mask)) items = replaced(items, item, after);
  }
  return items === before.items ? undefined : edited(before, name, text, items, before.active);
}
