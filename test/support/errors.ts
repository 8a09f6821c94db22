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

/** Code and message of the FastSAMError that an action throws or rejects with. */
export async function refusal(action: () => unknown): Promise<[code: string, message: string]> {
  try {
    await action();
  } catch (error) {
    if (error instanceof FastSAMError) return [error.code, error.message];
    throw error;
  }
  throw new Error('expected a FastSAMError, got none');
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
