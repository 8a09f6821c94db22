/** Point prompts: the objects under foreground points, without those under background points. */
import { drawPoint } from '../../draw/marks.js';
import { Mask } from '../../mask/mask.js';
import { pixelNearCentroid } from '../../mask/regions.js';
import { oneOf, parseCounts, unchecked } from '../../options/kinds.js';
import { checkValue } from '../../options/resolve.js';
import type { RowsOf } from '../../options/row.js';
import { contributionOf, smallest, unite, type Contribution } from '../merge.js';
import type { Match, NoMatch, PromptTarget, Selection } from '../types.js';
import { ascending, invalidPrompt, rowsOf } from '../values.js';
import type { BuiltInKind } from './kind.js';
import { plural, showValue } from '../../options/showValue.js';

/**
 * Which of the masks at a point are taken. `all`: every mask that holds a foreground point and no background point (the
 * peers' choice and the default). `smallest`: for each foreground point the smallest of those; usually what a person
 * means. `best`: for each the one with the highest score. `merge`: one mask made of them, see `contributionOf`.
 */
export type MaskSelection = 'all' | 'smallest' | 'best' | 'merge';

/** The part of a prompt that asks with points. */
export interface PointPrompt {
  /** One point [x, y] or a list of them; a point lies in the pixel (floor x, floor y). */
  readonly points?: readonly number[] | readonly (readonly number[])[];
  /** For each point 1 (foreground, the default) or 0 (background); one number serves one point. */
  readonly labels?: number | readonly number[];
  readonly pick?: MaskSelection;
}

/** A point and its label. */
export interface LabelledPoint {
  readonly x: number;
  readonly y: number;
  /** 1 foreground, 0 background; other numbers only under `compat`. */
  readonly label: number;
}

/** Points, checked. */
export interface ParsedPoints {
  readonly points: readonly LabelledPoint[];
  readonly pick: MaskSelection;
}

/** What results note of points. */
export interface PointRecord {
  readonly points?: readonly (readonly number[])[];
  /** 1 foreground, 0 background. */
  readonly labels?: readonly number[];
  /** How the objects were chosen among those that match. */
  readonly pick?: MaskSelection;
}

/** The rows of point prompts. */
export const POINT_OPTIONS = {
  points: unchecked<NonNullable<PointPrompt['points']>>('[x, y] or a list of them', {
    text: 'the objects at points',
    cli: {
      flag: 'point',
      value: '<x,y[,0|1]>',
      text: 'the objects at a point; 0: not those (may be repeated)',
      parse: parseCounts(2, 3),
      expected: 'x,y or x,y,0',
      repeat: true,
    },
  }),
  labels: unchecked<NonNullable<PointPrompt['labels']>>('1 or 0 for each point', {
    text: '1: the objects at the point, 0: not those',
    otherwise: '1',
  }),
  pick: oneOf(['all', 'smallest', 'best', 'merge'], {
    text: 'of several masks at a point',
    otherwise: 'all',
    cli: { value: '<which>' },
  }),
} satisfies RowsOf<PointPrompt>;

/**
 * The objects that hold a foreground point and no background point; with background points alone, all objects that hold
 * none of them. The order of points makes no difference. See `MaskSelection` for which of several are taken, and
 * `contributionOf` for what `merge` makes of each foreground point; their union is the mask. With background points alone
 * it is the union of the chosen objects. Points outside the image and labels other than 0 and 1 are refused.
 */
