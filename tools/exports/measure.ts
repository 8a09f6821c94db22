/**
 * Exports models to every format, in float32 and with `half`, runs each export in its own runtime, and prints a table:
 * size, the largest differences from this package's own outputs in float32, the median time of a run. Runtimes of the same
 * checkpoint and precision are processes that take turns, so that whatever else the machine does falls on all of them alike.
 *
 *   python3 -m venv exports-env && exports-env/bin/pip install -r tools/exports/requirements.txt
 *   npx tsx tools/exports/measure.ts demo random-s --python exports-env/bin/python
 *     [--size 640] [--runs 9] [--precision float32,half] [--dynamic]
 *
 * `random-s` (n, s, m, l, x) is a checkpoint with random weights. Without --python its runtimes are left out.
 */
import * as tf from '@tensorflow/tfjs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Contender } from '../../src/cli/bench/contender.js';
import { examplePath, makePixels } from '../../src/cli/bench/images.js';
import type { NetworkTask } from '../../src/cli/bench/protocol.js';
import { randomCheckpoint } from '../../src/cli/bench/randomCheckpoint.js';
import { summarize } from '../../src/cli/bench/statistics.js';
import { exportModel, type ExportResult } from '../../src/export/exportModel.js';
import { EXPORT_FORMAT_NAMES } from '../../src/export/options.js';
import { FastSAM } from '../../src/index.js';
import { detectionRows } from '../../src/model/decode.js';
import { loadWeights } from '../../src/model/load.js';
import { buildNetwork, runNetwork } from '../../src/model/network.js';
import type { Scale } from '../../src/model/families/scaling.js';
import { openCheckpoint } from '../../src/model/open.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '640' },
    runs: { type: 'string', default: '9' },
    precision: { type: 'string', default: 'float32,half' },
    dynamic: { type: 'boolean', default: false },
    python: { type: 'string' },
  },
});
const size = Number(options.size);

/** A row's checkpoint and the weights in its exports. */
interface Case {
  readonly name: string;
  readonly half: boolean;
}

/** A checkpoint's path or name; random ones are made. */
async function checkpointOf(name: string, folder: string): Promise<string> {
  const scale = /^random-([nsmlx])$/.exec(name)?.[1];
  if (scale === undefined) return name;
  const path = join(folder, `${name}.safetensors`);
  await writeFile(path, randomCheckpoint(scale as Scale));
  return path;
}

/** Exports all formats. @returns what was written, the file of our outputs. */
async function exportAll(
  { name, half }: Case,
  folder: string,
  task: NetworkTask,
): Promise<{ results: readonly ExportResult[]; expected: string }> {
  const source = await checkpointOf(name, folder);
  const model = await FastSAM.load(source, { device: 'wasm' });
  const { checkpoint, architecture } = await openCheckpoint(source);
  const network = buildNetwork(architecture);
  loadWeights(network, checkpoint.tensors);
  const input = tf.tensor4d(
    Float32Array.from(await readFile(task.pixels), (v) => v / 255),
    [1, size, size, 3],
  );
  const raw = runNetwork(network, input);
  const rows = detectionRows(raw, size, size, architecture);
  const expected = join(folder, 'ours.f32');
  const values = [await rows.data(), await raw.prototypes.data()];
  await writeFile(expected, Buffer.concat(values.map((v) => new Uint8Array(v.buffer, v.byteOffset, v.byteLength))));
  tf.dispose([input, rows, raw.boxes, raw.classes, raw.coefficients, raw.prototypes]);
  const exports = join(folder, 'exports'); // apart from the checkpoint, whose name one of them takes
  await mkdir(exports);
  const results: ExportResult[] = [];
  for (const format of EXPORT_FORMAT_NAMES) {
    const shape = format === 'safetensors' ? {} : { imgsz: size, dynamic: options.dynamic };
    const result = await exportModel({ network, info: model.info }, format, exports, { half, ...shape });
    results.push({ ...result, files: [] }); // their bytes are on disk
  }
  network.model.dispose();
  model.dispose();
  return { results, expected };
}

interface Runner {
  readonly result: ExportResult;
  readonly contender: Contender;
  readonly differences: readonly number[];
  readonly times: number[];
}

/** The runtimes of an export, as programs. */
function commands({ format, path }: ExportResult, expected: string): string[][] {
  const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
  const spec = { exported: path, expected };
  if (format === 'tfjs' || format === 'tfjs_graph') {
    const node = [process.execPath, ...process.execArgv, here('tfjsWorker.ts')];
    return ['wasm', 'tensorflow'].map((backend) => [...node, JSON.stringify({ ...spec, backend })]);
  }
  return options.python === undefined ? [] : [[options.python, here('runtimes.py'), JSON.stringify(spec)]];
}

async function startRunners(results: readonly ExportResult[], expected: string, task: NetworkTask): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const result of results) {
    for (const command of commands(result, expected)) {
      const contender = await Contender.start({ label: result.format, command, tolerance: Infinity });
      const { fingerprint } = await contender.add('image', task);
      runners.push({ result, contender, differences: fingerprint, times: [] });
    }
  }
  return runners;
}

function row({ name, half }: Case, { result, contender, differences, times }: Runner): string {
  const apart = result.format === 'safetensors' ? `${differences.join(' tensors, ')} values` : differences.map((d) => d.toExponential(1)).join(', '); // prettier-ignore
  const median = summarize(times)?.median;
  const megabytes = (result.bytes / 1e6).toFixed(1);
  const columns = [
    name,
    half ? 'half' : 'float32',
    result.format,
    contender.description,
    megabytes,
    apart,
    median ? `${median.toFixed(0)} ms` : '',
  ];
  return `| ${columns.join(' | ')} |`;
}

/** The rows of a checkpoint and precision. */
async function measure(one: Case): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fastsam-exports-'));
  let runners: Runner[] = [];
  try {
    const pixels = await makePixels(examplePath('astronaut.jpg'), size, folder);
    const task: NetworkTask = { kind: 'network', pixels, width: size, height: size };
    const { results, expected } = await exportAll(one, folder, task);
    runners = await startRunners(results, expected, task);
    const timed = runners.filter(({ result }) => result.format !== 'safetensors');
    for (let round = 0; round <= Number(options.runs); round++) {
      for (const { contender, times } of timed) {
        const { wall } = await contender.run('image');
        if (round > 0) times.push(wall); // the first warms up
      }
    }
    return runners.map((runner) => row(one, runner));
  } finally {
    for (const { contender } of runners) contender.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

console.log('| checkpoint | weights | format | runtime | MB | boxes px, rows, prototypes | time |');
console.log('|---|---|---|---|---|---|---|');
for (const name of positionals.length > 0 ? positionals : ['demo']) {
  for (const precision of options.precision.split(',')) {
    for (const line of await measure({ name, half: precision === 'half' })) console.log(line);
  }
}
