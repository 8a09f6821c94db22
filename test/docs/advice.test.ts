/** What messages advise exists: flags, commands, options, functions, variables and pages, of every message in the source. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCommands } from '../../src/cli/commands.js';
import { OPTION_TABLES } from '../../tools/docs/optionTables.js';
import { ENTRIES } from '../options/publicCalls.js';
import { adviceOf, messagesOfSource, textsOf, withAdvice, type Message } from '../support/messages.js';
import { repository } from '../support/paths.js';

const messages = messagesOfSource();
const advising = withAdvice(messages);

/** Matches in all texts that are no part of the known ones. */
function unknown(among: readonly Message[], pattern: RegExp, known: (match: string) => boolean): string[] {
  return among.flatMap(({ file, text }) =>
    [...text.matchAll(pattern)].flatMap(([, match]) => (known(match) ? [] : [`${file}: ${match}: ${text}`])),
  );
}

test('the search sees literals, templates and sums of them', () => {
  const code = "f('a; use --x'); g(`b ${n}; set ${`inner; give y`}`); h('c; ' + `take ${n}` + 'z');";
  const found = textsOf('x.ts', code).map(({ text }) => text);
  expect(found).toEqual(expect.arrayContaining(['a; use --x', 'b {}; set {}', 'inner; give y', 'c; take {}z']));
});

describe('what messages advise', () => {
  let flags: ReadonlySet<string>;
  let names: ReadonlySet<string>;
  let options: ReadonlySet<string>;

  beforeAll(async () => {
    const commands = await loadCommands(['--help']);
    const all = commands.flatMap(function below(command: Command): Command[] {
      return [command, ...command.commands.flatMap(below)];
    });
    flags = new Set(['--help', '--version', ...all.flatMap((each) => each.options.map(({ long }) => long ?? ''))]);
    names = new Set(commands.map((each) => each.name()));
    options = new Set(Object.values(OPTION_TABLES).flatMap((table) => Object.keys(table)));
  });

  test('is found', () => {
    expect(advising.length).toBeGreaterThan(300);
    expect(flags.size).toBeGreaterThan(80);
  });

  test('are flags that a command has', () => {
    const all = advising.map((each) => ({ ...each, text: adviceOf(each.text) }));
    expect(unknown(all, /(?<![\w-])(--[a-z][a-z-]*)/g, (flag) => flags.has(flag) || FOREIGN_FLAGS.has(flag))).toEqual(
      [],
    );
  });

  test('are commands that exist', () => {
    expect(unknown(messages, /\bfastsam ([a-z]+)\b/g, (name) => names.has(name) || PROSE.has(name))).toEqual([]);
  });

  test('are options, functions and methods that exist', () => {
    const all = advising.map((each) => ({ ...each, text: adviceOf(each.text).replace(/https?:\S+/g, '') }));
    const members = new Set(Object.values(ENTRIES).flatMap(membersOf));
    const known = (word: string) => options.has(word) || members.has(word) || FOREIGN_NAMES.has(word);
    expect(unknown(all, /(?<![\w{./-])([a-z]+[A-Z]\w*)/g, known)).toEqual([]);
    expect(unknown(all, /(?<![\w.])([a-zA-Z]+)\(/g, known)).toEqual([]);
  });

  test('are variables that the source reads and the pages describe', () => {
    const pages = readdirSync(repository('docs/user'))
      .filter((page) => page.endsWith('.md'))
      .map((page) => readFileSync(repository(`docs/user/${page}`), 'utf8'))
      .join('\n');
    expect(unknown(messages, /\b(FASTSAM_[A-Z_]+)\b/g, (name) => pages.includes(name))).toEqual([]);
  });

  test('are pages that there are', () => {
    expect(unknown(messages, /\b(docs\/[\w/-]+\.md)\b/g, (page) => existsSync(repository(page)))).toEqual([]);
  });
});

/** Flags of other programs, as Slurm's. */
const FOREIGN_FLAGS: ReadonlySet<string> = new Set(['--array', '--include']);
/** Words that follow the product's name in a sentence. */
const PROSE: ReadonlySet<string> = new Set(['runs']);
/** A function in a formula, an option of functions inside, and an attribute of elements. */
const FOREIGN_NAMES: ReadonlySet<string> = new Set(['sigmoid', 'foldBatchNorm', 'crossOrigin']);

/** Names that an entry exports, and members of its classes and records. */
function membersOf(entry: object): string[] {
  return Object.entries(entry).flatMap(([name, value]) => {
    if (typeof value === 'function') {
      const prototype = (value as { prototype?: object }).prototype ?? {};
      return [name, ...Object.getOwnPropertyNames(value), ...Object.getOwnPropertyNames(prototype)];
    }
    return typeof value === 'object' && value !== null ? [name, ...Object.keys(value as object)] : [name];
  });
}
