/**
 * This package beside its peers, in one run and in turns: the network alone, WebAssembly, whole images, memory, start.
 * Results go to out/bench/results.json, docs/user/performance.md and docs/user/performance.svg; with --quick or --no-docs to
 * out/bench/latest.json alone.
 *
 *   tools/bench/setup.sh                       once: the peers
 *   npx tsx tools/bench/run.ts --prepare       once: the models in everybody's format (the first run does it otherwise)
 *   npx tsx tools/bench/run.ts                 everything
 *   npx tsx tools/bench/run.ts --quick         s scale, 640 pixels, fewer turns
 *   npx tsx tools/bench/run.ts --soak 1000     memory over 1,000 images as well
 *   npx tsx tools/bench/run.ts --threads 1     on a busy machine: no contender waits for, or spins on, its other threads
 *   npx tsx tools/bench/run.ts --scales s,x --sizes 640
 *   npx tsx tools/bench/run.ts --only memory,start --no-docs
 *   npx tsx tools/bench/run.ts --from out/bench/results.json    the documents again, without measuring
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '../../src/index.js';
import { countThreads, presentVariants, specOf, type Variant } from '../../src/cli/bench/contenders.js';
import type { ContenderSpec } from '../../src/cli/bench/contender.js';
import type { Effort } from '../../src/cli/bench/interleave.js';
import { describeMachine, load } from '../../src/cli/bench/machine.js';
import { examplePath, makeMosaic, makePixels } from '../../src/cli/bench/images.js';
import {
  memoryRow,
  networkRows,
  segmentRows,
  startRow,
  type NetworkInput,
  type BenchRow,
} from '../../src/cli/bench/suite.js';
import { textRow } from '../../src/cli/bench/table.js';
import type { Scale } from '../../src/model/families/scaling.js';
import { TITLE } from './budgets.js';
import { demoModel, FOLDER, randomModel, ROOT } from './models.js';
import { ortNode, ortWeb, PEER, pythonNetworks, torchBfloat16, ultralytics } from './peers.js';
import { plot, withReport, type Run } from './report.js';
import { soak } from './soak.js';

const GROUPS = ['network', 'wasm', 'segment', 'memory', 'start'] as const;
const { values: args } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false },
    only: { type: 'string', default: GROUPS.join(',') },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    scales: { type: 'string' },
    sizes: { type: 'string' },
    soak: { type: 'string' },
    from: { type: 'string' },
    'no-docs': { type: 'boolean', default: false },
  },
});

const SCALES = (args.scales ?? (args.quick ? 's' : 'n,s,x')).split(',') as Scale[];
const SIZES = (args.sizes ?? (args.quick ? '640' : '320,640,1024')).split(',').map(Number);
const EFFORT: Effort = { budget: args.quick ? 3000 : 6000, leastRounds: 3, mostRounds: 30 };
/** Whole images and memory are measured with this network input. */
const IMGSZ = 640;
const COUNTS = [1, 300];
const START_ROUNDS = args.quick ? 2 : 3;
const THREADS = Number(args.threads);
const rows: BenchRow[] = [];

function wants(group: (typeof GROUPS)[number]): boolean {
  return args.only.split(',').includes(group);
}

/** Ours, from the compiled package as users have it. */
function ours(variants: readonly Variant[], model: string): ContenderSpec[] {
  const program = (script: string) => [process.execPath, join(ROOT, 'dist', 'cli', 'bench', `${script}.js`)];
  return variants.map((variant) => {
    const spec = specOf({ ...variant, label: `fastsam-tfjs ${variant.label}` }, `${model}.safetensors`, program);
    return variant.device === 'native-cpu'
      ? { ...spec, env: { ...spec.env, TF_NUM_INTRAOP_THREADS: args.threads } }
      : spec;
  });
}

function keep(row: BenchRow, baseline?: string): void {
  rows.push(row);
  process.stdout.write(`\n${textRow(row, baseline)}\n`);
}

async function inputsOf(sizes: readonly number[]): Promise<NetworkInput[]> {
  const inputs: NetworkInput[] = [];
  for (const size of sizes) {
    inputs.push({ pixels: await makePixels(examplePath('astronaut.jpg'), size, FOLDER), width: size, height: size });
  }
  return inputs;
}

