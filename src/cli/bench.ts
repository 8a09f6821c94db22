/** `fastsam bench`: how fast this machine is, on every device and in every number format that is present. */
import { Command } from 'commander';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { basename, join } from 'node:path';
import { FastSAMError } from '../errors.js';
import { SCALE_NAMES, type Scale } from '../model/families/scaling.js';
import { integer } from '../options/kinds.js';
import { IMGSZ } from '../options/limits.js';
import { PRECISION_CHOICES } from '../runtime/compile/precision.js';
import type { Precision } from '../runtime/compile/precision.js';
import { DEVICES, type Device } from '../runtime/deviceStatus.js';
import { presentVariants, specOf, type Variant } from './bench/contenders.js';
import type { Effort } from './bench/interleave.js';
import { describeMachine } from './bench/machine.js';
import { examplePath, makeMosaic, makePixels } from './bench/images.js';
import { randomCheckpoint } from './bench/randomCheckpoint.js';
import { memoryRow, networkRows, segmentRows, startRow, type Row } from './bench/suite.js';
import { summarize } from './bench/statistics.js';
import { textRow } from './bench/table.js';
import { listOption, wholeListOption } from './bench/lists.js';
import { addRows, filled, type CommandValues } from './rows.js';
import { say } from './run.js';

/** What can be measured. */
const GROUPS = ['network', 'segment', 'memory', 'start'] as const;
type Group = (typeof GROUPS)[number];
const PRECISIONS = PRECISION_CHOICES.filter((name) => name !== 'auto');

interface BenchOptions {
  readonly scale?: Scale[];
  readonly size?: number[];
  readonly device?: Device[];
  readonly precision?: Precision[];
  readonly threads: number[];
  readonly only?: Group[];
  readonly objects: number[];
  readonly imgsz: number;
  readonly image?: string;
  readonly rounds?: number | undefined;
  readonly quick?: true;
  readonly json?: true;
}

/** A model and what it is called in the report. */
interface Model {
  readonly name: string;
  readonly source: string;
}

const SIZES = [320, 640, 1024];
const QUICK_SIZES = [320];
/** Milliseconds a row. */
const BUDGET = 10_000;
const QUICK_BUDGET = 2000;
const MOST_ROUNDS = 30;
const START_ROUNDS = 3;
/** Objects of the measurement of memory. */
const MANY = 300;

const RUN_ROWS = {
  imgsz: integer(IMGSZ.low, IMGSZ.high, {
    text: 'longer side of the network input for whole images',
    default: 640,
    cli: { value: '<pixels>' },
  }),
  rounds: integer(1, 10_000, {
    text: 'turns of every contender',
    otherwise: 'as many as fit into 10 seconds',
    cli: { value: '<n>' },
  }),
};

