/** Erosion and dilation with rectangles, on whole words of bits; OpenCV's conventions. */
import { requireWhole } from '../options/requireKind.js';
import { lowBits, readBits } from './bits.js';
import { Mask, requireMask } from './mask.js';
import { shrinkWindow } from './setOps.js';

/**
 * A rectangle of ones. As in OpenCV its anchor is the pixel `floor(size / 2)` of it, so a side of 8 reaches 4 pixels
 * to the left and 3 to the right, and opening with an even side moves the mask by one pixel.
 */
export interface Kernel {
  readonly width: number;
  readonly height: number;
}

/** A kernel from its side or sides. */
function toKernel(size: unknown, { gridWidth, gridHeight }: Mask): Kernel {
  const given = typeof size === 'object' && size !== null ? (size as Partial<Kernel>) : undefined;
  const [width, height] = given ? [given.width, given.height] : [size, size];
  requireWhole('kernel', width, 1);
  requireWhole('kernel', height, 1);
  // From this size on every pixel of the grid reaches every other one.
  return { width: Math.min(width, 2 * gridWidth + 2), height: Math.min(height, 2 * gridHeight + 2) };
}

/** Rows of bits while an operation runs. */
interface Plane {
  readonly words: Uint32Array;
  readonly rowWords: number;
  readonly rows: number;
}

/** ORs to each bit the bit `shift` columns to its right; bits beyond the row's end count as 0. */
function orShiftedColumns(plane: Plane, shift: number): void {
  const { words, rowWords, rows } = plane;
  const q = shift >>> 5;
  const b = shift & 31;
  for (let r = 0; r < rows; r++) {
    const base = r * rowWords;
    // Only words to the right are read, so going left to right in place is safe.
    for (let w = 0; w + q < rowWords; w++) {
      const low = words[base + w + q];
      const high = w + q + 1 < rowWords ? words[base + w + q + 1] : 0;
      words[base + w] |= b === 0 ? low : (low >>> b) | (high << (32 - b));
    }
  }
}

/** ORs to each row the row `shift` rows below it. */
function orShiftedRows(plane: Plane, shift: number): void {
  const { words, rowWords, rows } = plane;
  const end = (rows - shift) * rowWords;
  for (let i = 0, j = shift * rowWords; i < end; i++, j++) words[i] |= words[j];
}

/** Makes each bit the OR of the `length` bits from it on, in log2(length) steps. */
function orWindow(plane: Plane, length: number, orShifted: (plane: Plane, shift: number) => void): void {
  let covered = 1;
  for (; 2 * covered <= length; covered *= 2) orShifted(plane, covered);
  if (covered < length) orShifted(plane, length - covered);
}

/**
 * Copies the mask into a larger plane of zeros, `left` columns and `top` rows from its corner. The operations that
 * follow only look right and down, so the kernel's reach to the left and up must be in this shift.
 */
function planeOf(mask: Mask, left: number, top: number, width: number, height: number): Plane {
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  for (let r = 0; r < mask.height && r + top < height; r++) {
    const base = (r + top) * rowWords;
    for (let w = left >>> 5; w < rowWords; w++) {
      words[base + w] = readBits(mask.words, r * mask.rowWords, mask.rowWords, 32 * w - left);
    }
  }
  return { words, rowWords, rows: height };
}

/** The top left `width x height` pixels of a plane as a mask's words, inverted if told to. */
function cutOut(plane: Plane, width: number, height: number, invert: boolean): Uint32Array {
  const rowWords = (width + 31) >>> 5;
  const words = new Uint32Array(rowWords * height);
  const tail = lowBits(width - 32 * (rowWords - 1));
  const flip = invert ? -1 : 0;
  for (let r = 0; r < height; r++) {
    for (let w = 0; w < rowWords; w++) words[r * rowWords + w] = plane.words[r * plane.rowWords + w] ^ flip;
    words[r * rowWords + rowWords - 1] &= tail;
  }
  return words;
}

