/**
 * Whether two checkouts write the same: every command on the example images and on clips made of them. Files and standard
 * output are compared byte by byte, times and dates aside (tools/sameOutput/blank.ts lists them), and exit codes.
 *
 *   npx tsx tools/sameOutput.ts ../before                     against this checkout
 *   npx tsx tools/sameOutput.ts ../before ../after
 *   npx tsx tools/sameOutput.ts ../before --only 'track|val'  the cases whose name matches
 *   npx tsx tools/sameOutput.ts ../before --device wasm       without the native library
 *   npx tsx tools/sameOutput.ts ../before --work out/same     keeps all files; the old checkout need not run again
 *   npx tsx tools/sameOutput.ts ../before --checkpoint a.pt   a few cases of another checkpoint as well
 *
 * Prints a line a case. Ends with 1 when one differs or ends with another exit code than it should.
 */
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN_CHECKOUT } from './checkouts/commandLine.js';
import { makeInputs } from './checkouts/inputs.js';
import { CASES, checkpointCases, type Case } from './sameOutput/cases.js';
import { compareFolders } from './sameOutput/compare.js';
import { caseFolder, exitCodes, runCase, type CaseDevice } from './sameOutput/runCase.js';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    device: { type: 'string', default: 'wasm,cpu' },
    work: { type: 'string' },
    checkpoint: { type: 'string' },
  },
});
if (positionals.length < 1 || positionals.length > 2)
  throw new Error('usage: sameOutput.ts OLD_CHECKOUT [NEW_CHECKOUT]');
const [before, after = OWN_CHECKOUT] = positionals.map((path) => resolve(path));
const devices = args.device.split(',') as CaseDevice[];

/** Runs a case in both checkouts. @returns whether they agree, and a line that says so. */
async function check(work: string, one: Case, device: CaseDevice): Promise<[same: boolean, line: string]> {
  const folder = caseFolder(one, device);
  const [old, now] = [join(work, 'old', folder), join(work, 'new', folder)];
  await runCase(before, one, device, { work, to: old, keep: true });
  await runCase(after, one, device, { work, to: now, keep: false });
  const title = `${device.padEnd(4)}  ${one.name}`;
  const expected = one.codes ?? one.steps.map(() => 0);
  const codes = await exitCodes(now);
  if (codes.join() !== expected.join()) return [false, `FAILS    ${title}: exit codes ${codes.join()}, see ${now}`];
  const { files, sameFrames, differences } = await compareFolders(old, now);
  if (differences.length > 0) return [false, [`DIFFERS  ${title}`, ...differences].join('\n           ')];
  const frames = sameFrames.length > 0 ? `, of ${sameFrames.join(', ')} the decoded frames` : '';
  return [true, `same     ${title}: ${files} files${frames}`];
}

/** Copies a checkpoint to the inputs. @returns its cases. */
async function takeCheckpoint(work: string, checkpoint: string): Promise<Case[]> {
  const file = basename(checkpoint);
  await copyFile(checkpoint, join(work, 'inputs', file));
  return checkpointCases(file);
}

const work = args.work === undefined ? await mkdtemp(join(tmpdir(), 'fastsam-same-')) : resolve(args.work);
let wrong = 0;
try {
  await mkdir(work, { recursive: true });
  await makeInputs(join(work, 'inputs'));
  const cases = [...CASES, ...(args.checkpoint === undefined ? [] : await takeCheckpoint(work, args.checkpoint))];
  for (const one of cases.filter(({ name }) => new RegExp(args.only).test(name))) {
    for (const device of one.onDevices ? devices : ['' as const]) {
      const [same, line] = await check(work, one, device);
      if (!same) wrong++;
      process.stdout.write(`${line}\n`);
    }
  }
  process.stdout.write(wrong === 0 ? 'all the same\n' : `${wrong} not the same\n`);
} finally {
  if (args.work === undefined) await rm(work, { recursive: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
