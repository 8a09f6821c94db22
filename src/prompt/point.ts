/** Point prompts: the objects under foreground points, without those under background points. */
import { Mask } from '../mask/mask.js';
import { difference, union } from '../mask/setOps.js';
import { invalid, type LabelledPoint } from './parse.js';
import type { Match, Pick, PromptTarget } from './types.js';

/** What points choose. */
export interface PointSelection {
  /** Places of the chosen objects, ascending. */
  readonly indices: readonly number[];
  readonly matches: readonly Match[];
  readonly merged?: Mask;
}

/**
 * The objects that hold a foreground point and no background point; with background points alone, all objects that hold
 * none of them. The order of points makes no difference. See `Pick` for which of several are taken.
 *
 * `merge` paints the objects from the largest to the smallest: one that holds a background point takes its pixels away,
 * one that holds a foreground point adds them (with background points alone, every other one does). So a part can be cut
 * out of a whole, and a small object inside the cut can be put back.
 * @throws FastSAMError `INVALID_PROMPT` for a point outside the picture or a label other than 0 and 1.
 */
export function selectPoints(target: PromptTarget, points: readonly LabelledPoint[], pick: Pick): PointSelection {
  points.forEach((point, i) => {
    check(target, point, i);
  });
  const holds = (i: number, { x, y }: LabelledPoint) => target.masks[i].has(Math.floor(x), Math.floor(y));
  const all = target.masks.map((_, i) => i);
  const background = points.filter(({ label }) => label === 0);
  const clear = all.filter((i) => !background.some((point) => holds(i, point)));
  const foreground = points.flatMap((point, index) => (point.label === 1 ? [{ point, index }] : []));
  const matches = foreground.map(({ point, index }): Match => {
    const found = clear.filter((i) => holds(i, point));
    return { kind: 'point', index, objects: pickFrom(target, found, pick) };
  });
  const chosen = foreground.length > 0 ? ascending(matches.flatMap(({ objects }) => objects)) : clear;
  if (pick !== 'merge') return { indices: chosen, matches };
  const removed = all.filter((i) => background.some((point) => holds(i, point)));
  return { indices: chosen, matches, merged: paint(target, new Set(chosen), new Set(removed)) };
}

function check({ width, height }: PromptTarget, { x, y, label }: LabelledPoint, index: number): void {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) {
    throw invalid(
      `points[${index}]: got [${x}, ${y}], expected a point inside the picture of ${width} x ${height} pixels`,
    );
  }
  if (label !== 0 && label !== 1)
    throw invalid(`labels[${index}]: got ${label}, expected 1 (foreground) or 0 (background)`);
}

/** @param found ascending places: best first. */
function pickFrom({ masks }: PromptTarget, found: readonly number[], pick: Pick): readonly number[] {
  if (found.length === 0 || pick === 'all' || pick === 'merge') return found;
  if (pick === 'best') return [found[0]];
  return [found.reduce((smallest, i) => (masks[i].area < masks[smallest].area ? i : smallest))];
}

function paint({ masks, width, height }: PromptTarget, adds: ReadonlySet<number>, removes: ReadonlySet<number>): Mask {
  const order = masks.map((_, i) => i).sort((a, b) => masks[b].area - masks[a].area || a - b);
  let canvas = Mask.empty(width, height);
  for (const i of order) {
    if (removes.has(i)) canvas = difference(canvas, masks[i]);
    else if (adds.has(i)) canvas = union(canvas, masks[i]);
  }
  return canvas;
}

/** Each number once, smallest first. */
export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
