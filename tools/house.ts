/**
 * Sizes of the package: lines by room, what each command evaluates, what a web page downloads.
 *
 *   npx tsx tools/house.ts                                  this checkout
 *   npx tsx tools/house.ts --root ../before                 another one, on the same work
 *   npx tsx tools/house.ts --json > house.json              names of all files that each command evaluates, too
 *   npx tsx tools/house.ts --only rooms,bundles             a part of it
 *   npx tsx tools/house.ts --only commands --command study  the commands whose name begins so
 *   npx tsx tools/house.ts --only bundles --budget          fails where a bundle is larger than its budget (npm run sizes)
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN_CHECKOUT } from './checkouts/commandLine.js';
import { makeInputs } from './checkouts/inputs.js';
import { measureBundles, overBudget } from './house/bundle.js';
import { WORK } from './house/commands.js';
import { evaluatedBy, type Evaluated } from './house/evaluated.js';
import { measureRooms } from './house/rooms.js';
import { houseText, type House } from './house/text.js';

const { values: args } = parseArgs({
  options: {
    root: { type: 'string', default: OWN_CHECKOUT },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: 'rooms,commands,bundles' },
    command: { type: 'string', default: '' },
    budget: { type: 'boolean', default: false },
  },
});

/** Runs the small work of all commands. */
async function measureCommands(root: string, prefix: string): Promise<Record<string, Evaluated>> {
  const cwd = await mkdtemp(join(tmpdir(), 'fastsam-house-'));
  try {
    await makeInputs(join(cwd, 'inputs'));
    await mkdir(join(cwd, 'out'));
    const commands: Record<string, Evaluated> = {};
    for (const work of WORK.filter(({ name }) => name.startsWith(prefix))) {
      process.stderr.write(`fastsam ${work.args.join(' ')}\n`);
      commands[work.name] = await evaluatedBy(root, work.args, cwd);
    }
    return commands;
  } finally {
    await rm(cwd, { recursive: true });
  }
}

const root = resolve(args.root);
const only = args.only.split(',');
const house: House = {
  ...(only.includes('rooms') && { rooms: await measureRooms(root) }),
  ...(only.includes('commands') && { commands: await measureCommands(root, args.command) }),
  ...(only.includes('bundles') && { bundles: await measureBundles(root) }),
};
process.stdout.write(`${args.json ? JSON.stringify(house, null, 1) : houseText(house)}\n`);

for (const problem of args.budget && house.bundles ? overBudget(house.bundles) : []) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
