/** Lines of one pixel's width: the parallel thinning of MATLAB's `bwmorph(…, 'thin', Inf)`. */

/** Offsets of the neighbours x1 … x8: east, then counter-clockwise (y down). */
const NEIGHBOURS = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;

/**
 * Which of the 256 neighbourhoods (bit i - 1 is x_i) lose their centre, in the first and the second pass of an
 * iteration: conditions G1, G2 and G3 or G3' of Lam, Lee and Suen 1992 (page 879), which MATLAB's documentation cites;
 * the algorithm is Guo and Hall's of 1989.
 */
const TABLES = [removals(0), removals(4)] as const;

function removals(turn: 0 | 4): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => {
    const x = (i: number) => (code >> ((i - 1) % 8)) & 1;
    let crossings = 0;
    let n1 = 0;
    let n2 = 0;
    for (let k = 1; k <= 4; k++) {
      crossings += (1 - x(2 * k - 1)) & (x(2 * k) | x(2 * k + 1));
      n1 += x(2 * k - 1) | x(2 * k);
      n2 += x(2 * k) | x(2 * k + 1);
    }
    const neighbours = Math.min(n1, n2);
    const blocked = (x(2 + turn) | x(3 + turn) | (1 - x(8 + turn))) & x(1 + turn);
    return crossings === 1 && neighbours >= 2 && neighbours <= 3 && blocked === 0 ? 1 : 0;
  });
}

/**
 * Thins until nothing changes. Pixels outside the image count as empty.
 * @param bitmap 0 or not, `width * height`, row by row.
 * @returns 0 or 1.
 */
export function thin(bitmap: ArrayLike<number>, width: number, height: number): Uint8Array {
  const stride = width + 2;
  const grid = new Uint8Array(stride * (height + 2));
  let pixels: number[] = [];
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      if (!bitmap[p]) continue;
      const q = (y + 1) * stride + x + 1;
      grid[q] = 1;
      pixels.push(q);
    }
  }
  const offsets = NEIGHBOURS.map(([dx, dy]) => dy * stride + dx);
  for (let before = -1; before !== pixels.length;) {
    before = pixels.length;
    for (const table of TABLES) pixels = thinOnce(grid, pixels, offsets, table);
  }
  const out = new Uint8Array(width * height);
  for (const q of pixels) out[(Math.floor(q / stride) - 1) * width + (q % stride) - 1] = 1;
  return out;
}

/** One pass: all removals are decided before the first is made. Returns the pixels that stay. */
function thinOnce(
  grid: Uint8Array,
  pixels: readonly number[],
  offsets: readonly number[],
  table: Uint8Array,
): number[] {
  const kept: number[] = [];
  const removed: number[] = [];
  for (const q of pixels) {
    let code = 0;
    for (let i = 0; i < 8; i++) code |= grid[q + offsets[i]] << i;
    (table[code] === 1 ? removed : kept).push(q);
  }
  for (const q of removed) grid[q] = 0;
  return kept;
}
