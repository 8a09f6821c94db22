/** The Kalman filter against Ultralytics' float64 one. */
import { describe, expect, test } from 'vitest';
import type { Xyxy } from '../../src/record/boxes.js';
import { BoxFilter, type BoxModel } from '../../src/track/kalman/boxFilter.js';
import type { Affine } from '../../src/track/types.js';
import { golden } from './golden.js';

interface State {
  readonly mean: readonly number[];
  /** 8 x 8 row by row: x, y, two of size, and their velocities. */
  readonly covariance: readonly number[];
}
interface Step extends State {
  readonly coasting: boolean;
  readonly affine?: Affine;
  readonly predicted: readonly number[];
  readonly box?: Xyxy;
  readonly trust?: number;
}
interface Run extends State {
  readonly model: BoxModel;
  readonly start: Xyxy;
  readonly steps: readonly Step[];
}

describe.each((golden('kalman') as readonly Run[]).map((run) => [run.model, run] as const))('%s', (model, run) => {
  test('starts, predicts, follows the camera and updates as the reference', () => {
    const filter = new BoxFilter(model, run.start);
    expectState(filter, run);
    for (const step of run.steps) {
      if (step.affine) filter.warp(step.affine);
      filter.predict(step.coasting);
      expectSame(filter.mean, step.predicted);
      if (step.box) filter.update(step.box, step.trust);
      expectState(filter, step);
    }
  });
});

function expectState(filter: BoxFilter, { mean, covariance }: State): void {
  expectSame(filter.mean, mean);
  expectSame(full(filter), covariance);
}

/** The covariance in the reference's order. */
function full(filter: BoxFilter): Float64Array {
  const all = new Float64Array(64);
  const { centre, size } = filter.covariances;
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      const place = (i: number): number => (i < 2 ? i : i + 2);
      all[8 * place(row) + place(column)] = centre[4 * row + column];
      all[8 * (place(row) + 2) + place(column) + 2] = size[4 * row + column];
    }
  }
  return all;
}

/** As close as float64 is to itself in another order of operations. */
function expectSame(own: Float64Array, expected: readonly number[]): void {
  expect(own).toBeAllclose(expected, { rtol: 1e-11, atol: 1e-12 * Math.max(...expected.map(Math.abs)) });
}
