/** Products of matrices, four rows and eight columns at a time: as many sums as fit into the registers of vectors. */
import { FunctionWriter, I32, V128, type Local } from '../assembler.js';
import { FLOAT_BYTES, VECTOR_BYTES } from '../wasmKernels/backend.js';

/** Rows come in multiples of this. */
export const ROWS = 4;
/** Columns come in multiples of this. */
export const COLUMNS = 8;

/** A row of a panel. */
const PANEL_BYTES = COLUMNS * FLOAT_BYTES;
const VECTORS = PANEL_BYTES / VECTOR_BYTES;
/** Steps along the rows of the left matrix that are written out one after the other. */
const STEPS = 4;

/**
 * `product(a, b, out, rows, rowBytes, outRowBytes, count, start)`: `count` matrices a [rows,K] times as many b [K,N], plus start [N]
 * for each row, into out [rows,N]; each kind lies one behind the other. `rowBytes` is 4K, `outRowBytes` 4N; K is a multiple of 4, N of 8, rows of 4. Each `b`
 * comes as `packPanels` lays it out.
 */
export function matrixProduct(): FunctionWriter {
  const f = new FunctionWriter(8);
  const [a, b, out, rows, rowBytes, outRowBytes, count, start] = f.arguments();
  const number = f.local(I32);
  // The right matrix ends where the next one begins.
  f.loop(number, 0, count, 1, () => {
    oneProduct(f, [a, b, out, rows, rowBytes, outRowBytes, start]);
    f.get(rows).get(rowBytes).i32('mul').get(a).i32('add').set(a);
    f.get(rows).get(outRowBytes).i32('mul').get(out).i32('add').set(out);
  });
  return f;
}

function oneProduct(f: FunctionWriter, [a, b, out, rows, rowBytes, outRowBytes, start]: readonly Local[]): void {
  const [column, row, k, panel, at] = f.locals(5, I32);
  const left = f.locals(ROWS, I32);
  const sums = Array.from({ length: ROWS }, () => f.locals(VECTORS, V128));
  const right = f.locals(VECTORS, V128);
  const factor = f.local(V128);
  f.loop(column, 0, outRowBytes, PANEL_BYTES, () => {
    f.get(a).set(left[0]);
    f.loop(row, 0, rows, ROWS, () => {
      for (let i = 1; i < ROWS; i++) f.total(left[i - 1], rowBytes).set(left[i]);
      f.total(start, column).set(at);
      for (let j = 0; j < VECTORS; j++) {
        f.get(at)
          .loadVector(j * VECTOR_BYTES)
          .set(sums[0][j]);
        for (const ofRow of sums.slice(1)) f.get(sums[0][j]).set(ofRow[j]);
      }
      f.get(b).set(panel);
      f.loop(k, 0, rowBytes, STEPS * FLOAT_BYTES, () => {
        for (let step = 0; step < STEPS; step++) {
          right.forEach((r, j) =>
            f
              .get(panel)
              .loadVector(step * PANEL_BYTES + j * VECTOR_BYTES)
              .set(r),
          );
          sums.forEach((ofRow, i) => {
            f.total(left[i], k)
              .loadSplat(step * FLOAT_BYTES)
              .set(factor);
            ofRow.forEach((sum, j) => f.get(factor).get(right[j]).f32x4('mul').get(sum).f32x4('add').set(sum));
          });
        }
        f.total(panel, STEPS * PANEL_BYTES).set(panel);
      });
      f.get(row).get(outRowBytes).i32('mul').total(out, column).i32('add').set(at);
      for (const ofRow of sums) {
        ofRow.forEach((sum, j) =>
          f
            .get(at)
            .get(sum)
            .storeVector(j * VECTOR_BYTES),
        );
        f.total(at, outRowBytes).set(at);
      }
      f.total(left[ROWS - 1], rowBytes).set(left[0]);
    });
    f.get(panel).set(b); // the next panel begins where this one ends
  });
}

/**
 * A matrix in the order in which `product` reads it: eight columns after eight columns, each of these panels row by row.
 * @param matrix [depth, columns], columns a multiple of 8.
 */
export function packPanels(matrix: Float32Array, columns: number): Float32Array {
  const packed = new Float32Array(matrix.length);
  let at = 0;
  for (let first = 0; first < columns; first += COLUMNS) {
    for (let start = first; start < matrix.length; start += columns, at += COLUMNS) {
      for (let i = 0; i < COLUMNS; i++) packed[at + i] = matrix[start + i];
    }
  }
  return packed;
}
