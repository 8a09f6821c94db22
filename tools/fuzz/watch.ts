/** What readers must not do with any file: fail otherwise than by a clear refusal, or print. */
import { FastSAMError } from '../../src/errors.js';

// eslint-disable-next-line no-control-regex -- what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** Most characters of a message. */
const LONGEST_MESSAGE = 2000;

/** What is wrong with an error; undefined for a clear refusal. */
export function faultIn(error: unknown): string | undefined {
  if (!(error instanceof FastSAMError)) return String(error instanceof Error ? error.stack : error);
  for (let cause = error.cause; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined) {
    if (isForeign(cause)) return `${error.message}, caused by ${cause.stack ?? ''}`;
  }
  if (CONTROL.test(error.message)) return `control character in ${JSON.stringify(error.message)}`;
  return error.message.length > LONGEST_MESSAGE ? `a message of ${error.message.length} characters` : undefined;
}

/** A mistake of our own, caught late. A decoder of text throws a TypeError for bytes that are none. */
function isForeign(cause: unknown): cause is Error {
  const isMistake = cause instanceof TypeError || cause instanceof RangeError || cause instanceof ReferenceError;
  return isMistake && (!('code' in cause) || cause.code !== 'ERR_ENCODING_INVALID_ENCODED_DATA');
}

/** Keeps back what is printed, until its end. */
export function watchPrints(): { readonly take: () => string; readonly end: () => void } {
  let text = '';
  const streams = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write.bind(stream) }));
  for (const { stream } of streams) {
    stream.write = (chunk: string | Uint8Array): boolean => {
      text += String(chunk);
      return true;
    };
  }
  return {
    take() {
      const taken = text;
      text = '';
      return taken;
    },
    end() {
      for (const { stream, write } of streams) stream.write = write;
    },
  };
}
