/** One object's mask: bits inside a window of the grid, never a whole image of numbers. */
import type { Rect } from '../geometry/rect.js';
import { DISPLAY, INSPECT, type DisplayData } from '../options/show.js';
import { maskSvg } from './svg.js';

/** Number of set bits of a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
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

  constructor(
    readonly gridWidth: number,
    readonly gridHeight: number,
    readonly x: number,
    readonly y: number,
    readonly width: number,
    readonly height: number,
    readonly words: Uint32Array,
  ) {
    this.rowWords = (width + 31) >>> 5;
  }

  /** A mask without a pixel. */
  static empty(gridWidth: number, gridHeight: number): Mask {
    return new Mask(gridWidth, gridHeight, 0, 0, 0, 0, new Uint32Array(0));
  }

  /** Packs a row-major bitmap of the whole grid (non-zero = inside); the window is the whole grid. */
  static fromBitmap(bitmap: ArrayLike<number>, gridWidth: number, gridHeight: number): Mask {
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

  /** Whether the grid's pixel (column x, row y; whole numbers) is inside; false outside the grid. */
  has(x: number, y: number): boolean {
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
