/** What a call throws, for tests of errors. */

import { FastSAMError } from '../../src/errors.js';

/** The FastSAMError that `action` throws; fails the test when it throws none. */
export function errorOf(action: () => unknown): FastSAMError {
  try {
    action();
  } catch (error) {
    if (error instanceof FastSAMError) return error;
    throw error;
  }
  throw new Error('expected a FastSAMError, got none');
}