/** The command. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .description(
      'Measure how fast models run here, on every device and in every number format that is present: the network alone; ' +
        'an image file to JSON; peak memory; process start to first mask. The contenders take turns.',
    )
    .argument('[model...]', 'names, paths or URLs of checkpoints [demo]')
    .option(
      '--scale <list>',
      'instead: random weights of these sizes of the network: n, s, m, l, x',
      listOption(SCALE_NAMES),
    )
    .option(
      '--size <list>',
      'sides of the square input of the network [320,640,1024]',
      wholeListOption(IMGSZ.low, IMGSZ.high),
    )
    .option('--device <list>', `only these: ${DEVICES.join(', ')}`, listOption(DEVICES))
    .option('--precision <list>', `only these: ${PRECISIONS.join(', ')}`, listOption(PRECISIONS))
    .option('--threads <list>', 'threads of WebAssembly', wholeListOption(1, 8), [
      Math.min(8, os.availableParallelism()),
    ])
    .option('--only <list>', `only these: ${GROUPS.join(', ')}`, listOption(GROUPS))
    .option('--objects <list>', 'objects found in the image, by choice of the threshold', wholeListOption(1, 1000), [
      1,
      MANY,
    ]);
  return addRows(command, RUN_ROWS)
    .option('--image <file>', 'an image to find objects in [made of the examples, 1920x1080]')
    .option('--quick', 'fewer sizes and turns: about a minute for the demo model')
    .option('--json', 'print JSON, every single measurement in it')
    .addHelpText(
      'after',
      `
Wall time is what a user waits for, CPU time what the machine works: on a busy machine trust the latter and the ratios,
which are taken turn by turn.

Examples:
  $ fastsam bench --quick                                        the demo model
  $ fastsam bench FastSAM-s --only segment --image street.jpg  an image of yours
  $ fastsam bench --scale n,s,x --only network                   FastSAM's sizes without their weights
  $ fastsam bench --device wasm --threads 1,2,4                  what threads bring`,
    )
    .action(bench);
}

async function bench(names: readonly string[], values: BenchOptions & CommandValues): Promise<void> {
  const options: BenchOptions = { ...values, ...filled(RUN_ROWS, values) };
  const variants = await presentVariants({
    threads: options.threads,
    ...(options.device && { devices: options.device }),
    ...(options.precision && { precisions: options.precision }),
  });
  if (variants.length === 0) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      'bench: no device and precision of those asked for is present; see: fastsam info',
    );
  }
  const folder = await mkdtemp(join(os.tmpdir(), 'fastsam-bench-'));
  const rows: Row[] = [];
  const machine = describeMachine();
  if (!options.json) process.stdout.write(`${machine}\n`);
  try {
    for (const model of await modelsOf(names, options.scale, folder)) {
      for await (const row of measureModel(model, variants, options, folder)) {
        rows.push(row);
        if (!options.json) process.stdout.write(`\n${textRow(row)}\n`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, rows: rows.map(withSummaries) })}\n`);
}

async function modelsOf(
  names: readonly string[],
  scales: readonly Scale[] | undefined,
  folder: string,
): Promise<Model[]> {
  const models: Model[] = names.map((source) => ({ name: basename(source), source }));
  for (const scale of scales ?? []) {
    const source = join(folder, `${scale}.safetensors`);
    await writeFile(source, randomCheckpoint(scale));
    models.push({ name: `random ${scale}`, source });
  }
  return models.length > 0 ? models : [{ name: 'demo', source: 'demo' }];
}

async function* measureModel(
  { name, source }: Model,
  variants: readonly Variant[],
  options: BenchOptions,
  folder: string,
): AsyncGenerator<Row, void> {
  const wants = (group: Group) => options.only?.includes(group) ?? true;
  const specs = variants.map((variant) => specOf(variant, source));
  const effort = effortOf(options);
  if (wants('network')) {
    say(`${name}: the network alone …`);
    const inputs = [];
    for (const size of options.size ?? (options.quick ? QUICK_SIZES : SIZES)) {
      const side = 32 * Math.ceil(size / 32);
      inputs.push({ pixels: await makePixels(examplePath('astronaut.jpg'), side, folder), width: side, height: side });
    }
    yield* await networkRows(name, specs, inputs, effort);
  }
  if (wants('segment')) {
    say(`${name}: image file to JSON …`);
    const path = options.image ?? (await makeMosaic('1080p', folder));
    const image = { name: options.image ? basename(options.image) : '1080p', path, imgsz: options.imgsz };
    yield* await segmentRows(name, specs, image, options.objects, effort);
  }
  if (wants('memory')) {
    say(`${name}: memory …`);
    const image = { name: '4K', path: await makeMosaic('4K', folder), imgsz: options.imgsz };
    yield await memoryRow(name, specs, image, MANY);
  }
  if (wants('start')) {
    say(`${name}: process start to first mask …`);
    yield await startRow(name, specs, examplePath('coffee.jpg'), options.rounds ?? (options.quick ? 1 : START_ROUNDS));
  }
}

function effortOf({ quick, rounds }: BenchOptions): Effort {
  if (rounds !== undefined) return { budget: 0, leastRounds: rounds, mostRounds: rounds };
  return { budget: quick ? QUICK_BUDGET : BUDGET, leastRounds: 3, mostRounds: MOST_ROUNDS };
}

/** A row with what its numbers come down to beside them. */
function withSummaries(row: Row): unknown {
  if (row.kind === 'memory') return row;
  const measured = row.measured.map((each) => ({
    ...each,
    wallSummary: summarize(each.wall),
    cpuSummary: summarize(each.cpu),
  }));
  return { ...row, measured };
}
