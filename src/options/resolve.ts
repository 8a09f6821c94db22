/** From what a caller gave to checked options with their defaults. */
import * as v from 'valibot';
import { FastSAMError, invalidArgument, type FastSAMErrorCode } from '../errors.js';
import { checkNames } from './names.js';
import { showValue } from './showValue.js';
import type { Given, OptionTable, Resolved, Row, ValueOf } from './row.js';

/**
 * Checks options against a table and fills in the defaults. Values that are undefined are absent.
 * @param defaults defaults that the table does not know, such as a model's own; they come before the table's.
 * @param prefix of the names in messages, for objects inside options: `nms.`.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value that the row does not take.
 */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- no defaults have no names
export function resolve<T extends OptionTable, D extends Given<T> = Pick<Given<T>, never>>(
  table: T,
  options: Given<T>,
  defaults?: D,
  prefix = '',
): Resolved<T, keyof D> {
  checkOptions(table, options, prefix);
  const given: Readonly<Record<string, unknown>> = options;
  const others: Readonly<Record<string, unknown>> = defaults ?? {};
  const names = Object.keys(table);
  return Object.fromEntries(
    names.map((name) => [name, given[name] ?? others[name] ?? table[name].default]),
  ) as Resolved<T, keyof D>;
}

/**
 * Checks options against a table.
 * @throws FastSAMError `INVALID_ARGUMENT` for an unknown name or a value that the row does not take.
 */
export function checkOptions<T extends OptionTable>(
  table: T,
  options: unknown,
  prefix = '',
): asserts options is Given<T> {
  checkNames(options, Object.keys(table), 'INVALID_ARGUMENT', prefix);
  for (const [name, row] of Object.entries<Row>(table)) {
    const value = options[name];
    if (value !== undefined) checkValue(`${prefix}${name}`, row, value);
    else if (row.required) throw invalidArgument(`${prefix}${name}: got none, expected ${row.expected}`);
  }
}

/** Undefined for a value that throws when it is looked at. */
function parsed(row: Row, value: unknown) {
  try {
    return v.safeParse(row.schema, value);
  } catch {
    return undefined;
  }
}

/** @throws FastSAMError `INVALID_ARGUMENT`, or another code, for a value that the row does not take. */
export function checkValue<R extends Row>(
  name: string,
  row: R,
  value: unknown,
  code: FastSAMErrorCode = 'INVALID_ARGUMENT',
): ValueOf<R> {
  const result = parsed(row, value);
  if (!result) throw new FastSAMError(code, `${name}: got ${showValue(value)}, expected ${row.expected}`);
  if (result.success) return result.output as ValueOf<R>;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  throw new FastSAMError(code, `${name}${path.join('')}: ${issue.message}`);
}