export const pointKind: BuiltInKind<PointPrompt, ParsedPoints, PointRecord> = {
  name: 'point',
  options: POINT_OPTIONS,
  parse({ points: given, labels: givenLabels, pick = 'all' }) {
    const rows = rowsOf('points', given, 2);
    const labels = labelsOf(givenLabels, rows.length);
    checkValue('pick', POINT_OPTIONS.pick, pick, 'INVALID_PROMPT');
    if (rows.length === 0) return undefined;
    return { points: rows.map(([x, y], i) => ({ x, y, label: labels[i] })), pick };
  },
  select: selectPoints,
  record: ({ points, pick }, { merged }) => ({
    points: points.map(({ x, y }) => [x, y]),
    labels: points.map(({ label }) => label),
    // CASIA merges the masks of points without being told to.
    pick: merged ? 'merge' : pick,
  }),
  draw(canvas, { points = [], labels = [] }) {
    points.forEach(([x, y], i) => {
      drawPoint(canvas, x, y, labels[i] !== 0);
    });
  },
  // `x,y,0` holds a label beside the point.
  fromCommand: ({ points, pick }) => {
    const rows = points as readonly (readonly number[])[] | undefined;
    return {
      ...(rows && { points: rows.map(([x, y]) => [x, y]), labels: rows.map((row) => row.at(2) ?? 1) }),
      ...(pick && { pick }),
    };
  },
  promptFor: (regions) => ({ points: regions.map(pixelNearCentroid), labels: regions.map(() => 1) }),
};

function labelsOf(labels: PointPrompt['labels'], count: number): number[] {
  if (labels === undefined) return new Array<number>(count).fill(1);
  if (typeof labels !== 'number' && !Array.isArray(labels)) {
    throw invalidPrompt(`labels: got ${showValue(labels)}, expected 0 or 1, or a list of them`);
  }
  const list: readonly number[] = typeof labels === 'number' ? [labels] : labels;
  if (list.length !== count)
    throw invalidPrompt(`labels: got ${list.length}, expected one for each of ${plural(count, 'point')}`);
  if (!list.every((label) => Number.isFinite(label)))
    throw invalidPrompt(`labels: got ${showValue(list)}, expected 0 or 1`);
  return [...list];
}

function selectPoints(target: PromptTarget, { points, pick }: ParsedPoints): Selection {
  points.forEach((point, i) => {
    check(target, point, i);
  });
  const foreground = points.flatMap((point, index) => (point.label === 1 ? [{ point, index }] : []));
  const background = points.filter(({ label }) => label === 0);
  if (foreground.length === 0) return selectAvoiding(target, background, pick);
  const found = foreground.map(({ point }) => choose(target, point, background, pick));
  const matches = foreground.map(({ point, index }, i): Match => {
    const { objects } = found[i];
    const reason = objects.length === 0 ? { reason: reasonFor(target, point) } : {};
    return { kind: 'point', index, objects, ...reason };
  });
  const indices = ascending(found.flatMap(({ objects }) => objects));
  if (pick !== 'merge') return { indices, matches };
  const parts = found.flatMap(({ mask }) => mask ?? []);
  return { indices, matches, merged: uniteAll(target, parts) };
}

function check({ image: { width, height } }: PromptTarget, { x, y, label }: LabelledPoint, index: number): void {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) {
    throw invalidPrompt(
      `points[${index}]: got [${x}, ${y}], expected a point inside the image of ${width} x ${height} pixels`,
    );
  }
  if (label !== 0 && label !== 1)
    throw invalidPrompt(`labels[${index}]: got ${label}, expected 1 (foreground) or 0 (background)`);
}

function holds({ masks }: PromptTarget, i: number, { x, y }: LabelledPoint): boolean {
  return masks[i].has(Math.floor(x), Math.floor(y));
}

/** Indices of the objects that hold none of the points. */
function clearOf(target: PromptTarget, background: readonly LabelledPoint[]): number[] {
  return target.masks.flatMap((_, i) => (background.some((point) => holds(target, i, point)) ? [] : [i]));
}

/** With background points alone. */
function selectAvoiding(target: PromptTarget, background: readonly LabelledPoint[], pick: MaskSelection): Selection {
  const indices = clearOf(target, background);
  if (pick !== 'merge') return { indices, matches: [] };
  const parts = indices.map((i) => target.masks[i]);
  return { indices, matches: [], merged: uniteAll(target, parts) };
}

/** What one foreground point chooses. */
function choose(
  target: PromptTarget,
  point: LabelledPoint,
  background: readonly LabelledPoint[],
  pick: MaskSelection,
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

function uniteAll({ image: { width, height } }: PromptTarget, masks: readonly Mask[]): Mask {
  return masks.length > 0 ? unite(masks) : Mask.empty(width, height);
}
