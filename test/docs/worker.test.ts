/** The programs of docs/user/worker.md: each runs as it stands there, with a worker that is a child process. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { FastSAM } from '../../src/entry/worker.js';
import { repository, scene } from '../support/paths.js';

const page = readFileSync(repository('docs/user/worker.md'), 'utf8');
const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
process.execArgv.push('--import', pathToFileURL(repository('node_modules/tsx/dist/loader.mjs')).href); // the sources are TypeScript

type Program = (fastSam: typeof FastSAM, console: { log: (...line: unknown[]) => void }) => Promise<void>;

/** What a program prints, line by line. */
async function printed(code: string): Promise<string[]> {
  const lines: string[] = [];
  const body = code.replaceAll(/^import .*$/gm, '').replaceAll("'street.jpg'", JSON.stringify(scene('coins.png')));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page is ours
  const program = new Function('FastSAM', 'console', `return (async () => {${body}})()`) as Program;
  await program(FastSAM, { log: (...line: unknown[]) => lines.push(line.join(' ')) });
  return lines;
}

test.each([
  [0, ['done', 'compile', '25 1']],
  [1, ['preprocess 0, inference 0, postprocess 0']],
  [2, ['ABORTED', 'true']],
])('program %i', { timeout: 120_000 }, async (index, lines) => {
  expect(await printed(programs[index])).toEqual(lines);
  expect(programs).toHaveLength(3);
});
