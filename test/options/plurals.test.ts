/** Counts of things in messages go through `plural`, so that one image is "1 image". */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../support/paths.js';

/** A number before a plural in a template. Rates and limits that are never 1 are written `frames/s`, `more than ${MOST}`. */
const BARE = /\$\{(?![^}]*plural)[^}]*\} (images|frames|objects|masks|files|videos|outputs|items|pictures)\b(?!\/s)/;

test.each([
  ['`${n} images done`', true],
  ['`${done} of ${images} images`', true],
  ["`${plural(n, 'image')} done`", false],
  ['`${rate} frames/s`', false],
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
