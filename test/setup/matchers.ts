/** Matchers of this repository for Vitest, registered for every test file. */
import { expect } from 'vitest';
import type { Mask } from '../../src/mask/mask.js';
import { compareNumbers, type Numbers, type Tolerance } from '../support/allclose.js';
import { compareMasks } from '../support/compareMasks.js';

interface HouseMatchers<R = unknown> {
  /**
   * Numbers are close, as numpy.allclose: typed arrays, nested arrays and tensors of TensorFlow.js. A failure names the
   * largest difference, its index and both values.
   */
  toBeAllclose(expected: Numbers, tolerance?: Tolerance): R;
  /** A mask has the pixels of another, or of rows of text with `#` inside. A failure draws both. */
  toEqualMask(expected: Mask): R;
  toEqualMask(...rows: string[]): R;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any -- as Vitest declares it
  interface Matchers<T = any> extends HouseMatchers<T> {}
}

expect.extend({
  toBeAllclose: (actual: unknown, expected: Numbers, tolerance?: Tolerance) =>
    compareNumbers(actual, expected, tolerance),
  toEqualMask: (actual: unknown, ...expected: [Mask] | string[]) =>
    compareMasks(actual, typeof expected[0] === 'object' ? expected[0] : (expected as string[])),
});
