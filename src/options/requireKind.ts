/**
 * Arguments of public functions: of the kind that they should be, or an error that says so. Each check costs a few
 * comparisons and is made once a call, never in a loop over pixels.
 */
import { invalidArgument, type FastSAMError } from '../errors.js';
import { showValue } from './showValue.js';

/** A list or a typed array of numbers. */
export type Numbers = readonly number[] | Exclude<ArrayLike<number>, string>;

const wrong = (what: string, value: unknown, expected: string): FastSAMError =>
  invalidArgument(`${what}: got ${showValue(value)}, expected ${expected}`);

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no text */
export function requireText(what: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw wrong(what, value, 'a text');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is neither a text nor a URL */
export function requireTextOrUrl(what: string, value: unknown): asserts value is string | URL {
  if (typeof value !== 'string' && !isOf(value, URL)) throw wrong(what, value, 'a text or a URL');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no Uint8Array */
export function requireBytes(what: string, value: unknown): asserts value is Uint8Array {
  if (!isOf(value, Uint8Array)) throw wrong(what, value, 'the bytes of a file as a Uint8Array');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no list */
export function requireList(what: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(what, value, 'a list');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no object, or a list or typed array */
export function requireObject(
  what: string,
  value: unknown,
  expected = 'an object',
): asserts value is Readonly<Record<string, unknown>> {
  const list = Array.isArray(value) || ArrayBuffer.isView(value);
  if (typeof value !== 'object' || value === null || list) throw wrong(what, value, expected);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no object whose own values are all texts */
export function requireTexts(what: string, value: unknown): asserts value is Readonly<Record<string, string>> {
  requireObject(what, value);
  for (const [name, each] of Object.entries(value)) requireText(`${what} ${name}`, each);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what cannot be gone through; a text cannot */
export function requireIterable(what: string, value: unknown): asserts value is Iterable<unknown> {
  const found =
    typeof value === 'object' &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    typeof Reflect.get(value, Symbol.iterator) === 'function';
  if (!found) throw wrong(what, value, 'a list');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what cannot be gone through, now or with waiting; a text cannot */
export function requireStream(what: string, value: unknown): void {
  const found = typeof value === 'object' && value !== null;
  if (found && typeof Reflect.get(value, Symbol.asyncIterator) === 'function') return;
  requireIterable(what, value);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no function */
export function requireFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(what, value, 'a function');
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is true or false */
export function requireFlag(what: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrong(what, value, 'true or false');
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is none of the choices */
export function requireChoice(what: string, value: unknown, choices: readonly (string | number)[]): void {
  if (!(choices as readonly unknown[]).includes(value)) throw wrong(what, value, `one of ${choices.join(', ')}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no number from `low` to `high`; NaN never is */
export function requireNumber(what: string, value: unknown, low = -Infinity, high = Infinity): asserts value is number {
  if (typeof value === 'number' && value >= low && value <= high) return;
  throw wrong(what, value, `a number${range(low, high)}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` for what is no whole number from `low` to `high` */
export function requireWhole(what: string, value: unknown, low = -Infinity, high = Infinity): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw wrong(what, value, `a whole number${range(low, high)}`);
}

/**
 * A list or typed array of numbers, none of them NaN.
 * @param count how many there have to be; any number of them by default.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireNumbers(what: string, value: unknown, count?: number): asserts value is Numbers {
  if (isNumbers(value) && (count === undefined || value.length === count)) return;
  throw wrong(what, value, count === undefined ? 'a list of numbers' : `${count} numbers`);
}

function isNumbers(value: unknown): value is Numbers {
  if (!Array.isArray(value) && !isTypedArray(value)) return false;
  const list = value as Numbers;
  // A loop, because `every` passes over the gaps of sparse lists.
  for (let i = 0; i < list.length; i++) {
    const each: unknown = list[i];
    if (typeof each !== 'number' || Number.isNaN(each)) return false;
  }
  return true;
}

/** Whether a value is a typed array. */
export function isTypedArray(value: unknown): boolean {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * An instance of a class.
 * @param expected the class in the words of the message.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function requireInstance<T>(
  what: string,
  value: unknown,
  kind: abstract new (...args: never[]) => T,
  expected: string,
): asserts value is T {
  if (!isOf(value, kind)) throw wrong(what, value, expected);
}

function range(low: number, high: number): string {
  if (low === -Infinity && high === Infinity) return '';
  return high === Infinity ? ` from ${low}` : ` from ${low} to ${high}`;
}

/** Whether a value is of a class; false for one that throws when it is looked at. */
export function isOf<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