/**
 * Dilation: a pixel is set if any pixel under the kernel is. Pixels outside the grid count as 0.
 * @throws FastSAMError `INVALID_ARGUMENT` for a kernel without whole sides from 1 on.
 */
export function dilate(mask: Mask, size: number | Kernel): Mask {
  requireMask(mask);
  const kernel = toKernel(size, mask);
  const { gridWidth, gridHeight } = mask;
  if (mask.width === 0 || mask.height === 0) return mask;
  const left = kernel.width >> 1;
  const up = kernel.height >> 1;
  const right = kernel.width - 1 - left;
  const down = kernel.height - 1 - up;
  // A kernel that reaches `left` to the left sets pixels up to `left` to the right of the mask.
  const x = Math.max(0, mask.x - right);
  const y = Math.max(0, mask.y - down);
  const width = Math.min(gridWidth, mask.x + mask.width + left) - x;
  const height = Math.min(gridHeight, mask.y + mask.height + up) - y;
  const plane = planeOf(mask, mask.x - x + left, mask.y - y + up, width + kernel.width - 1, height + kernel.height - 1);
  orWindow(plane, kernel.width, orShiftedColumns);
  orWindow(plane, kernel.height, orShiftedRows);
  return new Mask(gridWidth, gridHeight, x, y, width, height, cutOut(plane, width, height, false));
}

/**
 * Erosion: a pixel stays set if all pixels under the kernel are. Pixels outside the grid count as set, so a mask is
 * not eaten away at the image's border.
 * @throws FastSAMError `INVALID_ARGUMENT` for a kernel without whole sides from 1 on.
 */
export function erode(mask: Mask, size: number | Kernel): Mask {
  requireMask(mask);
  const kernel = toKernel(size, mask);
  const { gridWidth, gridHeight, x, y, width, height } = mask;
  if (width === 0 || height === 0) return mask;
  const left = kernel.width >> 1;
  const up = kernel.height >> 1;
  // The complement is dilated: unset pixels spread. Beyond the window pixels are unset, beyond the grid set.
  const plane = planeOf(mask, left, up, width + kernel.width - 1, height + kernel.height - 1);
  invertInside(plane, mask, kernel);
  orWindow(plane, kernel.width, orShiftedColumns);
  orWindow(plane, kernel.height, orShiftedRows);
  return new Mask(gridWidth, gridHeight, x, y, width, height, cutOut(plane, width, height, true));
}

/** Inverts the part of an erosion's plane that lies inside the grid; the part outside stays 0. */
function invertInside(plane: Plane, mask: Mask, kernel: Kernel): void {
  const left = kernel.width >> 1;
  const up = kernel.height >> 1;
  const fromColumn = Math.max(0, left - mask.x);
  const toColumn = Math.min(mask.width + kernel.width - 1, left + mask.gridWidth - mask.x);
  const fromRow = Math.max(0, up - mask.y);
  const toRow = Math.min(plane.rows, up + mask.gridHeight - mask.y);
  for (let r = fromRow; r < toRow; r++) {
    for (let w = fromColumn >>> 5; 32 * w < toColumn; w++) {
      const after = lowBits(Math.max(0, fromColumn - 32 * w));
      plane.words[r * plane.rowWords + w] ^= lowBits(toColumn - 32 * w) & ~after;
    }
  }
}

/** Dilation, then erosion, with one kernel: closes gaps and holes smaller than the kernel. Equals cv2.MORPH_CLOSE. */
export function close(mask: Mask, size: number | Kernel): Mask {
  return shrinkWindow(erode(dilate(mask, size), size));
}

/** Erosion, then dilation, with one kernel: drops parts smaller than the kernel. Equals cv2.MORPH_OPEN. */
export function open(mask: Mask, size: number | Kernel): Mask {
  return shrinkWindow(dilate(erode(mask, size), size));
}

/** The clean-up of CASIA's plots ("better quality"): close with 3 x 3, then open with 8 x 8. */
export function cleanUp(mask: Mask): Mask {
  return open(close(mask, 3), 8);
}
