/** Checks of options: every wrong value is named. */
import { FastSAMError } from '../errors.js';

function invalid(message: string): FastSAMError {
  return new FastSAMError('INVALID_ARGUMENT', message);
}

/** A value for a message. */
function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless the options are an object and all their names are known. */
export function checkNames(options: unknown, known: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null)
    throw invalid(`options: got ${show(options)}, expected an object`);
  const unknown = Object.keys(options).find((name) => !known.has(name));
  if (unknown !== undefined) throw invalid(`option "${unknown}": not known; known are ${[...known].join(', ')}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is a number from `low` to `high`. */
export function checkNumber(name: string, value: unknown, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw invalid(`${name}: got ${show(value)}, expected a number from ${low} to ${high}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is a whole number from `low` to `high`. */
export function checkInteger(name: string, value: unknown, low: number, high: number): number {
  if (Number.isInteger(value)) return checkNumber(name, value, low, high);
  throw invalid(`${name}: got ${show(value)}, expected a whole number from ${low} to ${high}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is true or false. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(`${name}: got ${show(value)}, expected true or false`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is one of the choices. */
export function checkOneOf<T>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(`${name}: got ${show(value)}, expected one of ${choices.join(', ')}`);
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is absent or a function. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw invalid(`${name}: got ${show(value)}, expected a function`);
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT` unless it is absent or an AbortSignal. */
export function checkSignal(value: unknown): void {
  if (value !== undefined && !(value instanceof AbortSignal)) {
    throw invalid(`signal: got ${show(value)}, expected an AbortSignal`);
  }
}
