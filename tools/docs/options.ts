/** `npm run docs:options`: writes the tables of options into the pages that have their markers. */
import { readFile, writeFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import { OPTION_TABLES } from './optionTables.js';
import { PAGES, withTables } from './optionText.js';

for (const path of await glob([...PAGES])) {
  const page = await readFile(path, 'utf8');
  const made = withTables(page, OPTION_TABLES);
  if (made === page) continue;
  await writeFile(path, made);
  process.stdout.write(`${path}\n`);
}
