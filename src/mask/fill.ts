/** Masks of what somebody draws: outlines and strokes of a round brush. A pixel is inside where its centre is. */
import type { Rect } from '../geometry/rect.js';
import { requireList, requireNumber, requireNumbers } from '../options/requireKind.js';
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';
import { fillBits, lowBits } from './bits.js';
import { Mask, requireGrid } from './mask.js';

/**
 * The pixels inside outlines by the even-odd rule: the way back from `toPolygons(mask, { along: 'corners' })`, outer rings
 * and holes alike.
 * @param rings each `x0, y0, x1, y1, …`, fractions allowed, closed by itself; what lies outside the grid is cut off.
 * @throws FastSAMError `INVALID_ARGUMENT` for a ring that is no list of pairs of finite numbers.
 */
export function fromRings(rings: readonly ArrayLike<number>[], gridWidth: number, gridHeight: number): Mask {
  requireGrid(gridWidth, gridHeight);
  requireList('rings', rings);
  for (let i = 0; i < rings.length; i++) requirePoints(`ring ${i}`, rings[i]); // gaps of sparse lists too
  const { x, y, width, height } = windowAround(rings, 0, gridWidth, gridHeight);
  if (width === 0) return Mask.empty(gridWidth, gridHeight);
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const flip = (row: number, crossing: number): void => {
    const from = Math.min(Math.max(Math.ceil(crossing - 0.5) - x, 0), width);
    flipFrom(words, row * rowWords, rowWords, from);
  };
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const down = ring[j + 1] <= ring[i + 1];
      const [top, bottom] = down ? [j, i] : [i, j];
      const first = Math.max(Math.ceil(ring[top + 1] - 0.5) - y, 0);
      const slope = (ring[bottom] - ring[top]) / (ring[bottom + 1] - ring[top + 1]);
      for (let row = first; row < height && row + y + 0.5 < ring[bottom + 1]; row++) {
        flip(row, ring[top] + slope * (row + y + 0.5 - ring[top + 1]));
      }
    }
  }
  clearTails(words, rowWords, width);
  return new Mask(gridWidth, gridHeight, x, y, width, height, words);
}

/**
 * The pixels that a round brush covers on its way along a line: those whose centres are no farther from it than `radius`.
 * @param points `x0, y0, x1, y1, …`, fractions allowed; one point is a dab. What lies outside the grid is cut off.
 * @param radius in pixels, above 0.
 * @throws FastSAMError `INVALID_ARGUMENT` for other points and radii.
 */
export function fromStroke(points: ArrayLike<number>, radius: number, gridWidth: number, gridHeight: number): Mask {
  requireGrid(gridWidth, gridHeight);
  requirePoints('stroke', points);
  requireNumber('radius', radius);
  if (radius <= 0) throw invalidArgument(`radius: got ${radius}, expected a number above 0`);
  const { x, y, width, height } = windowAround([points], radius, gridWidth, gridHeight);
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  for (let i = 0; i < points.length; i += 2) {
    const j = Math.min(i + 2, points.length - 2);
    const line = [points[i], points[i + 1], points[j], points[j + 1]] as const;
    const first = Math.max(Math.ceil(Math.min(line[1], line[3]) - radius - 0.5) - y, 0);
    const last = Math.min(Math.floor(Math.max(line[1], line[3]) + radius - 0.5) - y, height - 1);
    for (let row = first; row <= last; row++) {
      const [low, high] = covered(line, radius, row + y + 0.5);
      const from = Math.max(Math.ceil(low - 0.5) - x, 0);
      const to = Math.min(Math.floor(high - 0.5) - x + 1, width);
      fillBits(words, row * rowWords, from, to);
    }
  }
  return new Mask(gridWidth, gridHeight, x, y, width, height, words);
}

/** What a brush on its way from one point to another covers of the line at height `y`: one stretch, since the shape is convex. */
function covered(
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  radius: number,
  y: number,
): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  const reach = (from: number, to: number): void => {
    low = Math.min(low, from);
    high = Math.max(high, to);
  };
  for (const [cx, cy] of [
    [x0, y0],
    [x1, y1],
  ]) {
    // prettier-ignore
    const half = radius * radius - (y - cy) ** 2;
    if (half >= 0) reach(cx - Math.sqrt(half), cx + Math.sqrt(half));
  }
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (y0 === y1 || length === 0) return [low, high];
  // Both long sides of the body between the two discs.
  const nx = (radius * (y1 - y0)) / length;
  const ny = (radius * (x1 - x0)) / length;
  for (const side of [-1, 1]) {
    const t = (y - (y0 - side * ny)) / (y1 - y0);
    if (t >= 0 && t <= 1) reach(x0 + side * nx + t * (x1 - x0), x0 + side * nx + t * (x1 - x0));
  }
  return [low, high];
}

function requirePoints(what: string, value: unknown): asserts value is ArrayLike<number> {
  requireNumbers(what, value);
  if (value.length % 2 === 0 && value.length > 0 && Array.from(value).every(Number.isFinite)) return;
  throw invalidArgument(`${what}: got ${showValue(value)}, expected pairs of finite numbers x, y: [x0, y0, x1, y1, …]`);
}

/** The pixels around points, cut off at the grid; empty where none is inside. */
function windowAround(
  lists: readonly ArrayLike<number>[],
  margin: number,
  gridWidth: number,
  gridHeight: number,
): Rect {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const points of lists) {
    for (let i = 0; i < points.length; i++) {
      low[i & 1] = Math.min(low[i & 1], points[i]);
      high[i & 1] = Math.max(high[i & 1], points[i]);
    }
  }
  const clip = (value: number, size: number): number => Math.min(Math.max(value, 0), size);
  const [x, y] = [clip(Math.floor(low[0] - margin), gridWidth), clip(Math.floor(low[1] - margin), gridHeight)];
  const width = clip(Math.ceil(high[0] + margin), gridWidth) - x;
  const height = clip(Math.ceil(high[1] + margin), gridHeight) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : { x: 0, y: 0, width: 0, height: 0 };
}

/** Turns every bit of a row from one on. */
function flipFrom(words: Uint32Array, base: number, rowWords: number, from: number): void {
  const first = from >>> 5;
  if (first >= rowWords) return;
  words[base + first] ^= -1 << (from & 31);
  for (let w = first + 1; w < rowWords; w++) words[base + w] ^= -1;
}

/** Clears the bits beyond the width, which flipping has set. */
function clearTails(words: Uint32Array, rowWords: number, width: number): void {
  const tail = lowBits(width - 32 * (rowWords - 1));
  for (let last = rowWords - 1; last < words.length; last += rowWords) words[last] &= tail;
}
