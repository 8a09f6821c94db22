/** Tables of options as Markdown, between markers of a page. */
import type { OptionTable, Row } from '../../src/options/row.js';

/** Where pages with tables are, from the root of the repository. */
export const PAGES: readonly string[] = ['README.md', 'docs/**/*.md'];

const BLOCK = /<!-- options: (\w+) -->\n[\s\S]*?<!-- \/options -->/g;

/**
 * A page with its tables made anew.
 * @throws Error for a marker that names no table.
 */
export function withTables(page: string, tables: Readonly<Record<string, OptionTable>>): string {
  return page.replace(BLOCK, (_, name: string) => {
    if (!Object.hasOwn(tables, name)) throw new Error(`options: got the marker ${name}, expected the name of a table`);
    return `<!-- options: ${name} -->\n${markdownOf(tables[name])}\n<!-- /options -->`;
  });
}

/** The tables that a page has. */
export function tablesIn(page: string): string[] {
  return [...page.matchAll(BLOCK)].map(([, name]) => name);
}

/** A table as Markdown, one line an option. */
export function markdownOf(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, row]) => [
    `\`${name}\``,
    row.expected,
    defaultOf(row),
    row.text,
    spellingOf(name, row),
  ]);
  const all = [['option', 'takes', 'default', '', 'command line'], ['---', '---', '---', '---', '---'], ...rows];
  const used = all[0].map((head, i) => head === '' || rows.some((row) => row[i] !== ''));
  return all
    .map(
      (row) =>
        `| ${row
          .filter((_, i) => used[i])
          .map(escape)
          .join(' | ')} |`,
    )
    .join('\n');
}

const escape = (text: string): string => text.replaceAll('|', '\\|');

function defaultOf(row: Row): string {
  if (row.required) return 'required';
  if (row.otherwise !== undefined) return row.otherwise;
  return row.default === undefined ? '' : JSON.stringify(row.default).replaceAll('"', '');
}

function spellingOf(name: string, { cli, isSwitch, default: standard }: Row): string {
  if (!cli) return '';
  const long = cli.flag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return cli.value === undefined
    ? `\`--${isSwitch && standard === true ? 'no-' : ''}${long}\``
    : `\`--${long} ${cli.value}\``;
}
