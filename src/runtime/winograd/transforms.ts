/**
 * Winograd's minimal filtering F(4x4, 3x3): 16 outputs of a 3x3 convolution from 36 products instead of 144.
 * Lavin and Gray, Fast Algorithms for Convolutional Neural Networks (2016), section 4.3, with the points 0, 1, -1, 2, -2.
 *
 * Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A for each 6x6 piece d of the input, which overlaps its neighbours by 2. Over all channels the
 * products ⊙ become 36 matrix products. Here are the three transforms around them.
 */
import { FunctionWriter, I32, V128, type Local } from '../assembler.js';
import { VECTOR_BYTES } from '../wasmKernels/backend.js';
import { findCells, type MapVariables, type CellPosition } from './cells.js';

/** Outputs of a tile along one side. */
export const TILE = 4;
/** Inputs of a tile along one side. */
export const PATCH = 6;
/** Values of a transformed tile. */
export const POINTS = PATCH * PATCH;

/** A variable and its factor in a sum. */
type Term = readonly [factor: number, of: Local];

/** Assigns a sum. */
function assign(f: FunctionWriter, to: Local, ...terms: readonly Term[]): void {
  terms.forEach(([factor, of], i) => {
    f.get(of);
    const size = i === 0 ? factor : Math.abs(factor);
    if (size !== 1) f.splat(size).f32x4('mul');
    if (i > 0) f.f32x4(factor < 0 ? 'sub' : 'add');
  });
  f.set(to);
}

/** Writes down what happens to one line of a tile: 6 values in, 6 or 4 out, with some variables to spare. */
type Line = (f: FunctionWriter, line: readonly Local[], out: readonly Local[], spare: readonly Local[]) => void;

/** Bᵀ d. */
const inputLine: Line = (f, [d0, d1, d2, d3, d4, d5], out, [even, odd]) => {
  assign(f, out[0], [4, d0], [-5, d2], [1, d4]);
  assign(f, even, [1, d4], [-4, d2]);
  assign(f, odd, [1, d3], [-4, d1]);
  assign(f, out[1], [1, even], [1, odd]);
  assign(f, out[2], [1, even], [-1, odd]);
  assign(f, even, [1, d4], [-1, d2]);
  assign(f, odd, [2, d3], [-2, d1]);
  assign(f, out[3], [1, even], [1, odd]);
  assign(f, out[4], [1, even], [-1, odd]);
  assign(f, out[5], [4, d1], [-5, d3], [1, d5]);
};

/** Aᵀ m. */
const outputLine: Line = (f, [m0, m1, m2, m3, m4, m5], out, [a, b, c, d]) => {
  assign(f, a, [1, m1], [1, m2]);
  assign(f, b, [1, m1], [-1, m2]);
  assign(f, c, [1, m3], [1, m4]);
  assign(f, d, [1, m3], [-1, m4]);
  assign(f, out[0], [1, m0], [1, a], [1, c]);
  assign(f, out[1], [1, b], [2, d]);
  assign(f, out[2], [1, a], [4, c]);
  assign(f, out[3], [1, b], [8, d], [1, m5]);
};

/** The addresses of all points of the first tile: planes that lie behind each other. */
function planes(f: FunctionWriter, first: Local, planeBytes: Local): Local[] {
  const addresses = f.locals(POINTS, I32);
  addresses.forEach((address, i) => f.total(i === 0 ? first : addresses[i - 1], i === 0 ? 0 : planeBytes).set(address));
  return addresses;
}

/** Rows of a map, from the first one of a tile to the one after the last. */
interface Rows {
  readonly first: Local;
  readonly end: Local;
}

/** Runs the body for each tile of some rows of a map; `at` is the first tile's position in the transformed maps, in bytes. */
function eachTile(
  f: FunctionWriter,
  { width, cellBytes }: MapVariables,
  { first, end }: Rows,
  at: Local,
  body: (position: CellPosition) => void,
): void {
  const [row, column] = f.locals(2, I32);
  f.loop(row, first, end, TILE, () => {
    f.loop(column, 0, width, TILE, () => {
      body({ row, column });
      f.total(at, cellBytes).set(at);
    });
  });
}

