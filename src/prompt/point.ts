/** Point prompts: the objects under foreground points, without those under background points. */
import { Mask } from '../mask/mask.js';
import { contributionOf, smallest, unite, type Contribution } from './merge.js';
import { invalid, type LabelledPoint } from './parse.js';
import type { Match, NoMatch, Pick, PromptTarget } from './types.js';

/** What points choose. */
export interface PointSelection {
  /** Places of the chosen objects, ascending. */
  readonly indices: readonly number[];
  readonly matches: readonly Match[];
  readonly merged?: Mask;
}

/**
 * The objects that hold a foreground point and no background point; with background points alone, all objects that hold
 * none of them. The order of points makes no difference. See `Pick` for which of several are taken, and `contributionOf`
 * for what `merge` makes of each foreground point; their union is the mask. With background points alone it is the union
 * of the chosen objects.
 * @throws FastSAMError `INVALID_PROMPT` for a point outside the image or a label other than 0 and 1.
 */
export function selectPoints(target: PromptTarget, points: readonly LabelledPoint[], pick: Pick): PointSelection {
  points.forEach((point, i) => {
    check(target, point, i);
  });
  const foreground = points.flatMap((point, index) => (point.label === 1 ? [{ point, index }] : []));
  const background = points.filter(({ label }) => label === 0);
  if (foreground.length === 0) return withoutBackground(target, background, pick);
  const found = foreground.map(({ point }) => choose(target, point, background, pick));
  const matches = foreground.map(({ point, index }, i): Match => {
    const { objects } = found[i];
    const reason = objects.length === 0 ? { reason: reasonFor(target, point) } : {};
    return { kind: 'point', index, objects, ...reason };
  });
  const indices = ascending(found.flatMap(({ objects }) => objects));
  if (pick !== 'merge') return { indices, matches };
  return {
    indices,
    matches,
    merged: uniteAll(
      target,
      found.flatMap(({ mask }) => mask ?? []),
    ),
  };
}

function check({ width, height }: PromptTarget, { x, y, label }: LabelledPoint, index: number): void {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) {
    throw invalid(
      `points[${index}]: got [${x}, ${y}], expected a point inside the image of ${width} x ${height} pixels`,
    );
  }
  if (label !== 0 && label !== 1)
    throw invalid(`labels[${index}]: got ${label}, expected 1 (foreground) or 0 (background)`);
}

function holds({ masks }: PromptTarget, i: number, { x, y }: LabelledPoint): boolean {
  return masks[i].has(Math.floor(x), Math.floor(y));
}

/** Places of the objects that hold none of the points. */
function clearOf(target: PromptTarget, background: readonly LabelledPoint[]): number[] {
  return target.masks.flatMap((_, i) => (background.some((point) => holds(target, i, point)) ? [] : [i]));
}

function withoutBackground(target: PromptTarget, background: readonly LabelledPoint[], pick: Pick): PointSelection {
  const indices = clearOf(target, background);
  if (pick !== 'merge') return { indices, matches: [] };
  return {
    indices,
    matches: [],
    merged: uniteAll(
      target,
      indices.map((i) => target.masks[i]),
    ),
  };
}

/** What one foreground point chooses. */
function choose(
  target: PromptTarget,
  point: LabelledPoint,
  background: readonly LabelledPoint[],
  pick: Pick,
): Contribution {
  const { masks, scores } = target;
  if (pick === 'merge') return contributionOf(masks, point, background, (i, p) => holds(target, i, p));
  const clear = clearOf(target, background).filter((i) => holds(target, i, point));
  if (clear.length === 0 || pick === 'all') return { objects: clear };
  if (pick === 'smallest') return { objects: [smallest(masks, clear)] };
  return { objects: [clear.reduce((best, i) => (scores[i] > scores[best] ? i : best))] };
}

function reasonFor(target: PromptTarget, point: LabelledPoint): NoMatch {
  const held = target.masks.some((_, i) => holds(target, i, point));
  return held ? 'ruled out by background points' : 'no mask at the point';
}

function uniteAll({ width, height }: PromptTarget, masks: readonly Mask[]): Mask {
  return masks.length > 0 ? unite(masks) : Mask.empty(width, height);
}

/** Each number once, smallest first. */
export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
