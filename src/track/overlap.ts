/** IoU between the boxes of two lists. */
import type { Xyxy } from '../results/boxes.js';

/** A dense table: `values[row * columns + column]`. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** IoU of every box of the first list with every one of the second; 0 where they do not touch. */
export function iouTable(rows: readonly Xyxy[], columns: readonly Xyxy[]): Table {
  const flat = Float64Array.from(columns.flat());
  const areas = Float64Array.from(columns, area);
  const values = new Float64Array(rows.length * columns.length);
  rows.forEach((box, row) => {
    const [x1, y1, x2, y2] = box;
    const own = area(box);
    for (let column = 0; column < columns.length; column++) {
      const width = Math.min(x2, flat[4 * column + 2]) - Math.max(x1, flat[4 * column]);
      if (width <= 0) continue;
      const height = Math.min(y2, flat[4 * column + 3]) - Math.max(y1, flat[4 * column + 1]);
      if (height <= 0) continue;
      const shared = width * height;
      values[row * columns.length + column] = shared / (own + areas[column] - shared);
    }
  });
  return { rows: rows.length, columns: columns.length, values };
}

function area([x1, y1, x2, y2]: Xyxy): number {
  return (x2 - x1) * (y2 - y1);
}
