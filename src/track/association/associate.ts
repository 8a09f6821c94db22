/** Pairs tracks with detections at the least total cost. */
import { assign } from '../../geometry/assignment.js';
import { pairwiseIou, type Matrix } from './pairwiseIou.js';
import type { Detection } from '../trackers/detection.js';
import type { Track } from '../trackers/track.js';

/** Who belongs to whom. Tracks and detections that are in no pair keep the order of their lists. */
export interface Association<T extends Track = Track> {
  readonly pairs: readonly (readonly [track: T, detection: Detection])[];
  readonly freeTracks: T[];
  readonly freeDetections: Detection[];
}

/**
 * ByteTrack's cost of a pair: 1 - IoU, or with scores fused in, 1 - IoU * score.
 * @param fuseScore a weak detection then has to fit better to be taken.
 */
export function overlapCost(tracks: readonly Track[], detections: readonly Detection[], fuseScore: boolean): Matrix {
  const table = pairwiseIou(
    tracks.map((track) => track.box),
    detections.map(({ box }) => box),
  );
  const { values, columns } = table;
  values.forEach((iou, i) => (values[i] = 1 - iou * (fuseScore ? detections[i % columns].score : 1)));
  return table;
}

/**
 * The pairs for which the sum of (cost - limit) is least: the optimum of `lap.lapjv(extend_cost=True, cost_limit)`. A
 * pair that costs `limit` or more is never made. Of several optima with the same sum one is taken that depends on
 * nothing but the order of the lists (see `assign`).
 */
export function associate<T extends Track>(
  tracks: readonly T[],
  detections: readonly Detection[],
  cost: Matrix,
  limit: number,
): Association<T> {
  const starts = new Int32Array(cost.rows + 1);
  const targets: number[] = [];
  for (let row = 0; row < cost.rows; row++) {
    for (let column = 0; column < cost.columns; column++) {
      if (cost.values[row * cost.columns + column] < limit) targets.push(row * cost.columns + column);
    }
    starts[row + 1] = targets.length;
  }
  const graph = {
    rows: cost.rows,
    columns: cost.columns,
    starts,
    targets: Int32Array.from(targets, (place) => place % cost.columns),
    costs: Float64Array.from(targets, (place) => cost.values[place]),
  };
  return pairUp(tracks, detections, assign(graph, new Float64Array(cost.rows).fill(limit)));
}

/** @param columnOf for every track its detection's place, or -1. */
export function pairUp<T extends Track>(
  tracks: readonly T[],
  detections: readonly Detection[],
  columnOf: ArrayLike<number>,
): Association<T> {
  const taken = new Set<number>(Array.from(columnOf));
  return {
    pairs: tracks.flatMap((track, i) => (columnOf[i] < 0 ? [] : [[track, detections[columnOf[i]]] as const])),
    freeTracks: tracks.filter((_, i) => columnOf[i] < 0),
    freeDetections: detections.filter((_, i) => !taken.has(i)),
  };
}
