/**
 * The package as its users have it: packed, installed into an empty project, and run in Node, Bun, Deno, and in pages that
 * Vite, webpack, esbuild and Next built or that have one file of it. All must find the same masks, bit by bit.
 *
 *   npx tsx tools/consumers.ts                       all ways
 *   npx tsx tools/consumers.ts --short               those that every change must pass
 *   npx tsx tools/consumers.ts --only vite,webpack   those whose names have one of these
 *   npx tsx tools/consumers.ts --keep                leaves the project and says where it is
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CHROMIUM } from './consumers/page.js';
import { installTools, makeProject, writeProgram, type Found } from './consumers/project.js';
import { checkTypes } from './consumers/types.js';
import { WAYS } from './consumers/ways.js';

const { values: args } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});

const CORES = availableParallelism();

const names = args.only.toLowerCase().split(',');
const chosen = WAYS.filter(
  ({ name, short }, i) =>
    i === 0 || ((short || !args.short) && names.some((part) => name.toLowerCase().includes(part))),
);
const ways = chosen.filter(({ page }) => !page || CHROMIUM !== undefined);
for (const { name } of chosen) if (!ways.some((way) => way.name === name)) say(name, 'skipped: no Chromium here');

const project = await mkdtemp(join(tmpdir(), 'fastsam-consumer-'));
let expected: Found | undefined;
try {
  await makeProject(project);
  const tools = [...new Set(ways.flatMap((way) => way.tools))];
  if (tools.length > 0) await installTools(project, tools);
  for (const way of ways) {
    const start = performance.now();
    try {
      await writeProgram(project, way.entry, way.first);
      const found = await way.find(project);
      expected ??= found;
      const same =
        found.rles.length === expected.rles.length && found.rles.every((rle, i) => rle === expected?.rles[i]);
      if (!same || found.rles.length === 0) process.exitCode = 1;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const threads = found.workers ? `, ${found.workers} workers` : '';
      const note = found.note === undefined ? '' : ` (${found.note})`;
      // An isolated page has threads, and what does not start says so.
      const counts = way.entry === 'fastsam-tfjs'; // threads of a worker end with it
      if (found.note !== undefined || (counts && way.name.endsWith('isolated') && threads === '' && CORES > 1))
        process.exitCode = 1;
      say(
        way.name,
        `${found.rles.length} masks ${same ? 'equal' : 'DIFFER'} on ${found.device}${threads}${note}, ${seconds} s`,
      );
    } catch (error) {
      process.exitCode = 1;
      say(way.name, `FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (!args.short && names.some((part) => 'types'.includes(part))) {
    try {
      say('types', `right for ${await checkTypes(project)}`);
    } catch (error) {
      process.exitCode = 1;
      say('types', `FAILED: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  if (args.keep) say('project', project);
  else await rm(project, { recursive: true, force: true });
}

function say(what: string, outcome: string): void {
  process.stdout.write(`${what.padEnd(40)} ${outcome}\n`);
}
