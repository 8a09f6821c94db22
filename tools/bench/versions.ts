/**
 * Two checkouts of this package beside each other, in turns: an image file to JSON, start of a process to the first mask,
 * peak memory. Results that differ are not timed.
 *
 *   npx tsx tools/bench/versions.ts ../before                      against this checkout
 *   npx tsx tools/bench/versions.ts ../before ../after --device cpu --seconds 60
 *   npx tsx tools/bench/versions.ts ../before --only segment --image street.jpg --model FastSAM-s
 */
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import '../../src/index.js';
import type { ContenderSpec } from '../../src/cli/bench/contender.js';
import { describeMachine, load } from '../../src/cli/bench/machine.js';
import { examplePath, makeMosaic } from '../../src/cli/bench/images.js';
import { memoryRow, segmentRows, startRow, type BenchRow } from '../../src/cli/bench/suite.js';
import { textRow } from '../../src/cli/bench/table.js';
import type { DeviceChoice } from '../../src/runtime/choices.js';
import { FOLDER, ROOT, script } from './models.js';
import type { VersionSpec } from './versionWorker.js';

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: 'segment,start,memory' },
    device: { type: 'string', default: 'cpu,wasm' },
    model: { type: 'string', default: 'demo' },
    image: { type: 'string' },
    imgsz: { type: 'string', default: '640' },
    objects: { type: 'string', default: '1,300' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    seconds: { type: 'string', default: '20' },
  },
});
if (positionals.length < 1 || positionals.length > 2) throw new Error('usage: versions.ts OLD_CHECKOUT [NEW_CHECKOUT]');
const [before, after] = [positionals[0], positionals[1] ?? ROOT].map((path) => resolve(path));

/** Computations of one format agree to this. */
const TOLERANCE = 0.001;
const START_ROUNDS = 7;

function contender(label: string, root: string, device: DeviceChoice): ContenderSpec {
  const spec: VersionSpec = { root, model: args.model, device };
  const command = [process.execPath, ...process.execArgv, script('versionWorker.ts'), JSON.stringify(spec)];
  const env = { FASTSAM_WASM_THREADS: args.threads, TF_NUM_INTRAOP_THREADS: args.threads };
  return { label: `${label} ${device}`, command, firstMask: command, env, tolerance: TOLERANCE };
}

async function compareOn(device: DeviceChoice): Promise<BenchRow[]> {
  const specs = [contender('old', before, device), contender('new', after, device)];
  const wants = (what: string): boolean => args.only.split(',').includes(what);
  const path = args.image ?? (await makeMosaic('1080p', FOLDER));
  const input = { name: args.image ?? '1080p', path: resolve(path), imgsz: Number(args.imgsz) };
  const counts = args.objects.split(',').map(Number);
  const effort = { budget: 1000 * Number(args.seconds), leastRounds: 5, mostRounds: 200 };
  return [
    ...(wants('segment') ? await segmentRows(args.model, specs, input, counts, effort) : []),
    ...(wants('start') ? [await startRow(args.model, specs, examplePath('coffee.jpg'), START_ROUNDS)] : []),
    ...(wants('memory') ? [await memoryRow(args.model, specs, input, Math.max(...counts))] : []),
  ];
}

mkdirSync(FOLDER, { recursive: true });
process.stdout.write(`${describeMachine()}; load ${load().toFixed(1)}\nold ${before}\nnew ${after}\n`);
for (const device of args.device.split(',') as DeviceChoice[]) {
  for (const row of await compareOn(device)) process.stdout.write(`\n${textRow(row)}\n`);
}
