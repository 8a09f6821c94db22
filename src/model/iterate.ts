/** What is gone through item by item: images of a stream, frames of a clip. */
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';

/** Whether a value can be gone through, at once or as its items come. */
export function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/**
 * Goes through the images of a stream.
 * @throws FastSAMError `INVALID_ARGUMENT` for a value that cannot be gone through.
 */
export function iterate<T>(inputs: Iterable<T> | AsyncIterable<T>): AsyncIterator<T> | Iterator<T> {
  if (!isIterable(inputs)) {
    throw invalidArgument(`stream: got ${showValue(inputs)}, expected an iterable of images or frames`);
  }
  return Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
}

/** Whether the frames of a clip lie at a path or URL, and are not given one by one. */
export function isAddress(source: unknown): source is string | URL {
  return typeof source === 'string' || source instanceof URL;
}

/**
 * Checks that the frames of a clip can be gone through.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireFrames(source: unknown): void {
  if (!(source instanceof Uint8Array) && isIterable(source)) return;
  throw invalidArgument(`track: got ${showValue(source)}, expected a path, a URL, or an iterable of images or frames`);
}
