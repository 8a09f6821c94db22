/** Checks that several kinds of prompt share. */
import { FastSAMError } from '../errors.js';
import { showValue } from '../options/showValue.js';

/** The error for a prompt that cannot be answered. */
export function invalidPrompt(message: string): FastSAMError {
  return new FastSAMError('INVALID_PROMPT', message);
}

/**
 * Numbers in rows of one length: one row, a list of them, or none.
 * @throws FastSAMError `INVALID_PROMPT` for an empty list, rows of another length, values that are no finite numbers.
 */
export function rowsOf(what: string, value: unknown, length: number): number[][] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidPrompt(`${what}: got ${typeof value}, expected a list`);
  if (value.length === 0)
    throw invalidPrompt(`${what}: got an empty list, expected at least one, leave it out to ask for none`);
  const rows: unknown[] = typeof value[0] === 'number' ? [value] : value;
  return rows.map((row, i) => {
    if (!Array.isArray(row) || row.length !== length || !row.every((v) => Number.isFinite(v))) {
      throw invalidPrompt(`${what}[${i}]: got ${showValue(row)}, expected ${length} finite numbers`);
    }
    return row as number[];
  });
}

/** Each number once, ascending. */
export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
