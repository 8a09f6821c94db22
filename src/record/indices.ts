/** Indices in a list of objects. */
import { invalidArgument } from '../errors.js';
import { showValue } from '../options/showValue.js';

/**
 * The index from 0 that an index means; -1 is the last.
 * @param what name of the thing counted, for the message.
 * @throws FastSAMError `INVALID_ARGUMENT` outside -length … length - 1 or for no whole number.
 */
export function checkIndex(what: string, index: number, length: number): number {
  const fromStart = typeof index === 'number' && index < 0 ? index + length : index;
  if (!Number.isInteger(fromStart) || fromStart < 0 || fromStart >= length) {
    throw invalidArgument(
      `${what} index: got ${showValue(index)}, expected a whole number from ${-length} to ${length - 1} (there are ${length})`,
    );
  }
  return fromStart;
}
