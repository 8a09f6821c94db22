/** Studies of one's own: their types, and what is looked at before they run. */
import { FastSAMError } from '../errors.js';
import type { Study, StudyItem, StudyRecord } from './study.js';

/** Gives a study back with its types. @throws FastSAMError `INVALID_ARGUMENT` naming what is wrong with it. */
export function defineStudy<R extends StudyRecord, I extends StudyItem>(study: Study<R, I>): Study<R, I> {
  checkStudy(study, 'study');
  return study;
}

/**
 * Checks that a value is a study.
 * @param what begins the message.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkStudy(value: unknown, what: string): asserts value is Study {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  if (!found) throw wrong(what, 'study', value, 'an object');
  for (const name of ['name', 'summary', 'help']) {
    if (typeof found[name] !== 'string') throw wrong(what, name, found[name], 'a text');
  }
  for (const name of ['arguments', 'metrics']) {
    if (!Array.isArray(found[name])) throw wrong(what, name, found[name], 'a list');
  }
  if (!isRows(found.options)) {
    throw wrong(what, 'options', found.options, 'rows by name, such as { radius: integer(1, 9, { text, cli: {} }) }');
  }
  if (typeof found.settings !== 'object' || found.settings === null) {
    throw wrong(what, 'settings', found.settings, 'an object');
  }
  for (const name of ['open', 'summarise', 'tables']) {
    if (typeof found[name] !== 'function') throw wrong(what, name, found[name], 'a function');
  }
}

/** An object of option rows; `integer`, `number`, `flag`, `oneOf` and `text` make them. */
function isRows(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value as Record<string, unknown>).every(
    (row) => typeof row === 'object' && row !== null && 'schema' in row && 'text' in row,
  );
}

function wrong(what: string, name: string, got: unknown, expected: string): FastSAMError {
  return new FastSAMError('INVALID_ARGUMENT', `${what}: ${name}: got ${typeof got}, expected ${expected}`);
}
