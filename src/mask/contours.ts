/** Border following on bit masks: outer borders and holes as chains of pixels. */
import { lowestBit } from './bits.js';
import { labelAt, labelRuns } from './components.js';
import type { Mask } from './mask.js';

/** One closed border. */
export interface Contour {
  /**
   * Pixels of the mask along the border, `x0, y0, x1, y1, …` in whole pixels of the grid. Outer borders begin at the
   * leftmost pixel of their top row and go down first; holes are bordered by the mask's pixels around them.
   */
  readonly points: Int32Array;
  readonly hole: boolean;
  /** Index in the list of the outer border around this hole; -1 for outer borders. */
  readonly parent: number;
}

export interface ContourOptions {
  /** `external`: only borders that lie in no hole; `all`: outer borders, each followed by its holes. Default `all`. */
  readonly mode?: 'external' | 'all';
  /** `simple` leaves out the points inside straight runs (of 8 directions); `none` keeps all. Default `simple`. */
  readonly approximation?: 'simple' | 'none';
}

/** Steps to the 8 neighbours: east, then counter-clockwise as seen on the screen (y down). */
const STEP_X = Int32Array.of(1, 1, 0, -1, -1, -1, 0, 1);
const STEP_Y = Int32Array.of(0, -1, -1, -1, 0, 1, 1, 1);
const EAST = 0;
const WEST = 4;

/** A mask's bits with one empty pixel on every side, and the marks that border following leaves. */
class Board {
  readonly rowWords: number;
  readonly height: number;
  readonly bits: Int32Array;
  /** Pixels that some border has passed. */
  readonly seen: Int32Array;
  /** Pixels whose right neighbour was looked at from a border and found empty. */
  readonly rightEdge: Int32Array;

  constructor(readonly mask: Mask) {
    const rowWords = (mask.width + 2 + 31) >>> 5;
    this.rowWords = rowWords;
    this.height = mask.height + 2;
    this.bits = new Int32Array(rowWords * this.height);
    this.seen = new Int32Array(this.bits.length);
    this.rightEdge = new Int32Array(this.bits.length);
    for (let r = 0; r < mask.height; r++) {
      const to = (r + 1) * rowWords;
      let carry = 0;
      for (let w = 0; w < mask.rowWords; w++) {
        const word = mask.words[r * mask.rowWords + w];
        this.bits[to + w] = (word << 1) | carry;
        carry = word >>> 31;
      }
      if (carry !== 0) this.bits[to + mask.rowWords] |= carry;
    }
  }

  has(x: number, y: number): boolean {
    return ((this.bits[y * this.rowWords + (x >> 5)] >>> (x & 31)) & 1) !== 0;
  }
}

