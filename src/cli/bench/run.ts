/** One run of `fastsam bench`: models, rows, report. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { basename, join } from 'node:path';
import { FastSAMError } from '../../errors.js';
import type { Scale } from '../../model/families/scaling.js';
import { presentVariants, specOf, type Variant } from './contenders.js';
import type { Effort } from './interleave.js';
import { describeMachine } from './machine.js';
import { examplePath, makeMosaic, makePixels } from './images.js';
import { randomCheckpoint } from './randomCheckpoint.js';
import { memoryRow, networkRows, segmentRows, startRow, type BenchRow } from './suite.js';
import { summarize } from './statistics.js';
import { textRow } from './table.js';
import { removeOnExit } from '../../platform/tempFiles.js';
import { displayUrl } from '../../text/displayUrl.js';
import { print, printJson } from '../output.js';
import { endOnSignal, log } from '../run.js';
import { MANY, type BenchOptions, type Group } from './options.js';

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

/** Measures, and prints the table or JSON. */
export async function bench(names: readonly string[], options: BenchOptions): Promise<void> {
  const variants = await presentVariants({
    threads: options.threads,
    ...(options.device && { devices: options.device }),
    ...(options.precision && { precisions: options.precision }),
  });
  if (variants.length === 0) {
    throw new FastSAMError(
      'DEVICE_UNAVAILABLE',
      'bench: got devices and precisions that are not present, expected some that are; see: fastsam info',
    );
  }
  const folder = await mkdtemp(join(os.tmpdir(), 'fastsam-bench-'));
  const release = removeOnExit(folder);
  endOnSignal();
  const rows: BenchRow[] = [];
  const machine = describeMachine();
  if (!options.json) print(machine);
  try {
    for (const model of await modelsOf(names, options.scale, folder)) {
      for await (const row of measureModel(model, variants, options, folder)) {
        rows.push(row);
        if (!options.json) print('', ...textRow(row).split('\n'));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    release();
  }
  if (options.json) printJson({ machine, rows: rows.map(withSummaries) });
}

async function modelsOf(
  names: readonly string[],
  scales: readonly Scale[] | undefined,
  folder: string,
): Promise<Model[]> {
  const models: Model[] = names.map((source) => ({ name: basename(displayUrl(source)), source }));
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
): AsyncGenerator<BenchRow, void> {
  const wants = (group: Group) => options.only?.includes(group) ?? true;
  const specs = variants.map((variant) => specOf(variant, source));
  const effort = effortOf(options);
  if (wants('network')) {
    log(`${name}: the network alone …`);
    const inputs = [];
    for (const size of options.size ?? (options.quick ? QUICK_SIZES : SIZES)) {
      const side = 32 * Math.ceil(size / 32);
      inputs.push({ pixels: await makePixels(examplePath('astronaut.jpg'), side, folder), width: side, height: side });
    }
    yield* await networkRows(name, specs, inputs, effort);
  }
  if (wants('segment')) {
    log(`${name}: image file to JSON …`);
    const path = options.image ?? (await makeMosaic('1080p', folder));
    const image = { name: options.image ? basename(options.image) : '1080p', path, imgsz: options.imgsz };
    yield* await segmentRows(name, specs, image, options.objects, effort);
  }
  if (wants('memory')) {
    log(`${name}: memory …`);
    const image = { name: '4K', path: await makeMosaic('4K', folder), imgsz: options.imgsz };
    yield await memoryRow(name, specs, image, MANY);
  }
  if (wants('start')) {
    log(`${name}: process start to first mask …`);
    yield await startRow(name, specs, examplePath('coffee.jpg'), options.rounds ?? (options.quick ? 1 : START_ROUNDS));
  }
}

function effortOf({ quick, rounds }: BenchOptions): Effort {
  if (rounds !== undefined) return { budget: 0, leastRounds: rounds, mostRounds: rounds };
  return { budget: quick ? QUICK_BUDGET : BUDGET, leastRounds: 3, mostRounds: MOST_ROUNDS };
}

/** A row with the summary of its numbers. */
function withSummaries(row: BenchRow): unknown {
  if (row.kind === 'memory') return row;
  const measured = row.measured.map((each) => ({
    ...each,
    wallSummary: summarize(each.wall),
    cpuSummary: summarize(each.cpu),
  }));
  return { ...row, measured };
}
