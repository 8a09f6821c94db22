/** docs/user/interact.md: its program runs as it stands there, and its tables are those of the code. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as interact from '../../src/entry/interact.js';
import { BUDGETS } from '../../tools/house/bundle.js';
import { Results } from '../../src/results/results.js';
import { repository } from '../support/paths.js';
import { methodsOfInteraction, small } from '../interact/scenes.js';

const page = readFileSync(repository('docs/user/interact.md'), 'utf8');

test('the program runs', async () => {
  const [, code] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const path = join(mkdtempSync(join(tmpdir(), 'fastsam-')), 'scene.json');
  writeFileSync(path, JSON.stringify(small()));
  const body = code.replaceAll(/^import .*$/gm, '').replace("'scene.json'", JSON.stringify(path));
  const lines: string[] = [];
  const log = (...line: unknown[]) => lines.push(line.join(' '));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours
  const program = new Function(
    ...['readFile', 'Results', 'Interaction', 'console', `return (async () => {${body}})()`],
  ) as (...given: unknown[]) => Promise<void>;
  await program(readFile, Results, interact.Interaction, { log });
  expect(lines).toEqual(['1 selected', '1 selected', 'true', '1 selected', '0 selected']);
});

test('the keys are those of SHORTCUTS', () => {
  const rows = interact.SHORTCUTS.map(({ keys, text }) => `| \`${keys}\` | ${text} |`);
  expect(page.slice(page.indexOf('## Keys'))).toContain(rows.join('\n'));
});

test('the methods and sizes are those there are', () => {
  const methods = methodsOfInteraction();
  expect(methods.filter((name) => !page.includes(`\`${name}`) && !page.includes(`.${name}(`))).toEqual([]);
  const sizes = readFileSync(repository('docs/user/browser.md'), 'utf8');
  for (const name of ['interact', 'element'] as const) {
    expect(sizes).toMatch(new RegExp(`fastsam-tfjs/${name}.*budget ${BUDGETS[name]}\\)`));
  }
});
