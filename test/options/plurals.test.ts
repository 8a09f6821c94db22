/** Counts of things in messages go through `plural`, so that one image is "1 image". */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../support/paths.js';

/**
 * A value before a word in the plural. Constants in capitals are limits that are never 1; the words are verbs, and
 * measures of data, which a message about one value of them hardly ever names.
 */
const MEASURES = 'bytes|pixels|values|numbers|elements|characters|bits|counts|ms|entries|tensors|cells|channels|class';
const OTHERS =
  'threads|operations|names|failures|as|is|was|has|does|holds|lies|needs|computes|answers|serves|tasks|combinations|lines|layers|sizes|phrases|classes|preprocess|postprocess|indices';
const BARE = new RegExp(
  `\\$\\{(?![^}]*(plural|[A-Z]{3}|\\.opcodes))[^}]*\\} (?!(${MEASURES}|${OTHERS})\\b)[a-z]+s\\b(?!\\/s)`,
);

test.each([
  ['`${n} images done`', true],
  ['`${done} of ${images} images`', true],
  ["`${plural(n, 'image')} done`", false],
  ['`${rate} frames/s`', false],
  ['`${n} sheep dogs, ${n} apples`', true],
  ['`${MOST} levels`', false],
])('the search: %s', (code, found) => {
  expect(BARE.test(code)).toBe(found);
});

test('no message counts without it', () => {
  const source = repository('src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(300);
  const bare = files.flatMap((file) => {
    const lines = readFileSync(join(source, file), 'utf8').split('\n');
    return lines
      .filter((line) => !/^\s*(\*|\/)/.test(line) && BARE.test(line))
      .map((line) => `${file}: ${line.trim()}`);
  });
  expect(bare).toEqual([]);
});
