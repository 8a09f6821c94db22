/** Errors on their way between a caller and its worker. */
import { FastSAMError } from '../errors.js';
import type { SentError } from './protocol.js';

/** Plain data of an error. What it was caused by stays in the worker; the message tells it. */
export function sentError(error: unknown): SentError {
  if (error instanceof FastSAMError) return { code: error.code, message: error.message };
  return { message: error instanceof Error ? error.message : String(error) };
}

/** The error again; one that is not the package's own becomes an `Error` with the same message. */
export function receivedError({ code, message }: SentError, cause?: unknown): Error {
  const options = cause === undefined ? undefined : { cause };
  return code === undefined ? new Error(message, options) : new FastSAMError(code, message, options);
}

/** The error of an image in a row. */
export function receivedFailure({ code = 'INVALID_IMAGE', message }: SentError): FastSAMError {
  return new FastSAMError(code, message);
}

/**
 * Whether a worker is of no use after an error: WebAssembly that ended in the middle of a function has no sound memory, and
 * a lost device does not come back.
 */
export function breaksWorker(error: unknown): boolean {
  if (error instanceof FastSAMError) return error.code === 'DEVICE_FAILED' || breaksWorker(error.cause);
  return error instanceof WebAssembly.RuntimeError;
}

/** For calls that lost their worker. */
export function workerLost(reason: string, cause?: unknown): FastSAMError {
  return new FastSAMError(
    'WORKER_LOST',
    `worker: ${reason}, expected it to live until its calls are done; call again, which starts another worker and loads the ` +
      'model (results that you have stay whole)',
    cause === undefined ? undefined : { cause },
  );
}
