import { expect, test } from 'vitest';
import { roundHalfEven } from '../../src/geometry/rounding.js';

test.each([
  [0.5, 0],
  [1.5, 2],
  [2.5, 2],
  [2.4999999999999996, 2],
  [2.5000000000000004, 3],
  [-0.5, 0],
  [-1.5, -2],
  [-2.5, -2],
  [-2.6, -3],
  [7, 7],
  // The largest number below a half, where adding a half and cutting goes wrong.
  [0.49999999999999994, 0],
])("%d rounds to %d, as Python's round", (value, rounded) => {
  expect(roundHalfEven(value) + 0).toBe(rounded);
});
