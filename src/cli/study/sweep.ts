/** `fastsam study … --sweep`: a run for each combination, in one pass, and the table of all. */
import { join } from 'node:path';
import { invalidArgument } from '../../errors.js';
import type { FastSAM } from '../../fastsam.js';
import { plural } from '../../options/showValue.js';
import { runSweep } from '../../studies/runSweep.js';
import type { PointEvents, Sweep, SweepPoint } from '../../studies/sweep.js';
import type { Study } from '../../studies/study.js';
import type { StudyRun } from '../../studies/studyRun.js';
import { formatTable } from '../../studies/table.js';
import { disk, platform } from '../../platform/platform.js';
import { print, printJson } from '../output.js';
import type { ProgressLine } from '../progress.js';
import { picked, type CommandValues } from '../rows.js';
import { describeError, EXIT, log } from '../run.js';
import { makeHeader } from './header.js';
import { identityOptionsOf, runOptionsOf, settingsOf, studyOptionsOf } from './options.js';
import { RunJournal } from './runJournal.js';
import { writeSummary, writeText } from './summary.js';

/** What a sweep runs with. */
export interface SweepRequest {
  readonly study: Study;
  readonly sweep: Sweep;
  readonly args: readonly string[];
  readonly values: CommandValues;
  readonly folder: string;
  /** SHA-256 of the study's module, where it is the user's own. */
  readonly module: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Runs a sweep. Each combination has a folder as a run of its own, which `--resume` continues and `study compare` reads.
 * @throws FastSAMError `INVALID_ARGUMENT` for a name that is given by itself, too; and what a run throws.
 */
export async function executeSweep(request: SweepRequest, model: FastSAM, line: ProgressLine): Promise<void> {
  const { study, sweep, args, values, folder, signal } = request;
  const options = runOptionsOf(values);
  const alone = { ...settingsOf(values), ...picked(study.options, values) };
  const twice = Object.keys(sweep).find((name) => name in alone);
  if (twice !== undefined)
    throw invalidArgument(`--sweep: got ${twice}, which is given by itself too, expected it once`);
  const journals = new Map<string, RunJournal>();
  const { subset, seed, limit, resamples } = options;
  try {
    const result = await runSweep(
      study,
      model,
      sweep,
      {
        ...{ args, signal, seed, resamples, options: studyOptionsOf(study, values), settings: settingsOf(values) },
        ...(subset !== undefined && { subset }),
        ...(limit !== undefined && { limit }),
        onDownload: line.download,
        onProgress: (done, total) => {
          line.update(`study ${study.name}`, done, total, 'count');
        },
      },
      {
        onPass: async (run, points) => {
          for (const point of points) journals.set(point.name, await openJournal(request, run, model, point));
          return (point) => eventsOf(journals.get(point.name), point, line);
        },
      },
    );
    line.clear();
    for (const point of result.points) {
      const journal = journals.get(point.point.name);
      await journal?.close();
      await journal?.finish();
      if (!journal) continue;
      await writeSummary(journal.folder, journal.header, study, point);
      for (const { name, bytes } of point.files) await platform().writeFileAtomic(join(journal.folder, name), bytes);
    }
    await writeText(join(folder, 'sweep.csv'), result.csv);
    await writeText(join(folder, 'sweep.md'), `${formatTable(result.table)}\n`);
    const points = result.points.map(({ point, metrics, failed, records }) => ({
      ...{ name: point.name, values: point.values, images: records.length, failed, metrics },
    }));
    if (options.json) printJson({ study: study.name, points });
    else print(...formatTable(result.table).split('\n'));
    const failed = Math.max(...points.map((point) => point.failed));
    log(`${plural(points.length, 'setting')}${failed > 0 ? `, ${plural(failed, 'image')} failed` : ''} -> ${folder}`);
    if (failed > 0) process.exitCode = EXIT.someFailed;
  } finally {
    for (const journal of journals.values()) await journal.close();
  }
}

async function openJournal(
  { study, values, folder, module }: SweepRequest,
  run: StudyRun,
  model: FastSAM,
  point: SweepPoint,
): Promise<RunJournal> {
  const { subset, seed, resume, overwrite, images, predictions } = runOptionsOf(values);
  const header = await makeHeader({ ...run, settings: { ...run.settings, ...point.settings } }, model, {
    options: { ...identityOptionsOf(study, values), ...point.options },
    subset,
    seed,
    module,
  });
  await disk().requireFolder(folder);
  const below = (path: string | undefined) => (path === undefined ? undefined : join(path, point.name));
  return RunJournal.open(run, header, join(folder, point.name), {
    ...{ resume, overwrite, images: below(images), predictions: below(predictions) },
  });
}

function eventsOf(journal: RunJournal | undefined, point: SweepPoint, line: ProgressLine): PointEvents {
  return {
    ...journal?.events,
    onFailure: ({ key }, error) => {
      line.clear();
      log(`fastsam: ${point.name}: ${key}: ${describeError(error)}`);
    },
  };
}
