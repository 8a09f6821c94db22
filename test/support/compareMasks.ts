/** Equality of masks, pixel by pixel; the arithmetic and the drawing behind `toEqualMask`. */
import type { Mask } from '../../src/mask/mask.js';
import type { Comparison } from './allclose.js';
import { maskOf } from './masks.js';

/** Columns and rows that a message draws at most. */
const MOST = { columns: 60, rows: 30 };
/** Pixels drawn around those that differ. */
const MARGIN = 2;

/** The part of the grid that a message draws. */
interface Crop {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Compares grids and pixels, whatever the windows in which the bits lie.
 * @param expected a mask, or its rows of text with `#` inside.
 */
export function compareMasks(actual: unknown, expected: Mask | readonly string[]): Comparison {
  const want = isMask(expected) ? expected : maskOf(...expected);
  if (!isMask(actual)) return { pass: false, message: () => `got ${String(actual)}, expected a mask` };
  const size = ({ gridWidth, gridHeight }: Mask) => `${gridWidth} x ${gridHeight}`;
  if (size(actual) !== size(want)) {
    const message = () => `got a mask of ${size(actual)} pixels, expected ${size(want)}`;
    return { pass: false, message };
  }
  const differing = differences(actual, want);
  const total = want.gridWidth * want.gridHeight;
  const head =
    differing.length === 0 ? 'the masks are equal' : `masks differ at ${differing.length} of ${total} pixels`;
  return { pass: differing.length === 0, message: () => `${head}:\n${drawn(actual, want, differing)}` };
}

function isMask(value: unknown): value is Mask {
  return typeof value === 'object' && value !== null && 'gridWidth' in value && 'toBitmap' in value;
}

/** Row-major indices of pixels that only one mask has. */
function differences(a: Mask, b: Mask): number[] {
  const [one, other] = [a.toBitmap(), b.toBitmap()];
  const found: number[] = [];
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) found.push(i);
  return found;
}

/** Both masks side by side and what differs: `+` too many, `-` missing. */
function drawn(actual: Mask, expected: Mask, differing: readonly number[]): string {
  const crop = cropOf(expected, differing);
  const whole = crop.right - crop.left === expected.gridWidth && crop.bottom - crop.top === expected.gridHeight;
  const width = Math.max(8, crop.right - crop.left);
  const line = (...cells: string[]) =>
    cells
      .map((cell) => cell.padEnd(width))
      .join('  ')
      .trimEnd();
  const lines = [line('got', 'expected', '+ too many, - missing')];
  for (let y = crop.top; y < crop.bottom; y++) {
    const row = (pixel: (x: number) => string) =>
      Array.from({ length: crop.right - crop.left }, (_, i) => pixel(crop.left + i)).join('');
    const char = (mask: Mask, x: number) => (mask.has(x, y) ? '#' : '.');
    const difference = (x: number) => {
      if (actual.has(x, y) === expected.has(x, y)) return char(actual, x);
      return actual.has(x, y) ? '+' : '-';
    };
    lines.push(
      line(
        row((x) => char(actual, x)),
        row((x) => char(expected, x)),
        row(difference),
      ),
    );
  }
  if (!whole) lines.push(`(columns ${crop.left} to ${crop.right - 1}, rows ${crop.top} to ${crop.bottom - 1})`);
  return lines.join('\n');
}

/** The whole grid where it is small, else the surroundings of what differs, from its top left on. */
function cropOf({ gridWidth, gridHeight }: Mask, differing: readonly number[]): Crop {
  if (gridWidth <= MOST.columns && gridHeight <= MOST.rows) {
    return { left: 0, top: 0, right: gridWidth, bottom: gridHeight };
  }
  const [xs, ys] = [differing.map((i) => i % gridWidth), differing.map((i) => Math.floor(i / gridWidth))];
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);
  const left = differing.length === 0 ? 0 : Math.max(0, least(xs) - MARGIN);
  const top = differing.length === 0 ? 0 : Math.max(0, least(ys) - MARGIN);
  const right = differing.length === 0 ? gridWidth : most(xs) + MARGIN + 1;
  const bottom = differing.length === 0 ? gridHeight : most(ys) + MARGIN + 1;
  return {
    left,
    top,
    right: Math.min(gridWidth, right, left + MOST.columns),
    bottom: Math.min(gridHeight, bottom, top + MOST.rows),
  };
}
