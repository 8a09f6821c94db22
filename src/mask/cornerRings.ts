/** Outlines along the corners of pixels, which other programs fill back to exactly the same pixels. */
import { labelAt, labelRuns } from './components.js';
import type { Mask } from './mask.js';

/** x, y pairs of the corners between pixels, 0 … grid width and height; not repeated at the end. */
export type Ring = number[];

/** One part of a mask, connected over the 4 neighbours of pixels. Filled by the even-odd rule it gives the part's pixels. */
export interface CornerPart {
  /** Clockwise on the screen: the inside is on its right. */
  readonly outer: Ring;
  /** Around the holes, counter-clockwise: the part's pixels are on the right of these, too. */
  readonly holes: Ring[];
}

// Directions of travel: right, down, left, up.
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

/**
 * The 4-connected parts of a mask, in the order in which a scan from the top left meets them. Parts that touch at a corner
 * stay apart; holes that do are one ring that passes the corner twice.
 */
export function cornerParts(mask: Mask): CornerPart[] {
  const width = mask.width + 2;
  const cells = framedCells(mask, width);
  const passed = new Uint8Array(cells.length);
  const parts: CornerPart[] = [];
  const found: { readonly ring: Ring; readonly cell: number }[] = [];
  for (let p = width; p < cells.length - width; p++) {
    if (cells[p] === 0 || cells[p - width] !== 0 || passed[p] !== 0) continue;
    const ring = walk(cells, width, p, passed);
    const outwards = doubleArea(ring) > 0;
    const placed = ring.map((v, i) => v + (i % 2 === 0 ? mask.x : mask.y));
    if (outwards) parts.push({ outer: placed, holes: [] });
    else found.push({ ring: placed, cell: p });
  }
  if (found.length === 0) return parts;
  // A component's first cell in the scan is on its outer ring, so both are numbered alike.
  const runs = labelRuns(mask, 4);
  for (const { ring, cell } of found) {
    parts[labelAt(runs, (cell % width) - 1, Math.floor(cell / width) - 1)].holes.push(ring);
  }
  return parts;
}

/** The mask's window as bytes with a frame of one empty pixel. */
function framedCells(mask: Mask, width: number): Uint8Array {
  const cells = new Uint8Array(width * (mask.height + 2));
  for (let r = 0; r < mask.height; r++) {
    const row = (r + 1) * width + 1;
    for (let c = 0; c < mask.width; c++) {
      cells[row + c] = (mask.words[r * mask.rowWords + (c >>> 5)] >>> (c & 31)) & 1;
    }
  }
  return cells;
}

/** Walks from the top left corner of a cell to the right, and on until it is there again; notes the upper edges passed. */
function walk(cells: Uint8Array, width: number, start: number, passed: Uint8Array): Ring {
  // From a corner, by its lower right cell p: the cells ahead to the right and to the left of each direction.
  const right = [0, -1, -width - 1, -width];
  const left = [-width, 0, -1, -width - 1];
  const step = [1, width, -1, -width];
  const ring: Ring = [];
  let x = (start % width) - 1;
  let y = Math.floor(start / width) - 1;
  let p = start;
  let direction = 0;
  do {
    if (direction === 0) passed[p] = 1;
    p += step[direction];
    x += DX[direction];
    y += DY[direction];
    const turn = cells[p + right[direction]] === 0 ? 1 : cells[p + left[direction]] === 0 ? 0 : 3;
    if (turn !== 0) ring.push(x, y);
    direction = (direction + turn) & 3;
  } while (p !== start || direction !== 0);
  return ring;
}

/** Positive for rings around pixels, negative for rings around holes. */
function doubleArea(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
    sum += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  return sum;
}
