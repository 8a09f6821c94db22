/** IoU between the boxes of two lists. */
import { boxIou } from '../../geometry/boxIou.js';
import type { Xyxy } from '../../record/boxes.js';

/** A dense table: `values[row * columns + column]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** IoU of every box of the first list with every one of the second; 0 where they do not touch. */
export function pairwiseIou(rows: readonly Xyxy[], columns: readonly Xyxy[]): Matrix {
  const values = new Float64Array(rows.length * columns.length);
  let place = 0;
  for (const a of rows) for (const b of columns) values[place++] = boxIou(a, b);
  return { rows: rows.length, columns: columns.length, values };
}
