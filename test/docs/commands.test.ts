/** Commands that the docs show exist, with the options they show. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { loadCommands } from '../../src/cli/commands.js';
import { readPage } from '../../tools/docs/page.js';
import { repository } from '../support/paths.js';

const ROOT = repository('');
/** The changelog may name what is gone. */
const PAGES = globSync(['*.md', '!CHANGELOG.md', 'docs/**/*.md', 'weights/*.md'], { cwd: ROOT }).sort();
const COMMANDS = await loadCommands([]);

interface Shown {
  readonly page: string;
  readonly words: readonly string[];
}

/** Every `fastsam …` in code of a page, up to a comment, a pipe, or the end of the line. */
function shownCommands(page: string): Shown[] {
  const { code } = readPage(readFileSync(`${ROOT}/${page}`, 'utf8'));
  return code.flatMap(({ text }) =>
    [...text.matchAll(/(?:^|\n)\s*(?:npx fastsam|npm run fastsam --|fastsam) +([^\s#|][^\n#|]*)/g)].map(
      ([, words]) => ({
        page,
        words: words.trim().split(/\s+/),
      }),
    ),
  );
}

/** What is wrong with a shown command; undefined where it exists with all its options. */
function problem({ words }: Shown): string | undefined {
  let command = COMMANDS.find((each) => each.name() === words[0]);
  if (!command) return words[0].startsWith('-') ? undefined : `no command ${words[0]}`;
  command = command.commands.find((each) => each.name() === words[1]) ?? command;
  const unknown = words.filter((word) => /^--[a-z]/.test(word)).find((word) => !takes(command, word));
  return unknown === undefined ? undefined : `${command.name()} has no option ${unknown}`;
}

function takes(command: Command, word: string): boolean {
  const [name] = word.split('=');
  if (name === '--help' || command.options.some(({ long }) => long === name)) return true;
  return command.parent !== null && takes(command.parent, word);
}

test.each(PAGES)('%s', (page) => {
  expect(shownCommands(page).flatMap((shown) => problem(shown) ?? [])).toEqual([]);
});

test('a command and an option that do not exist are noticed', () => {
  const check = (text: string) => problem({ page: '', words: text.split(' ') });
  expect(check('sgment a.jpg')).toBe('no command sgment');
  expect(check('segment a.jpg --jsn')).toBe('segment has no option --jsn');
  expect(check('segment a.jpg --json')).toBeUndefined();
  expect(PAGES.flatMap(shownCommands).length).toBeGreaterThan(40);
});
