/** One run of a study: load, measure, summarise, write, print. */
import { join } from 'node:path';
import { drawCases } from '../../studies/cases.js';
import { measureStudy, openStudy, type StudyResult, type StudyRun } from '../../studies/studyRun.js';
import type { Study } from '../../studies/study.js';
import { formatTable } from '../../studies/table.js';
import type { FastSAM } from '../../fastsam.js';
import { platform } from '../../platform/platform.js';
import { OUTPUT_FOLDER } from '../../options/limits.js';
import { loadModel } from '../loadModel.js';
import { print, printJson } from '../output.js';
import { ProgressLine } from '../progress.js';
import type { CommandValues } from '../rows.js';
import { describeError, EXIT, interruptSignal, log } from '../run.js';
import { plural } from '../../options/showValue.js';
import { makeHeader } from './header.js';
import { parseSweep } from './parseSweep.js';
import { writeSummary, type Summary } from './summary.js';
import { RunJournal } from './runJournal.js';
import { identityOptionsOf, runOptionsOf, settingsOf, studyOptionsOf } from './options.js';

/** `fastsam-out/<study>-<model>`. */
const defaultFolder = (study: Study, { info }: FastSAM): string =>
  join(OUTPUT_FOLDER, `${study.name}-${info.name.replace(/[^\w.-]+/g, '_')}`);

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
  if (options.sweep !== undefined) {
    const sweep = parseSweep(study, options.sweep);
    const model = await loadModel(options.model, { device: options.device, precision: options.precision, signal });
    try {
      const folder = options.out ?? defaultFolder(study, model);
      const { executeSweep } = await import('./sweep.js');
      await executeSweep({ study, sweep, args, values, folder, module, signal }, model, line);
      return;
    } finally {
      line.clear();
      model.dispose();
    }
  }
  const run = await openStudy(study, {
    ...{ args, signal, subset: options.subset, seed: options.seed, limit: options.limit, resamples: options.resamples },
    options: studyOptionsOf(study, values),
    settings: settingsOf(values),
    onDownload: line.download,
  }).finally(() => {
    line.clear();
  });
  const { device, precision } = options;
  const model = await loadModel(options.model, { device, precision, signal });
  try {
    const { subset, seed } = options;
    const header = await makeHeader(run, model, { options: identityOptionsOf(study, values), subset, seed, module });
    const folder = options.out ?? defaultFolder(study, model);
    const journal = await RunJournal.open(run, header, folder, options);
    const result = await measureStudy(run, model, {
      ...journal.events,
      onFailure: (item, error) => {
        line.clear();
        log(`fastsam: ${item.key}: ${describeError(error)}`);
      },
      onProgress: (done, total) => {
        line.update(`study ${study.name}`, done, total, 'count');
      },
    }).finally(() => journal.close());
    line.clear();
    await journal.finish();
    const { records, failed } = result;
    const summary = await writeSummary(folder, header, study, result);
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
