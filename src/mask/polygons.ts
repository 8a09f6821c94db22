/** Polygons of masks: with holes, as COCO lists, as Ultralytics' one polygon a mask, and thinned out. */
import { number, oneOf } from '../options/kinds.js';
import { requireList, requireNumber, requireNumbers, requireObject } from '../options/requireKind.js';
import { resolve } from '../options/resolve.js';
import type { RowsOf } from '../options/row.js';
import { contourArea, traceContours, type Contour } from './contours.js';
import { cornerParts } from './cornerRings.js';
import { requireMask, type Mask } from './mask.js';

/**
 * One connected part of a mask. Points are `x0, y0, x1, y1, …` in whole pixels of the mask's grid, closed without repeating
 * the first point; see `PolygonOptions.along` for what they are.
 */
export interface Polygon {
  readonly outer: Int32Array;
  readonly holes: readonly Int32Array[];
}

/** A polygon with x divided by the grid's width and y by its height: 0 … 1. */
export interface NormalisedPolygon {
  readonly outer: Float32Array;
  readonly holes: readonly Float32Array[];
}

/** How outlines are made. */
export interface PolygonOptions {
  /** Largest distance in pixels that thinning out may move the border; 0 (default) keeps every corner. */
  readonly tolerance?: number;
  /**
   * `centres` (default): through the centres of the mask's border pixels, as OpenCV's contours: half a pixel inside the
   * outline, holes along the pixels around them, parts connected over 8 neighbours. `corners`: along the corners of
   * pixels, 0 … width and height of the grid: filled by the even-odd rule they give exactly the mask's pixels; parts are
   * connected over 4 neighbours, outer rings clockwise on the screen, holes the other way round.
   */
  readonly along?: 'centres' | 'corners';
}

/** Every option of `toPolygons`. */
export const POLYGON_OPTIONS = {
  tolerance: number(0, Infinity, {
    text: 'largest distance in pixels that thinning out may move the border; 0 keeps every corner',
    default: 0,
  }),
  along: oneOf(['centres', 'corners'], {
    text: 'through the centres of border pixels, as OpenCV does, or along the corners of pixels, which is exact',
    default: 'centres',
  }),
} satisfies RowsOf<PolygonOptions>;

/** The parts of a mask, largest outer area first, each with its holes. */
export function toPolygons(mask: Mask, options: PolygonOptions = {}): Polygon[] {
  requireMask(mask);
  const { tolerance, along } = resolve(POLYGON_OPTIONS, options);
  const parts = along === 'corners' ? alongCorners(mask) : throughCentres(mask);
  const sized = parts.map((part) => ({ part, area: contourArea(part.outer) })).sort((a, b) => b.area - a.area);
  const thin = (points: Int32Array): Int32Array => simplifyPolygon(points, tolerance);
  return sized.map(({ part: { outer, holes } }) => ({ outer: thin(outer), holes: holes.map(thin) }));
}

/**
 * The polygons of `toPolygons` in parts of the grid, as Ultralytics' `xyn`.
 * @throws FastSAMError `INVALID_ARGUMENT` for wrong options.
 */
export function toNormalisedPolygons(mask: Mask, options: PolygonOptions = {}): NormalisedPolygon[] {
  requireMask(mask);
  const { gridWidth, gridHeight } = mask;
  const normalise = (points: Int32Array): Float32Array =>
    Float32Array.from(points, (v, i) => v / (i % 2 === 0 ? gridWidth : gridHeight));
  return toPolygons(mask, options).map(({ outer, holes }) => ({
    outer: normalise(outer),
    holes: holes.map(normalise),
  }));
}

function alongCorners(mask: Mask): Polygon[] {
  return cornerParts(mask).map(({ outer, holes }) => ({
    outer: Int32Array.from(outer),
    holes: holes.map((ring) => Int32Array.from(ring)),
  }));
}

function throughCentres(mask: Mask): Polygon[] {
  const contours = traceContours(mask);
  const holesOf = new Map<number, Int32Array[]>();
  for (const { hole, parent, points } of contours) {
    if (!hole) continue;
    const list = holesOf.get(parent) ?? [];
    list.push(points);
    holesOf.set(parent, list);
  }
  return contours.flatMap(({ hole, points }, i) => (hole ? [] : [{ outer: points, holes: holesOf.get(i) ?? [] }]));
}

function requirePolygon(polygon: unknown): asserts polygon is Polygon {
  requireObject('polygon', polygon);
  requireNumbers('polygon outer', polygon.outer);
  requireList('polygon holes', polygon.holes);
  for (const hole of polygon.holes) requireNumbers('polygon hole', hole);
}

/** Area of a polygon less its holes, in square pixels (shoelace formula). */
export function polygonArea(polygon: Polygon): number {
  requirePolygon(polygon);
  return polygon.holes.reduce((area, hole) => area - contourArea(hole), contourArea(polygon.outer));
}

