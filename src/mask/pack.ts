/** Masks as two arrays, which a message carries to another thread or a file keeps. */
import { invalidArgument } from '../errors.js';
import { isOf } from '../options/requireKind.js';
import { plural, showValue } from '../options/showValue.js';
import { Mask, requireMasks } from './mask.js';

/** Masks one after another. */
export interface PackedMasks {
  /** int32 `n * 6`: width and height of the grid, then x, y, width and height of the window of each mask. */
  readonly windows: Int32Array;
  /** The words of all masks, in the layout of `Mask`. */
  readonly words: Uint32Array;
}

/** Numbers of a mask in `windows`. */
const FIELDS = 6;

/**
 * Packs masks: one copy of their bits, in buffers of their own, so that a transfer leaves the masks as they are.
 * @throws FastSAMError `INVALID_ARGUMENT` for what is no list of masks.
 */
export function packMasks(masks: readonly Mask[]): PackedMasks {
  requireMasks('masks', masks);
  const words = new Uint32Array(masks.reduce((sum, mask) => sum + mask.words.length, 0));
  const windows = new Int32Array(FIELDS * masks.length);
  let at = 0;
  masks.forEach((mask, i) => {
    words.set(mask.words, at);
    at += mask.words.length;
    windows.set([mask.gridWidth, mask.gridHeight, mask.x, mask.y, mask.width, mask.height], FIELDS * i);
  });
  return { windows, words };
}

/**
 * The masks that were packed. They share the memory of `words`.
 * @throws FastSAMError `INVALID_ARGUMENT` for arrays that hold no masks.
 */
export function unpackMasks(packed: PackedMasks): Mask[] {
  const [windows, words] = arraysOf(packed);
  if (!(isOf(windows, Int32Array) && isOf(words, Uint32Array)) || windows.length % FIELDS !== 0) {
    throw invalidArgument(
      `packed masks: got ${showValue(packed)}, expected { windows, words }, an Int32Array of ${FIELDS} numbers a mask and a ` +
        'Uint32Array; give what packMasks made',
    );
  }
  const starts = [0];
  for (let i = 0; FIELDS * i < windows.length; i++) {
    const [gridWidth, gridHeight, x, y, width, height] = windows.subarray(FIELDS * i);
    if (Math.min(x, y, width, height) < 0 || x + width > gridWidth || y + height > gridHeight) {
      throw invalidArgument(
        `packed masks: got the window ${x}, ${y}, ${width} x ${height} for mask ${i}, expected one inside its grid of ` +
          `${gridWidth} x ${gridHeight} pixels`,
      );
    }
    starts.push(starts[i] + ((width + 31) >>> 5) * height);
  }
  const count = starts.length - 1;
  if (words.length !== starts[count]) {
    throw invalidArgument(
      `packed masks: got ${plural(words.length, 'word')}, expected ${starts[count]} for ${plural(count, 'window')}`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const [gridWidth, gridHeight, x, y, width, height] = windows.subarray(FIELDS * i);
    return new Mask(gridWidth, gridHeight, x, y, width, height, words.subarray(starts[i], starts[i + 1]));
  });
}

/** The two arrays of anything; none of what throws when it is looked at. */
function arraysOf(packed: unknown): [windows?: unknown, words?: unknown] {
  try {
    const { windows, words } = packed as Record<keyof PackedMasks, unknown>;
    return [windows, words];
  } catch {
    return [];
  }
}
