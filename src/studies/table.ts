/** Tables as Markdown: readable in a terminal, ready for a page. */
import { visible } from '../text/printable.js';
import type { StudyTable, TableContext } from './study.js';
import { requireList, requireNumber, requireObject, requireText } from '../options/requireKind.js';
import { plural } from '../options/showValue.js';

const DECIMALS = 3;

/** Formats a number with three decimals, a whole number without, null as a dash. Text stays as it is. */
export function formatValue(value: number | string | null): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) && Math.abs(value) > 1 ? String(value) : value.toFixed(DECIMALS);
}

/** The name of a run's own row. */
export function rowName({ model, images }: TableContext, ...more: readonly string[]): string {
  return [model, plural(images, 'image'), ...more].join(', ');
}

function requireTable(table: unknown): asserts table is StudyTable {
  requireObject('table', table);
  requireText('table title', table.title);
  requireList('table columns', table.columns);
  for (const column of table.columns) requireText('table column', column);
  requireList('table rows', table.rows);
  for (const row of table.rows) {
    requireObject('table row', row);
    requireText('table row name', row.name);
    requireList('table row values', row.values);
    for (const value of row.values)
      if (value !== null && typeof value !== 'string') requireNumber('table value', value);
  }
  if (table.note !== undefined) requireText('table note', table.note);
}

/** The table with its title above and its note below. @throws FastSAMError `INVALID_ARGUMENT` for what is no table. */
export function formatTable(table: StudyTable): string {
  requireTable(table);
  const { title, columns, rows, note } = table;
  const cells = [['', ...columns], ...rows.map(({ name, values }) => [name, ...values.map(formatValue)])].map((row) =>
    row.map(visible),
  );
  const widths = cells[0].map((_, c) => Math.max(3, ...cells.map((row) => (row[c] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((w, c) => (c === 0 ? (row[c] ?? '').padEnd(w) : (row[c] ?? '').padStart(w))).join(' | ')} |`;
  const rule = `| ${widths.map((w, c) => (c === 0 ? '-'.repeat(w) : `${'-'.repeat(w - 1)}:`)).join(' | ')} |`;
  const lines = [line(cells[0]), rule, ...cells.slice(1).map(line)];
  return [`**${visible(title)}**`, '', ...lines, ...(note === undefined ? [] : ['', note])].join('\n');
}
