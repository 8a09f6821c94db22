/** The assignments: optimum as lap's, rounds as TrackTrack's. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign } from '../../src/geometry/assignment.js';
import { associate } from '../../src/track/association/associate.js';
import type { Detection } from '../../src/track/trackers/detection.js';
import { iterativeAssign } from '../../src/track/association/iterativeAssign.js';
import type { Matrix } from '../../src/track/association/pairwiseIou.js';
import { Track } from '../../src/track/trackers/track.js';
import { golden } from './golden.js';

interface Case {
  readonly cost: readonly (readonly number[])[];
  readonly limit: number;
  /** For each row its column, or -1. */
  readonly columns: readonly number[];
}

function table(cost: readonly (readonly number[])[]): Matrix {
  return { rows: cost.length, columns: cost[0].length, values: Float64Array.from(cost.flat()) };
}

function solve(cost: Matrix, limit: number): number[] {
  const detections = Array.from({ length: cost.columns }, (_, index): Detection => ({ ...BOX, index }));
  const tracks = Array.from({ length: cost.rows }, (_, id) => new Track(id, 'xywh', BOX, 1, true));
  const columns = new Array<number>(cost.rows).fill(-1);
  for (const [track, { index }] of associate(tracks, detections, cost, limit).pairs) columns[track.id] = index;
  return columns;
}

const BOX: Detection = { index: 0, box: [0, 0, 1, 1], score: 1, class: 0 };

/** What the reference minimizes, up to a constant. */
function value(cost: Matrix, limit: number, columns: readonly number[]): number {
  return columns.reduce(
    (sum, column, row) => sum + (column < 0 ? 0 : cost.values[row * cost.columns + column] - limit),
    0,
  );
}

/** The least value by trying everything. */
function least(cost: Matrix, limit: number, row = 0, used = 0): number {
  if (row === cost.rows) return 0;
  let best = least(cost, limit, row + 1, used);
  for (let column = 0; column < cost.columns; column++) {
    if (used & (1 << column)) continue;
    const own = cost.values[row * cost.columns + column] - limit;
    if (own < 0) best = Math.min(best, own + least(cost, limit, row + 1, used | (1 << column)));
  }
  return best;
}

describe('associate', () => {
  test.each((golden('assignment') as readonly Case[]).map((one, i) => [i, one] as const))(
    'as lap.lapjv, case %i',
    (_, one) => {
      expect(solve(table(one.cost), one.limit)).toEqual(one.columns);
    },
  );

  test('finds the least cost, with ties and without', () => {
    const costs = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
      .chain(([rows, columns, ties]) => {
        const one = ties
          ? fc.integer({ min: 0, max: 4 }).map((n) => n / 4)
          : fc.double({ min: 0, max: 1, noNaN: true });
        return fc.array(fc.array(one, { minLength: columns, maxLength: columns }), {
          minLength: rows,
          maxLength: rows,
        });
      });
    fc.assert(
      fc.property(costs, fc.constantFrom(0.3, 0.5, 0.8, 1), (rows, limit) => {
        const cost = table(rows);
        const columns = solve(cost, limit);
        const taken = columns.filter((column) => column >= 0);
        expect(new Set(taken).size).toBe(taken.length);
        expect(value(cost, limit, columns)).toBeCloseTo(least(cost, limit), 12);
      }),
    );
  });

  test('serves rows in their order where all cost the same', () => {
    expect(solve({ rows: 3, columns: 2, values: new Float64Array(6).fill(0.5) }, 0.8)).toEqual([0, 1, -1]);
  });

  test('takes fractional costs whose sums round', () => {
    const n = 60;
    const values = Float64Array.from({ length: n * n }, (_, i) => ((i * 7919) % 1009) / 1009 / 3 + 0.1);
    const targets = Int32Array.from({ length: n * n }, (_, i) => i % n);
    const starts = Int32Array.from({ length: n + 1 }, (_, i) => i * n);
    const columns = assign({ rows: n, columns: n, starts, targets, costs: values }, new Float64Array(n).fill(5));
    expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  });
});

describe('iterativeAssign', () => {
  test('pairs those that prefer each other first, then those that are left, while the limit falls', () => {
    const cost = table([
      [0.1, 0.2, 0.9],
      [0.15, 0.6, 0.9],
      [0.9, 0.9, 0.66],
    ]);
    // Round 1: (0, 0) and (2, 2). Round 2, limit 0.65: (1, 1).
    expect([...iterativeAssign(cost, 0.7, 0.05)]).toEqual([0, 1, 2]);
    expect([...iterativeAssign(cost, 0.7, 0.11)]).toEqual([0, -1, 2]);
    expect([...iterativeAssign(cost, 0.1, 0.05)]).toEqual([-1, -1, -1]);
  });
});
