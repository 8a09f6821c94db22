/** A selected item: an ordered list of what was added and taken away, and the mask that comes of it. */
import type { Mask } from '../mask/mask.js';
import { difference, shrinkWindow, union } from '../mask/setOps.js';
import type { SelectedItem, SignedPoint } from './state.js';

/** One step of making an item. */
export type Part =
  | {
      readonly kind: 'mask';
      readonly sign: 1 | -1;
      readonly mask: Mask;
      /** The objects that it is, by index; none for what was drawn. */
      readonly objects: readonly number[];
      /** Where it was clicked. */
      readonly point?: { readonly x: number; readonly y: number };
    }
  | { readonly kind: 'change'; readonly apply: (mask: Mask) => Mask };

/** A part that is a mask. */
export type MaskPart = Extract<Part, { kind: 'mask' }>;

/** An item with its history. */
export interface Item extends SelectedItem {
  readonly parts: readonly Part[];
}

/** A part that is one object. */
export function objectPart(
  object: number,
  mask: Mask,
  sign: 1 | -1 = 1,
  point?: { readonly x: number; readonly y: number },
): MaskPart {
  return { kind: 'mask', sign, mask, objects: [object], ...(point && { point }) };
}

/** A part that was drawn. */
export function drawnPart(mask: Mask, sign: 1 | -1 = 1): MaskPart {
  return { kind: 'mask', sign, mask, objects: [] };
}

function step(mask: Mask | undefined, part: Part): Mask | undefined {
  if (part.kind === 'change') return mask && part.apply(mask);
  if (!mask) return part.sign === 1 ? part.mask : undefined;
  return part.sign === 1 ? union(mask, part.mask) : difference(mask, part.mask);
}

function itemOf(id: number, parts: readonly Part[], whole: Mask | undefined): Item | undefined {
  if (!whole) return undefined;
  const mask = shrinkWindow(whole);
  if (mask.area === 0) return undefined;
  const objects: number[] = [];
  const points: SignedPoint[] = [];
  for (const part of parts) {
    if (part.kind !== 'mask') continue;
    for (const object of part.objects) {
      const at = objects.indexOf(object);
      if (part.sign === 1 && at < 0) objects.push(object);
      if (part.sign === -1 && at >= 0) objects.splice(at, 1);
    }
    const { point, sign } = part;
    if (point) points.push({ x: point.x, y: point.y, sign, object: part.objects.at(0) });
  }
  return { id, parts, mask, objects, points };
}

/** The item of these parts; undefined if no pixel is left. */
export function makeItem(id: number, parts: readonly Part[]): Item | undefined {
  return itemOf(id, parts, parts.reduce<Mask | undefined>(step, undefined));
}

/** The item with one part more; undefined if no pixel is left. */
export function extend(item: Item, part: Part): Item | undefined {
  return itemOf(item.id, [...item.parts, part], step(item.mask, part));
}

/** The item without the part of a point; undefined if no pixel is left. */
export function withoutPoint(item: Item, point: SignedPoint): Item | undefined {
  const index = item.points.indexOf(point);
  let n = -1;
  const parts = item.parts.filter((part) => part.kind !== 'mask' || !part.point || ++n !== index);
  return makeItem(item.id, parts);
}

/** The item's last point within reach of a place. */
export function pointNear(item: Item | undefined, x: number, y: number, reach: number): SignedPoint | undefined {
  return item?.points.findLast((point) => Math.hypot(point.x - x, point.y - y) <= reach);
}

/** The last part of an item if it is a point that brought an object: the one that can still become another. */
export function lastClick(item: Item | undefined): MaskPart | undefined {
  const part = item?.parts.at(-1);
  return part?.kind === 'mask' && part.sign === 1 && part.point ? part : undefined;
}

/** The item without what it knows of objects, for a scene with others. */
export function withoutObjects(item: Item): Item {
  const parts = item.parts.map((part) => (part.kind === 'mask' ? { ...part, objects: [] } : part));
  return { ...item, parts, objects: [], points: item.points.map((point) => ({ ...point, object: undefined })) };
}
