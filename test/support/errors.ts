/** What calls throw, for tests of errors. */
import { FastSAMError } from '../../src/errors.js';

/** The FastSAMError that `action` throws; any other error, or none, fails the test. */
export function errorOf(action: () => unknown): FastSAMError {
  const error = thrown(action);
  if (error === undefined) throw new Error('expected a FastSAMError, got none');
  return error;
}

/** The code of the FastSAMError that `action` throws, or `nothing thrown`; any other error fails the test. */
export const codeOf = (action: () => unknown): string => thrown(action)?.code ?? 'nothing thrown';

/** The FastSAMError with which a promise is rejected; any other error, or none, fails the test. */
export async function rejectionOf(action: () => Promise<unknown>): Promise<FastSAMError> {
  const failure: unknown = await action().then(
    () => new Error('expected a FastSAMError, got none'),
    (error: unknown) => error,
  );
  if (failure instanceof FastSAMError) return failure;
  throw failure;
}

/** Code and message of the FastSAMError that an action throws or rejects with. */
export async function refusal(action: () => unknown): Promise<[code: string, message: string]> {
  const { code, message } = await rejectionOf(() => Promise.resolve().then(action));
  return [code, message];
}

function thrown(action: () => unknown): FastSAMError | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof FastSAMError) return error;
    throw error;
  }
  return undefined;
}
