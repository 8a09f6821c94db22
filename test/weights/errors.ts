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

/** The FastSAMError with which a promise is rejected; fails the test when it is not. */
export async function rejectionOf(action: () => Promise<unknown>): Promise<FastSAMError> {
  const failure: unknown = await action().then(
    () => new Error('expected a FastSAMError, got none'),
    (error: unknown) => error,
  );
  if (failure instanceof FastSAMError) return failure;
  throw failure;
}
