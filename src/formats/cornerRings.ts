/** Outlines along the corners of pixels, which other programs fill back to exactly the same pixels. */
import type { Mask } from '../mask/mask.js';

/** x, y pairs of the corners between pixels, 0 … grid width and height; clockwise on the screen, not repeated at the end. */
export type Ring = number[];

// Directions of travel: right, down, left, up.
const DX = [1, 0, -1, 0];
const DY = [0, 1, 0, -1];

/**
 * The outer ring of each 4-connected part of a mask; parts that touch at a corner stay apart, holes are left out. Each
 * ring keeps the inside on its right. pycocotools decodes the rings to the mask with its holes filled, pixel for pixel.
 */
export function cornerRings(mask: Mask): Ring[] {
  const width = mask.width + 2;
  const cells = framedCells(mask, width);
  const passed = new Uint8Array(cells.length);
  const rings: Ring[] = [];
  for (let p = width; p < cells.length - width; p++) {
    if (cells[p] === 0 || cells[p - width] !== 0 || passed[p] !== 0) continue;
    const ring = walk(cells, width, p, passed);
    if (doubleArea(ring) > 0) rings.push(ring.map((v, i) => v + (i % 2 === 0 ? mask.x : mask.y)));
  }
  return rings;
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
