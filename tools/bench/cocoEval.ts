/**
 * COCO evaluation of masks beside pycocotools: the same made-up files, runs taken in turns, each in a process of its own.
 *
 *     npx tsx tools/bench/cocoEval.ts --python python [--images 5000] [--masks 100] [--rounds 3]
 *
 * Loading the files is not timed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evaluateCoco, type CocoDataset, type CocoDetection } from '../../src/entry/evaluate.js';

interface Timing {
  readonly seconds: number;
  readonly cpu: number;
  readonly ap: number;
}

const SELF = fileURLToPath(import.meta.url);
const PEER = fileURLToPath(new URL('cocoEval.py', import.meta.url));
const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    images: { type: 'string', default: '5000' },
    masks: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    time: { type: 'string' },
  },
});

if (values.time !== undefined) console.log(JSON.stringify(timeOurs(values.time)));
else compare();

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), 'fastsam-coco-'));
  try {
    run(values.python, [PEER, 'make', folder, values.images, values.masks]);
    const ours: Timing[] = [];
    const theirs: Timing[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      ours.push(run(process.execPath, [...process.execArgv, SELF, '--time', folder]) as Timing);
      theirs.push(run(values.python, [PEER, 'time', folder]) as Timing);
    }
    for (const [name, timings] of [['fastsam-tfjs', ours] as const, ['pycocotools', theirs] as const]) {
      const seconds = timings.map((timing) => timing.seconds.toFixed(1)).join(', ');
      const cpu = timings.map((timing) => timing.cpu.toFixed(1)).join(', ');
      console.log(`${name.padEnd(13)} ${seconds} s (CPU ${cpu} s), AP ${timings[0].ap.toFixed(6)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timeOurs(folder: string): Timing {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const truth = read('gt.json') as CocoDataset;
  const found = read('dt.json') as CocoDetection[];
  const start = performance.now();
  const cpu = process.cpuUsage();
  const summary = evaluateCoco(truth, found, { kind: 'masks' }).summary();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6, ap: summary.AP };
}

/** What a process prints, as JSON; undefined if nothing. */
function run(command: string, args: readonly string[]): unknown {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ended with ${String(status)}\n${stderr}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
