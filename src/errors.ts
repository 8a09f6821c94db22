/** The one error type of the package. */
import { printable } from './text/printable.js';

/** What went wrong, for programs; the message says the same for people. */
export type FastSAMErrorCode =
  /** An option or argument has a value that makes no sense (NaN, negative size, unknown name …). */
  | 'INVALID_ARGUMENT'
  /** A prompt that cannot be answered: wrong shape, NaN, outside the image. */
  | 'INVALID_PROMPT'
  /** A file is missing, a folder, or may not be read. */
  | 'FILE_UNREADABLE'
  /** A file could not be written: no space, no permission, no such folder. */
  | 'WRITE_FAILED'
  /** Bytes that are no image, or a broken one. */
  | 'INVALID_IMAGE'
  /** What is no video, or a broken one, or one that could not be read to its end. */
  | 'INVALID_VIDEO'
  /** A program that the work needs (ffmpeg) is not installed. */
  | 'PROGRAM_MISSING'
  /** Bytes that are no checkpoint, or a truncated, inconsistent or hostile one. */
  | 'INVALID_CHECKPOINT'
  /** A sound file of a format or with content that is not read here. */
  | 'UNSUPPORTED_CHECKPOINT'
  /** The tensors of a checkpoint do not fit the network. */
  | 'CHECKPOINT_MISMATCH'
  /** No model, layer or device of that name. */
  | 'UNKNOWN_NAME'
  /** A download failed: no network, refused, cut off, HTTP error. */
  | 'DOWNLOAD_FAILED'
  /** A downloaded file is not the file that was asked for. */
  | 'DOWNLOAD_CORRUPT'
  /** The device asked for is not present here. */
  | 'DEVICE_UNAVAILABLE'
  /** The device failed in the middle of its work: lost, out of memory, a program that it refused. */
  | 'DEVICE_FAILED'
  /** The worker that did the work ended, or was ended, in the middle of it; the next call starts another. */
  | 'WORKER_LOST'
  /** A function of tensors cannot be written down as a graph, or bytes are no such graph. */
  | 'NOT_COMPILABLE'
  /** The caller's AbortSignal fired. */
  | 'ABORTED'
  /** The object was disposed before this call. */
  | 'DISPOSED';

/**
 * Every error that the package throws on purpose. The message reads `what: got …, expected …; do …`, stands on its own,
 * and `cause` holds the error underneath, where there is one. Whatever file names, checkpoints and servers bring into it,
 * it is one line without control characters, of 2,000 characters at most, and tells no password of a URL.
 */
export class FastSAMError extends Error {
  override readonly name = 'FastSAMError';

  constructor(
    readonly code: FastSAMErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(printable(typeof message === 'string' ? message : 'an error without a text'), options);
  }
}

/** The error for an option or argument that makes no sense. */
export function invalidArgument(message: string, options?: ErrorOptions): FastSAMError {
  return new FastSAMError('INVALID_ARGUMENT', message, options);
}

/** An error of a part with the place of the whole in front; other errors stay. */
export function located(error: unknown, where: string): unknown {
  if (!(error instanceof FastSAMError)) return error;
  return new FastSAMError(error.code, `${where}: ${error.message}`, { cause: error });
}

/**
 * Throws `ABORTED` if the signal has fired.
 * @throws FastSAMError `ABORTED`, with the signal's reason as its cause.
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new FastSAMError('ABORTED', 'aborted by the caller', { cause: signal.reason });
}
