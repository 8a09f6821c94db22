/** First arguments of public functions: of the kind that they should be, or an error that says so. */
import { invalidArgument } from '../errors.js';
import { showValue } from './showValue.js';

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no text */
export function requireText(what: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw invalidArgument(`${what}: got ${showValue(value)}, expected a text`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is neither a text nor a URL */
export function requireTextOrUrl(what: string, value: unknown): asserts value is string | URL {
  if (typeof value === 'string' || value instanceof URL) return;
  throw invalidArgument(`${what}: got ${showValue(value)}, expected a text or a URL`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no Uint8Array */
export function requireBytes(what: string, value: unknown): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  throw invalidArgument(`${what}: got ${showValue(value)}, expected the bytes of a file as a Uint8Array`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no list */
export function requireList(what: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw invalidArgument(`${what}: got ${showValue(value)}, expected a list`);
}

/** Whether a value is of a class; false for one that throws when it is looked at. */
export function isOf<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
