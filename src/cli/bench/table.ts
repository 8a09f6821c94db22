/** Tables of measurements, for terminals and for Markdown. */
import { visible } from '../../text/printable.js';
import type { Measured } from './interleave.js';
import { pairedRatio, summarize, threeDigits, type Summary } from './statistics.js';
import type { MemoryRow, BenchRow, TimedRow } from './suite.js';

/** Cells as text; the first column is left-aligned, the others right-aligned. */
export interface Table {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
}

/** The table in columns of equal width. */
export function textTable({ head, body }: Table): string {
  const lines = [head, ...body].map((cells) => cells.map(visible));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return lines.map((cells) => cells.map(pad).join('  ').trimEnd()).join('\n');
}

/** The table in Markdown. */
export function markdownTable({ head, body }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/** `51.2 (50.1–53)`: the median and the quartiles. */
export function spread(summary: Summary | undefined): string {
  if (!summary) return '–';
  return `${threeDigits(summary.median)} (${threeDigits(summary.low)}–${threeDigits(summary.high)})`;
}

/**
 * The table of one row's contenders: wall and CPU milliseconds, and their ratios to the baseline, pair by pair.
 * @param baseline a label; without it, or where it was not measured, there are no ratios.
 */
export function timedTable({ measured }: TimedRow, baseline: string | undefined): Table {
  const base = measured.find(({ label }) => label === baseline);
  const ratios = ({ wall, cpu }: Measured): string[] => {
    if (!base) return [];
    return [medianText(pairedRatio(wall, base.wall)), medianText(pairedRatio(cpu, base.cpu))];
  };
  return {
    head: ['', 'wall ms', 'least', 'CPU ms', ...(base ? ['wall ratio', 'CPU ratio'] : []), 'rounds'],
    body: measured.map((each) => {
      const wall = summarize(each.wall);
      return [
        each.label,
        spread(wall),
        wall ? threeDigits(wall.min) : '–',
        spread(summarize(each.cpu)),
        ...ratios(each),
        String(each.wall.length),
      ];
    }),
  };
}

/** Peak memory. */
export function memoryTable({ peaks }: MemoryRow): Table {
  return {
    head: ['', 'peak MB'],
    body: peaks.map(({ label, bytes }) => [label, (bytes / 1e6).toFixed(0)]),
  };
}

/**
 * A row with its title, for a terminal.
 * @param baseline picks the label that the ratios are to; the first contender by default.
 */
export function textRow(
  row: BenchRow,
  baseline = row.kind === 'memory' ? undefined : row.measured.at(0)?.label,
): string {
  const table = row.kind === 'memory' ? memoryTable(row) : timedTable(row, baseline);
  return [
    `${row.model}: ${row.title}`,
    ...(table.body.length > 0 ? [indent(textTable(table))] : []),
    ...row.refused.map(({ label, reason }) => `  ${label}: not measured, ${reason}`),
  ].join('\n');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function medianText(summary: Summary | undefined): string {
  return summary ? summary.median.toFixed(2) : '–';
}
