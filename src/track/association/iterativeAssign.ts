/** TrackTrack's assignment: in rounds, those first that are sure of each other. */
import type { Matrix } from './pairwiseIou.js';

/**
 * In every round each row and column that prefer each other, at a cost below the limit, become a pair; then the limit
 * falls. Ends with the first round that makes no pair. Of equal costs the earlier row and the earlier column are preferred.
 * @returns for every row its column, or -1.
 */
export function iterativeAssign(cost: Matrix, limit: number, step: number): Int32Array {
  const columnOf = new Int32Array(cost.rows).fill(-1);
  const rowOf = new Int32Array(cost.columns).fill(-1);
  for (let paired = true; paired; limit -= step) {
    const { nearestColumn, nearestRow } = nearest(cost, columnOf, rowOf);
    paired = false;
    for (let row = 0; row < cost.rows; row++) {
      const column = nearestColumn[row];
      if (column < 0 || nearestRow[column] !== row || cost.values[row * cost.columns + column] >= limit) continue;
      columnOf[row] = column;
      rowOf[column] = row;
      paired = true;
    }
  }
  return columnOf;
}

/** The cheapest partner of each row and column among those that are free; -1 where there is none. */
function nearest(
  cost: Matrix,
  columnOf: Int32Array,
  rowOf: Int32Array,
): { nearestColumn: Int32Array; nearestRow: Int32Array } {
  const nearestColumn = new Int32Array(cost.rows).fill(-1);
  const nearestRow = new Int32Array(cost.columns).fill(-1);
  const columnCost = new Float64Array(cost.columns).fill(Infinity);
  for (let row = 0; row < cost.rows; row++) {
    if (columnOf[row] >= 0) continue;
    let least = Infinity;
    for (let column = 0; column < cost.columns; column++) {
      if (rowOf[column] >= 0) continue;
      const value = cost.values[row * cost.columns + column];
      if (value < least) {
        least = value;
        nearestColumn[row] = column;
      }
      if (value < columnCost[column]) {
        columnCost[column] = value;
        nearestRow[column] = row;
      }
    }
  }
  return { nearestColumn, nearestRow };
}
