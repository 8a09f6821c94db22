/** Studies of one's own: their types, and what is looked at before they run. */
import { FastSAMError, invalidArgument } from '../errors.js';
import type { Study, StudyDefinition, StudyItem, StudyRecord } from './study.js';
import { showValue } from '../options/showValue.js';

/**
 * Makes a study of what its author wrote: fills in what is left out, and gives it types.
 * @throws FastSAMError `INVALID_ARGUMENT` naming what is wrong with it.
 */
export function defineStudy<R extends StudyRecord, I extends StudyItem>(
  definition: StudyDefinition<R, I>,
): Study<R, I> {
  const study = isTable(definition) ? withDefaults(definition) : definition;
  checkStudy(study, 'study');
  return study;
}

function withDefaults<R extends StudyRecord, I extends StudyItem>(definition: StudyDefinition<R, I>): Study<R, I> {
  const tables: Study['tables'] = (metrics) => [
    {
      title: definition.name,
      columns: ['value'],
      rows: definition.metrics.map(({ key, label }) => ({ name: label, values: [metrics[key]] })),
    },
  ];
  return { summary: '', help: '', arguments: [], options: {}, settings: {}, tables, ...definition };
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
  for (const name of ['settings', 'options']) {
    if (!isTable(found[name])) throw wrong(what, name, found[name], 'an object');
  }
  for (const [name, row] of Object.entries(found.options as object)) {
    const made = isTable(row) && 'schema' in row && 'text' in row;
    if (!made) throw wrong(what, `options.${name}`, row, 'a row, made by integer, number, flag …');
  }
  for (const name of ['open', 'summarise', 'tables']) {
    if (typeof found[name] !== 'function') throw wrong(what, name, found[name], 'a function');
  }
}

/**
 * Checks what a study's `open` gave.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkOpened(name: string, value: unknown): void {
  const opened = (value ?? {}) as Readonly<Record<string, unknown>>;
  const items = opened.items;
  if (
    !Array.isArray(items) ||
    !items.every((item) => isTable(item) && typeof (item as { key?: unknown }).key === 'string')
  ) {
    throw invalidArgument(
      `study ${name}: open: got ${showValue(value)}, expected { items, measure }, each item with a key`,
    );
  }
  if (typeof opened.measure === 'function') return;
  throw invalidArgument(`study ${name}: open: measure: got ${showValue(opened.measure)}, expected a function`);
}

/**
 * Checks what a study's `measure` gave.
 * @throws FastSAMError `INVALID_ARGUMENT`
 */
export function checkMeasured(key: string, record: unknown): void {
  if (isTable(record) && (record as { key?: unknown }).key === key) return;
  throw invalidArgument(`study: measure: got ${showValue(record)} for ${key}, expected a record with that key`);
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(what: string, name: string, got: unknown, expected: string): FastSAMError {
  return invalidArgument(`${what}: ${name}: got ${typeof got}, expected ${expected}`);
}
