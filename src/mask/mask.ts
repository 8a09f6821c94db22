/** One object's mask: bits inside a window of the grid, never a whole image of numbers. */
import type { Rect } from '../geometry/rect.js';
import { invalidArgument } from '../errors.js';
import { isTypedArray, requireInstance, requireList, requireWhole } from '../options/requireKind.js';
import { showValue } from '../options/showValue.js';
import { DISPLAY, INSPECT, type DisplayData } from '../options/show.js';
import { maskSvg } from './svg.js';

/** Number of set bits of a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Positions of pixels stay below 2^31, so that 32-bit arithmetic on them is safe. */
export const MOST_PIXELS = 2 ** 31 - 1;

/** @throws FastSAMError `INVALID_ARGUMENT` for sides that are no whole numbers, or too many pixels */
export function requireGrid(width: number, height: number, what = 'mask grid'): void {
  requireWhole(`${what} width`, width, 0, MOST_PIXELS);
  requireWhole(`${what} height`, height, 0, width === 0 ? MOST_PIXELS : Math.floor(MOST_PIXELS / width));
}

function requirePixel(x: unknown, y: unknown): void {
  requireWhole('column', x);
  requireWhole('row', y);
}

/**
 * A binary mask on a grid of `gridWidth x gridHeight` pixels (the original image; with `retinaMasks: false` under
 * `compat`, the letterboxed network input). Only a window of it is stored; all pixels outside are 0.
 *
 * Bit layout: each row of the window starts a new word; pixel `x + 32 * w + i` of row `y + r` is bit `i` (least
 * significant first) of `words[r * rowWords + w]`. Bits beyond the window's width are 0.
 */
export class Mask implements Rect {
  /** 32-bit words a row. */
  readonly rowWords: number;
  #area = -1;

  /** @throws FastSAMError `INVALID_ARGUMENT` for sizes that are no whole numbers, a window outside the grid, too few words. */
  constructor(
    readonly gridWidth: number,
    readonly gridHeight: number,
    readonly x: number,
    readonly y: number,
    readonly width: number,
    readonly height: number,
    readonly words: Uint32Array,
  ) {
    requireGrid(gridWidth, gridHeight);
    requireWhole('mask window x', x, 0, gridWidth);
    requireWhole('mask window y', y, 0, gridHeight);
    requireWhole('mask window width', width, 0, gridWidth - x);
    requireWhole('mask window height', height, 0, gridHeight - y);
    this.rowWords = (width + 31) >>> 5;
    if (words instanceof Uint32Array && words.length >= this.rowWords * height) return;
    throw invalidArgument(
      `mask: got ${showValue(words)} as words, expected a Uint32Array of ${this.rowWords * height} at least`,
    );
  }

  /** A mask without a pixel. */
  static empty(gridWidth: number, gridHeight: number): Mask {
    return new Mask(gridWidth, gridHeight, 0, 0, 0, 0, new Uint32Array(0));
  }

  /**
   * Packs a row-major bitmap of the whole grid (non-zero = inside); the window is the whole grid.
   * @throws FastSAMError `INVALID_ARGUMENT` for a list of another length than the grid has pixels.
   */
  static fromBitmap(bitmap: ArrayLike<number>, gridWidth: number, gridHeight: number): Mask {
    requireGrid(gridWidth, gridHeight);
    if (!(Array.isArray(bitmap) || isTypedArray(bitmap)) || bitmap.length !== gridWidth * gridHeight) {
      throw invalidArgument(
        `bitmap: got ${showValue(bitmap)}, expected a list of ${gridWidth} x ${gridHeight} numbers, row by row`,
      );
    }
    const rowWords = (gridWidth + 31) >>> 5;
    const words = new Uint32Array(rowWords * gridHeight);
    for (let y = 0, p = 0; y < gridHeight; y++) {
      for (let x = 0; x < gridWidth; x++, p++) {
        if (bitmap[p]) words[y * rowWords + (x >>> 5)] |= 1 << (x & 31);
      }
    }
    return new Mask(gridWidth, gridHeight, 0, 0, gridWidth, gridHeight, words);
  }

  /** Pixels of the mask. */
  get area(): number {
    if (this.#area < 0) {
      let n = 0;
      for (let i = 0; i < this.words.length; i++) n += popcount(this.words[i]);
      this.#area = n;
    }
    return this.#area;
  }

  /**
   * Whether the grid's pixel (column x, row y; whole numbers) is inside; false outside the grid.
   * @throws FastSAMError `INVALID_ARGUMENT` for what are no numbers.
   */
  has(x: number, y: number): boolean {
    if (!Number.isFinite(x) || !Number.isFinite(y)) requirePixel(x, y);
    const c = x - this.x;
    const r = y - this.y;
    if (c < 0 || r < 0 || c >= this.width || r >= this.height) return false;
    return ((this.words[r * this.rowWords + (c >>> 5)] >>> (c & 31)) & 1) === 1;
  }

  /** One line for `console.log` and a REPL. */
  [INSPECT](): string {
    return `Mask: ${this.area} of ${this.gridWidth} x ${this.gridHeight} pixels`;
  }

  /** The picture that a notebook shows. */
  [DISPLAY](): DisplayData {
    return { 'text/plain': this[INSPECT](), 'image/svg+xml': maskSvg(this) };
  }

  /** The whole grid as bytes 0 or 1, `gridHeight * gridWidth`, row by row. */
  toBitmap(): Uint8Array {
    const out = new Uint8Array(this.gridWidth * this.gridHeight);
    for (let r = 0; r < this.height; r++) {
      const base = (this.y + r) * this.gridWidth + this.x;
      for (let c = 0; c < this.width; c++) {
        if ((this.words[r * this.rowWords + (c >>> 5)] >>> (c & 31)) & 1) out[base + c] = 1;
      }
    }
    return out;
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no mask */
export function requireMask(value: unknown, what = 'mask'): asserts value is Mask {
  if (value instanceof Mask) return;
  requireInstance(what, value, Mask, 'a Mask: of Results.masks, Mask.fromBitmap or decodeRle');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no list of masks */
export function requireMasks(what: string, value: unknown): asserts value is readonly Mask[] {
  requireList(what, value);
  for (let i = 0; i < value.length; i++) requireMask(value[i], `${what} ${i}`);
}