/** Squared distance of point p to the segment from a to b; arguments are indexes into `points`. */
function squaredDistance(points: ArrayLike<number>, p: number, a: number, b: number): number {
  const dx = points[b] - points[a];
  const dy = points[b + 1] - points[a + 1];
  const px = points[p] - points[a];
  const py = points[p + 1] - points[a + 1];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
  return (px - t * dx) ** 2 + (py - t * dy) ** 2;
}

/** Index (in points) of the point farthest from the segment between two others, searched strictly between them. */
function farthest(points: ArrayLike<number>, from: number, to: number): { index: number; distance: number } {
  const n = points.length / 2;
  let index = -1;
  let distance = -1;
  for (let i = from + 1; i < to; i++) {
    const d = squaredDistance(points, 2 * i, 2 * from, 2 * (to % n));
    if (d > distance) {
      distance = d;
      index = i;
    }
  }
  return { index, distance };
}

/**
 * Douglas-Peucker on a closed polygon: drops points while no dropped point lies farther than `tolerance` pixels from
 * the line that replaces it. Begins from the first point and the one farthest from it.
 */
export function simplifyPolygon(points: Int32Array, tolerance: number): Int32Array {
  requireNumbers('polygon', points);
  requireNumber('tolerance', tolerance, 0);
  const n = points.length / 2;
  if (!(tolerance > 0) || n <= 3) return points;
  const limit = tolerance * tolerance;
  const keep = new Uint8Array(n + 1);
  const opposite = farthest(points, 0, n).index;
  keep[0] = keep[opposite] = 1;
  const pending: [number, number][] = [
    [0, opposite],
    [opposite, n],
  ];
  for (let span = pending.pop(); span; span = pending.pop()) {
    const { index, distance } = farthest(points, span[0], span[1]);
    if (distance <= limit) continue;
    keep[index] = 1;
    pending.push([span[0], index], [index, span[1]]);
  }
  return points.filter((_, i) => keep[i >> 1] === 1);
}

/**
 * One polygon for the whole mask, as Ultralytics' `masks.xy` has it: outer borders only, holes are lost.
 * The borders are joined in the order of `traceContours` into one chain: each is tied to the next at their closest pair of points, the walk
 * goes out along one side of every border and comes back along the other, so the ties are bridges of no width.
 * @returns points `x0, y0, …` in whole pixels of the grid; empty for a mask without pixels.
 */
export function toSinglePolygon(mask: Mask): Int32Array {
  const contours = traceContours(mask, { mode: 'external' });
  if (contours.length === 0) return new Int32Array(0);
  if (contours.length === 1) return contours[0].points;
  return joinByBridges(contours);
}

/** The closest pair of points of two chains, as point numbers; the first of several, by point of `a`, then of `b`. */
function closestPair(a: Int32Array, b: Int32Array): [number, number] {
  let best = Infinity;
  let pair: [number, number] = [0, 0];
  for (let i = 0; i < a.length; i += 2) {
    const x = a[i];
    const y = a[i + 1];
    for (let j = 0; j < b.length; j += 2) {
      const dx = x - b[j];
      const dy = y - b[j + 1];
      const distance = dx * dx + dy * dy;
      if (distance < best) {
        best = distance;
        pair = [i / 2, j / 2];
      }
    }
  }
  return pair;
}

/** The chain once around from point `first`, ending where it began; `step` -1 goes backwards. */
function loopFrom(points: Int32Array, first: number, step: 1 | -1): Int32Array {
  const n = points.length / 2;
  const loop = new Int32Array(points.length + 2);
  for (let k = 0; k <= n; k++) {
    const from = 2 * ((((first + step * k) % n) + n) % n);
    loop[2 * k] = points[from];
    loop[2 * k + 1] = points[from + 1];
  }
  return loop;
}

function joinByBridges(contours: readonly Contour[]): Int32Array {
  const entries = [0];
  const exits: number[] = [];
  for (let i = 1; i < contours.length; i++) {
    const [exit, entry] = closestPair(contours[i - 1].points, contours[i].points);
    exits.push(exit);
    entries.push(entry);
  }
  const last = contours.length - 1;
  const out: Int32Array[] = [loopFrom(contours[0].points, exits[0], 1)];
  const back: Int32Array[] = [];
  for (let i = 1; i < last; i++) {
    // Walked in the direction in which the point numbers rise from the entry to the exit without wrapping around.
    const loop = loopFrom(contours[i].points, entries[i], entries[i] > exits[i] ? -1 : 1);
    const turn = 2 * Math.abs(exits[i] - entries[i]);
    out.push(loop.subarray(0, turn + 2));
    back.unshift(loop.subarray(turn));
  }
  out.push(loopFrom(contours[last].points, entries[last], 1), ...back);
  const joined = new Int32Array(out.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of out) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