/** Takes the points of one border; grows as needed. */
class Chain {
  #points = new Int32Array(256);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  push(x: number, y: number): void {
    if (this.#length + 2 > this.#points.length) {
      const larger = new Int32Array(2 * this.#points.length);
      larger.set(this.#points);
      this.#points = larger;
    }
    this.#points[this.#length++] = x;
    this.#points[this.#length++] = y;
  }

  take(): Int32Array {
    return this.#points.slice(0, this.#length);
  }
}

/**
 * Follows one border from its start pixel (Suzuki and Abe 1985, algorithm 1, step 3), marks it on the board and
 * writes its points, in grid pixels.
 */
function follow(board: Board, x0: number, y0: number, hole: boolean, simple: boolean, chain: Chain): void {
  const { bits, seen, rightEdge, rowWords, mask } = board;
  const shiftX = mask.x - 1;
  const shiftY = mask.y - 1;
  chain.clear();
  const from = hole ? EAST : WEST;
  // Clockwise from the empty pixel that gave the border away: the first pixel met is where the border will close.
  let direction = from;
  do {
    direction = (direction - 1) & 7;
  } while (direction !== from && !board.has(x0 + STEP_X[direction], y0 + STEP_Y[direction]));
  const startIndex = y0 * rowWords + (x0 >> 5);
  if (direction === from) {
    seen[startIndex] |= 1 << (x0 & 31);
    rightEdge[startIndex] |= 1 << (x0 & 31);
    chain.push(x0 + shiftX, y0 + shiftY);
    return;
  }
  const endX = x0 + STEP_X[direction];
  const endY = y0 + STEP_Y[direction];
  let x = x0;
  let y = y0;
  let previous = direction ^ 4;
  for (;;) {
    const back = direction;
    let nextX: number;
    let nextY: number;
    // Counter-clockwise from the pixel that we come from to the next pixel of the border.
    let turn = back;
    do {
      turn++;
      nextX = x + STEP_X[turn & 7];
      nextY = y + STEP_Y[turn & 7];
    } while (((bits[nextY * rowWords + (nextX >> 5)] >>> (nextX & 31)) & 1) === 0);
    const index = y * rowWords + (x >> 5);
    seen[index] |= 1 << (x & 31);
    // Passing over direction 8 (east again) means that the east neighbour was looked at and is empty.
    if (turn > 8) rightEdge[index] |= 1 << (x & 31);
    direction = turn & 7;
    if (!simple || direction !== previous) chain.push(x + shiftX, y + shiftY);
    previous = direction;
    if (nextX === x0 && nextY === y0 && x === endX && y === endY) return;
    x = nextX;
    y = nextY;
    direction ^= 4;
  }
}

/** Whether the nearest border pixel to the left on this row leaves us inside its border. */
function isEnclosed(board: Board, x: number, y: number): boolean {
  const base = y * board.rowWords;
  for (let w = x >> 5; w >= 0; w--) {
    let marks = board.seen[base + w];
    if (w === x >> 5) marks &= (1 << (x & 31)) - 1;
    if (marks === 0) continue;
    const bit = 31 - Math.clz32(marks);
    return ((board.rightEdge[base + w] >>> bit) & 1) === 0;
  }
  return false;
}

interface Found {
  readonly points: Int32Array;
  readonly hole: boolean;
  /** Start pixel in the mask's window. */
  readonly x: number;
  readonly y: number;
}

/** All borders in the order in which a scan from the top left meets them. */
function scan(mask: Mask, external: boolean, simple: boolean): Found[] {
  const board = new Board(mask);
  const { bits, seen, rightEdge, rowWords } = board;
  const found: Found[] = [];
  const chain = new Chain();
  const add = (x: number, y: number, hole: boolean): void => {
    follow(board, x, y, hole, simple, chain);
    found.push({ points: chain.take(), hole, x: x - 1, y: y - 1 });
  };
  for (let y = 1; y < board.height - 1; y++) {
    for (let w = 0, i = y * rowWords; w < rowWords; w++, i++) {
      const word = bits[i];
      if (word === 0) continue;
      const before = w > 0 ? bits[i - 1] >>> 31 : 0;
      const after = w + 1 < rowWords ? bits[i + 1] << 31 : 0;
      const opens = word & ~((word << 1) | before);
      const closes = external ? 0 : word & ~((word >>> 1) | after);
      // Marks only grow, so what is left out here stays left out; the rest is looked at again when its turn comes.
      for (let rest = (opens & ~seen[i]) | (closes & ~rightEdge[i]); rest !== 0; rest &= rest - 1) {
        const bit = rest & -rest;
        const x = 32 * w + lowestBit(rest);
        if ((opens & ~seen[i] & bit) !== 0 && !(external && isEnclosed(board, x, y))) add(x, y, false);
        if ((closes & ~rightEdge[i] & bit) !== 0) add(x, y, true);
      }
    }
  }
  return found;
}

/** For each border found, its index in scan order among the outer borders of the component that it belongs to. */
function ownersOf(mask: Mask, found: readonly Found[]): number[] {
  if (!found.some((border) => border.hole)) return found.map((_, i) => i);
  const runs = labelRuns(mask, 8);
  // Components are numbered in scan order too, and each has exactly one outer border.
  return found.map((border) => labelAt(runs, border.x, border.y));
}

/**
 * The mask's borders: the same borders, points, hierarchy and order as `cv2.findContours` gives with RETR_CCOMP
 * (`all`) or RETR_EXTERNAL (`external`) and CHAIN_APPROX_SIMPLE or _NONE. Last met comes first; in `all` the holes of
 * a border follow it. The mask's pixels are connected over 8 neighbours, holes over 4.
 */
export function traceContours(mask: Mask, options: ContourOptions = {}): Contour[] {
  const found = scan(mask, options.mode === 'external', options.approximation !== 'none');
  const owners = ownersOf(mask, found);
  const outers = found.map((_, i) => i).filter((i) => !found[i].hole);
  const holesOf = new Map<number, Int32Array[]>();
  found.forEach(({ hole, points }, i) => {
    if (!hole) return;
    const list = holesOf.get(owners[i]);
    if (list) list.push(points);
    else holesOf.set(owners[i], [points]);
  });
  const contours: Contour[] = [];
  for (const outer of outers.reverse()) {
    const parent = contours.push({ points: found[outer].points, hole: false, parent: -1 }) - 1;
    for (const points of (holesOf.get(owners[outer]) ?? []).reverse()) contours.push({ points, hole: true, parent });
  }
  return contours;
}

/** Area that a closed chain of points encloses, in square pixels (shoelace formula), regardless of its direction. */
export function contourArea(points: ArrayLike<number>): number {
  let twice = 0;
  const n = points.length;
  for (let i = 0, j = n - 2; i < n; j = i, i += 2) twice += points[j] * points[i + 1] - points[i] * points[j + 1];
  return Math.abs(twice) / 2;
}