/**
 * `input(map, zeros, parts, planeBytes, at, height, width, cellBytes, first, end)`: Bᵀ d B of every tile of the rows from `first` to
 * `end` (multiples of 4) of one map [height,width,C], with a border of one zero. `cellBytes` is 4C, `zeros` C zeros; point p of
 * the t-th of these tiles goes to parts + p · planeBytes + at + t · cellBytes. C is a multiple of 4.
 */
export function inputTransform(): FunctionWriter {
  const f = new FunctionWriter(10);
  const [map, elsewhere, parts, planeBytes, at, height, width, cellBytes, first, end] = f.arguments();
  const shape = { map, height, width, cellBytes };
  const points = planes(f, parts, planeBytes);
  const cells = f.locals(POINTS, I32);
  const half = f.locals(POINTS, V128); // Bᵀ d
  const line = f.locals(PATCH, V128);
  const out = f.locals(PATCH, V128);
  const spare = f.locals(2, V128);
  const c = f.local(I32);
  eachTile(f, shape, { first, end }, at, (position) => {
    findCells(f, shape, position, { cells, side: PATCH, border: 1, elsewhere });
    f.loop(c, 0, cellBytes, VECTOR_BYTES, () => {
      for (let x = 0; x < PATCH; x++) {
        for (let y = 0; y < PATCH; y++)
          f.total(cells[y * PATCH + x], c)
            .loadVector()
            .set(line[y]);
        inputLine(f, line, column(half, x), spare);
      }
      for (let y = 0; y < PATCH; y++) {
        inputLine(f, row(half, y), out, spare);
        for (let x = 0; x < PATCH; x++)
          f.total(points[y * PATCH + x], at, c)
            .get(out[x])
            .storeVector();
      }
    });
  });
  return f;
}

/**
 * `output(map, dump, parts, planeBytes, at, height, width, cellBytes, first, end, bias)`: Aᵀ m A + bias for these tiles into a map
 * [height,width,C]; the rest as for `inputTransform`. `dump` takes C values that belong nowhere; `bias` are C values.
 */
export function outputTransform(): FunctionWriter {
  const f = new FunctionWriter(11);
  const [map, elsewhere, parts, planeBytes, at, height, width, cellBytes, first, end, bias] = f.arguments();
  const shape = { map, height, width, cellBytes };
  const points = planes(f, parts, planeBytes);
  const cells = f.locals(TILE * TILE, I32);
  const half = f.locals(TILE * PATCH, V128); // Aᵀ m
  const line = f.locals(PATCH, V128);
  const out = f.locals(TILE, V128);
  const spare = f.locals(4, V128);
  const c = f.local(I32);
  eachTile(f, shape, { first, end }, at, (position) => {
    findCells(f, shape, position, { cells, side: TILE, border: 0, elsewhere });
    f.loop(c, 0, cellBytes, VECTOR_BYTES, () => {
      for (let x = 0; x < PATCH; x++) {
        for (let y = 0; y < PATCH; y++)
          f.total(points[y * PATCH + x], at, c)
            .loadVector()
            .set(line[y]);
        outputLine(f, line, column(half, x), spare);
      }
      for (let y = 0; y < TILE; y++) {
        outputLine(f, row(half, y), out, spare);
        for (let x = 0; x < TILE; x++) {
          f.total(cells[y * TILE + x], c).get(out[x]);
          f.total(bias, c).loadVector().f32x4('add').storeVector();
        }
      }
    });
  });
  return f;
}

/** Of a matrix with 6 columns. */
const row = (matrix: readonly Local[], y: number): Local[] => matrix.slice(y * PATCH, (y + 1) * PATCH);
const column = (matrix: readonly Local[], x: number): Local[] => matrix.filter((_, i) => i % PATCH === x);