/** The network on TensorFlow's library, and natively in the peers. */
async function networks(native: readonly Variant[]): Promise<void> {
  for (const scale of SCALES) {
    const model = randomModel(scale, SIZES);
    const layers = native.filter(({ precision }) => precision === 'fp32');
    const extra =
      scale === 's'
        ? ours(
            layers.map((v) => ({ ...v, label: `${v.device}, layer by layer`, compile: false })),
            model,
          )
        : [];
    const peer = { model, threads: THREADS };
    const bf16 = scale === 's' ? torchBfloat16(peer) : [];
    const specs = [...ours(native, model), ...extra, ortNode(peer), ...pythonNetworks(peer), ...bf16];
    for (const row of await networkRows(scale, specs, await inputsOf(SIZES), EFFORT)) keep(row, PEER.ort);
  }
}

/** WebAssembly, thread for thread. */
async function wasm(): Promise<void> {
  const scales: readonly Scale[] = args.quick ? ['s'] : ['n', 's'];
  for (const scale of scales) {
    const model = randomModel(scale, [...SIZES, IMGSZ]);
    for (const threads of THREADS === 1 ? [1] : [1, 2]) {
      const variants = await presentVariants({ devices: ['wasm'], threads: [threads] });
      const specs = [...ours(variants, model), ortWeb({ model, threads })];
      for (const row of await networkRows(scale, specs, await inputsOf([IMGSZ]), EFFORT)) {
        keep(
          { ...row, title: `${TITLE.wasm(threads)}, ${row.title.replace('network, ', '')}` },
          `${PEER.ortWeb}, ${countThreads(threads)}`,
        );
      }
    }
  }
}

async function everything(): Promise<void> {
  const variants = await presentVariants({ threads: [THREADS] });
  const native = variants.filter(({ device }) => device !== 'wasm');
  if (wants('network')) await networks(native);
  if (wants('wasm')) await wasm();
  const small = randomModel('s', SIZES);
  const both = [...ours(variants, small), ...ultralytics({ model: small, threads: THREADS })];
  const whole = args.quick ? withoutRepeats(both) : both;
  if (wants('segment')) {
    const image = { name: '1080p', path: await makeMosaic('1080p', FOLDER), imgsz: IMGSZ };
    for (const row of await segmentRows('s', whole, image, COUNTS, EFFORT)) keep(row, PEER.ultralytics);
  }
  if (wants('memory')) {
    const image = { name: '4K', path: await makeMosaic('4K', FOLDER), imgsz: IMGSZ };
    keep(await memoryRow('s', withoutRepeats(whole), image, Math.max(...COUNTS)));
  }
  if (wants('start')) {
    const demo = demoModel();
    const specs = withoutRepeats([...ours(variants, demo), ...ultralytics({ model: demo, threads: THREADS })]);
    keep(await startRow('demo', specs, examplePath('coffee.jpg'), START_ROUNDS), PEER.ultralytics);
  }
}

/** Ultralytics once: its threads do not matter to its memory and start. */
function withoutRepeats(specs: readonly ContenderSpec[]): ContenderSpec[] {
  return specs.filter(({ label }) => label !== PEER.ultralyticsAll);
}

function writeDocuments(run: Run): void {
  const path = join(ROOT, 'docs', 'user', 'performance.md');
  writeFileSync(path, withReport(readFileSync(path, 'utf8'), run));
  writeFileSync(join(ROOT, 'docs', 'user', 'performance.svg'), plot(run));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown'; // a copy without its history
  }
}

async function main(): Promise<void> {
  if (args.from !== undefined) {
    writeDocuments(JSON.parse(readFileSync(args.from, 'utf8')) as Run);
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  for (const scale of SCALES) randomModel(scale, SIZES);
  demoModel();
  if (args.prepare) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  const before = load();
  const start = performance.now();
  process.stdout.write(`${describeMachine()}; load ${before.toFixed(1)}\n`);
  await everything();
  const run: Run = {
    machine: describeMachine(),
    date: new Date().toISOString(),
    command: ['npx tsx tools/bench/run.ts', ...process.argv.slice(2)].join(' '),
    commit: commit(),
    minutes: (performance.now() - start) / 60_000,
    load: before,
    rows,
    ...(args.soak !== undefined && { soak: await soak(Number(args.soak)) }),
  };
  const forDocuments = !args.quick && !args['no-docs'];
  const file = forDocuments ? 'results.json' : 'latest.json';
  writeFileSync(join(FOLDER, file), `${JSON.stringify(run, null, 1)}\n`);
  if (forDocuments) writeDocuments(run);
}

await main();
