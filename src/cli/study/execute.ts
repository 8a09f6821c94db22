/** One run of a study: load, measure, summarise, write, print. */
import { dirname, join } from 'node:path';
import type { FastSAMError } from '../../errors.js';
import { FastSAM } from '../../fastsam.js';
import { drawCases } from '../../studies/cases.js';
import type { RunHeader } from '../../studies/records.js';
import { chooseItems, runStudy, summariseRecords, type StudyRunOptions } from '../../studies/run.js';
import type {
  Metrics,
  OpenedStudy,
  Study,
  StudyItem,
  StudyOptions,
  StudyRecord,
  StudyTable,
} from '../../studies/study.js';
import { formatTable } from '../../studies/table.js';
import { platform } from '../../platform/platform.js';
import { makeFolder } from '../files.js';
import { ProgressLine } from '../progress.js';
import { countOf, describeError, EXIT, interruptSignal, say } from '../run.js';
import { studyFiles } from './files.js';
import { Journal } from './journal.js';
import { identityOptionsOf, settingsOf, studyOptionsOf, type CommonOptions } from './options.js';

/** What is written to `summary.json` and printed with `--json`. */
interface Summary {
  readonly study: string;
  readonly header: RunHeader;
  /** Images measured, and those that could not be. */
  readonly images: number;
  readonly failed: number;
  readonly metrics: Metrics;
  readonly tables: readonly StudyTable[];
}

/** Runs a study as the command line asks. */
export async function executeStudy(
  study: Study,
  args: readonly string[],
  options: CommonOptions & StudyOptions,
): Promise<void> {
  const signal = interruptSignal();
  const own = studyOptionsOf(study, options);
  const line = new ProgressLine();
  const opened = await study
    .open({ args, options: own, files: studyFiles, signal, onProgress: line.download })
    .finally(() => {
      line.clear();
    });
  const items = chooseItems(opened.items, options);
  const model = await load(options, signal, line);
  try {
    if (options.images !== undefined) await makeFolder(options.images);
    const header = await makeHeader(study, opened, model, options);
    const folder = options.out ?? join('fastsam-out', `${study.name}-${model.info.name.replace(/[^\w.-]+/g, '_')}`);
    await makeFolder(folder);
    const existing = options.overwrite ? 'overwrite' : options.resume ? 'resume' : 'refuse';
    const journal = await Journal.open(join(folder, 'records.jsonl'), header, existing);
    let failed = 0;
    const run: StudyRunOptions = {
      model,
      settings: settingsOf(study, options),
      signal,
      done: journal.done,
      keep: (record) => journal.add(record),
      onFailure: (item: StudyItem, error: FastSAMError) => {
        failed++;
        line.clear();
        say(`fastsam: ${item.key}: ${describeError(error)}`);
      },
      onProgress: (done, total) => {
        line.update(`study ${study.name}`, done, total, 'count');
      },
      ...(options.images !== undefined && { show: imageWriter(options.images) }),
    };
    const records = await runStudy(opened, items, run).finally(() => journal.close());
    line.clear();
    const metrics = summariseRecords(study, records, own);
    const tables = study.tables(metrics, { model: model.info.name, images: records.length, options: own });
    const summary = { study: study.name, header, images: records.length, failed, metrics, tables };
    await writeSummary(folder, summary);
    await writeFiles(folder, study, opened, items, records, metrics, options.cases, run);
    print(summary, options.json === true);
    say(`${countOf(records.length, 'image')}${failed > 0 ? `, ${failed} failed` : ''} -> ${folder}`);
    if (failed > 0) process.exitCode = EXIT.someFailed;
  } finally {
    line.clear();
    model.dispose();
    opened.dispose?.();
  }
}

async function load(options: CommonOptions, signal: AbortSignal, line: ProgressLine): Promise<FastSAM> {
  try {
    return await FastSAM.load(options.model, {
      device: options.device,
      precision: options.precision,
      signal,
      onProgress: line.download,
    });
  } finally {
    line.clear();
  }
}

/** Writes images under their items' names, in folders below where names have them. */
function imageWriter(folder: string): NonNullable<StudyRunOptions['show']> {
  return async ({ key }, { data, width, height }) => {
    const path = join(folder, `${key}.png`);
    await makeFolder(dirname(path));
    await platform().writeFileAtomic(path, await platform().encodePng(data, width, height));
  };
}

/** What the figures depend on. `--limit` does not count: a longer run of the same kind may take a shorter one up. */
async function makeHeader(
  study: Study,
  opened: OpenedStudy,
  { info }: FastSAM,
  options: CommonOptions & StudyOptions,
): Promise<RunHeader> {
  const isFile =
    info.path !== '' &&
    (
      await platform()
        .stat(info.path)
        .catch(() => undefined)
    )?.kind === 'file';
  const weights = isFile ? await platform().sha256(await platform().readFile(info.path)) : info.path;
  const keys = new TextEncoder().encode(opened.items.map(({ key }) => key).join('\n'));
  const identity = {
    study: study.name,
    weights,
    device: info.device,
    precision: info.precision,
    settings: { ...info.defaults, ...settingsOf(study, options) },
    options: identityOptionsOf(study, options),
    data: `${await platform().sha256(keys)} ${opened.fingerprint}`.trim(),
    ...(opened.inputs && { inputs: opened.inputs }),
    ...(options.subset !== undefined && { subset: options.subset, seed: options.seed }),
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
  study: Study,
  opened: OpenedStudy,
  items: readonly StudyItem[],
  records: readonly StudyRecord[],
  metrics: Metrics,
  cases: number,
  run: StudyRunOptions,
): Promise<void> {
  for (const { name, bytes } of (await opened.files?.(records, metrics)) ?? []) {
    await platform().writeFileAtomic(join(folder, name), bytes);
  }
  const sheet = await drawCases(study, opened, items, records, cases, run);
  if (!sheet) return;
  const png = await platform().encodePng(sheet.data, sheet.width, sheet.height);
  await platform().writeFileAtomic(join(folder, 'cases.png'), png);
}

function print(summary: Summary, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else process.stdout.write(`${summary.tables.map(formatTable).join('\n\n')}\n`);
}
