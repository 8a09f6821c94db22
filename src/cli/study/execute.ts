/** One run of a study: load, measure, summarise, write, print. */
import { dirname, join } from 'node:path';
import { drawCases } from '../../studies/cases.js';
import type { RunHeader } from '../../studies/records.js';
import { measureStudy, openStudy, type StudyEvents, type StudyResult, type StudyRun } from '../../studies/runStudy.js';
import type { Study } from '../../studies/study.js';
import { formatTable } from '../../studies/table.js';
import type { FastSAM } from '../../fastsam.js';
import { weightsHash } from '../../model/weightsHash.js';
import { disk, platform } from '../../platform/platform.js';
import { OUTPUT_FOLDER } from '../../options/limits.js';
import { loadModel } from '../loadModel.js';
import { print, printJson, writesFiles } from '../output.js';
import { ProgressLine } from '../progress.js';
import type { CommandValues } from '../rows.js';
import { describeError, EXIT, interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { Journal } from './journal.js';
import { identityOptionsOf, runOptionsOf, settingsOf, studyOptionsOf } from './options.js';

/** What is written to `summary.json` and printed with `--json`. */
interface Summary extends Pick<StudyResult, 'failed' | 'metrics' | 'tables'> {
  readonly study: string;
  readonly header: RunHeader;
  /** Images measured. */
  readonly images: number;
}

/**
 * Runs a study as the command line asks.
 * @param module SHA-256 of the study's module, where it is the user's own.
 */
export async function executeStudy(
  study: Study,
  args: readonly string[],
  values: CommandValues,
  module?: string,
): Promise<void> {
  const options = runOptionsOf(values);
  const signal = interruptSignal();
  const line = new ProgressLine();
  const run = await openStudy(study, {
    ...{ args, signal, subset: options.subset, seed: options.seed, limit: options.limit },
    options: studyOptionsOf(study, values),
    settings: settingsOf(values),
    onDownload: line.download,
  }).finally(() => {
    line.clear();
  });
  const { device, precision } = options;
  const model = await loadModel(options.model, { device, precision, signal });
  try {
    if (options.images !== undefined) await disk().requireFolder(options.images);
    const header = await makeHeader(run, model, values, module);
    const folder = options.out ?? join(OUTPUT_FOLDER, `${study.name}-${model.info.name.replace(/[^\w.-]+/g, '_')}`);
    writesFiles();
    await disk().requireFolder(folder);
    const existing = options.overwrite ? 'overwrite' : options.resume ? 'resume' : 'refuse';
    const journal = await Journal.open(join(folder, 'records.jsonl'), header, existing);
    const result = await measureStudy(run, model, {
      done: journal.done,
      onRecord: (record) => journal.add(record),
      onFailure: (item, error) => {
        line.clear();
        log(`fastsam: ${item.key}: ${describeError(error)}`);
      },
      onProgress: (done, total) => {
        line.update(`study ${study.name}`, done, total, 'count');
      },
      ...(options.images !== undefined && { show: imageWriter(options.images) }),
    }).finally(() => journal.close());
    line.clear();
    const { records, failed, metrics, tables } = result;
    const summary: Summary = { study: study.name, header, images: records.length, failed, metrics, tables };
    await writeSummary(folder, summary);
    await writeFiles(folder, run, result, model, options.cases);
    printSummary(summary, options.json);
    log(`${plural(records.length, 'image')}${failed > 0 ? `, ${failed} failed` : ''} -> ${folder}`);
    if (failed > 0) process.exitCode = EXIT.someFailed;
  } finally {
    line.clear();
    model.dispose();
    run.opened.dispose?.();
  }
}

/** Writes images under their items' names, in subfolders if names have them. */
function imageWriter(folder: string): NonNullable<StudyEvents['show']> {
  return async ({ key }, { data, width, height }) => {
    const path = join(folder, `${key}.png`);
    await disk().makeFolder(dirname(path));
    await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
  };
}

/** What the figures depend on. `--limit` does not count, so a longer run can continue a shorter one. */
async function makeHeader(
  { study, opened, settings }: StudyRun,
  { info }: FastSAM,
  values: CommandValues,
  module: string | undefined,
): Promise<RunHeader> {
  const { subset, seed } = runOptionsOf(values);
  const keys = new TextEncoder().encode(opened.items.map(({ key }) => key).join('\n'));
  const identity = {
    study: study.name,
    weights: await weightsHash(info),
    device: info.device,
    precision: info.precision,
    settings: { ...info.defaults, ...settings },
    options: identityOptionsOf(study, values),
    data: `${await platform().sha256(keys)} ${opened.fingerprint}`.trim(),
    ...(opened.inputs && { inputs: opened.inputs }),
    ...(module !== undefined && { module }),
    ...(subset !== undefined && { subset, seed }),
  };
  const hash = await platform().sha256(new TextEncoder().encode(JSON.stringify(identity)));
  return { format: 'fastsam-study', version: 1, study: study.name, model: info.name, identity, hash };
}

async function writeSummary(folder: string, summary: Summary): Promise<void> {
  const write = (name: string, text: string) =>
    platform().writeFileAtomic(join(folder, name), new TextEncoder().encode(text));
  await write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  await write('summary.md', `${summary.tables.map(formatTable).join('\n\n')}\n`);
}

async function writeFiles(
  folder: string,
  { study, opened, items, settings, signal }: StudyRun,
  { files, records }: StudyResult,
  model: FastSAM,
  cases: number,
): Promise<void> {
  for (const { name, bytes } of files) await platform().writeFileAtomic(join(folder, name), bytes);
  const sheet = await drawCases(study, opened, items, records, cases, { model, settings, ...(signal && { signal }) });
  if (!sheet) return;
  const png = await platform().encodePng(sheet.data, sheet.width, sheet.height);
  await platform().writeFileAtomic(join(folder, 'cases.png'), png);
}

function printSummary(summary: Summary, json: boolean): void {
  if (json) printJson(summary);
  else print(...summary.tables.map(formatTable).join('\n\n').split('\n'));
}
