/** `fastsam study compare`: two runs side by side. */
import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { dirname, extname, join } from 'node:path';
import { FastSAMError, invalidArgument } from '../../errors.js';
import { pairedBootstrap, type Comparison } from '../../studies/bootstrap.js';
import type { RunFile } from '../../studies/records.js';
import { summariseRecords } from '../../studies/measure.js';
import type { Metric, Study, StudyOptions, StudyRecord } from '../../studies/study.js';
import { formatTable } from '../../studies/table.js';
import { integer, text } from '../../options/kinds.js';
import type { Resolved } from '../../options/row.js';
import { jsonRow, seedRow } from '../commonRows.js';
import { print, printJson } from '../output.js';
import { addRows, filled, type CommandValues } from '../rows.js';
import { readRunFile } from './journal.js';
import { plural } from '../../options/showValue.js';

const COMPARE_ROWS = {
  resamples: integer(1, 1_000_000, { text: 'of the paired bootstrap', default: 2000, cli: { value: '<n>' } }),
  seed: seedRow('of the resamples'),
  study: text({
    text: 'path of the module, for runs of a study of your own',
    cli: { value: '<module>' },
  }),
  json: jsonRow('print JSON'),
};

/**
 * The command.
 * @param loadStudy loads a study of the user's own.
 */
export function studyCompareCommand(studies: readonly Study[], loadStudy: (module: string) => Promise<Study>): Command {
  const command = new Command('compare')
    .description('Set two runs of a study side by side, each difference with a 95 % interval.')
    .argument('<a>', 'folder of a run, or a file in it')
    .argument('<b>', 'folder of another run on the same data');
  return addRows(command, COMPARE_ROWS)
    .addHelpText(
      'after',
      `
Images that both runs measured are drawn with replacement, the same for both, and every figure is recomputed from
them. An interval without 0 means that the choice of images does not explain the difference.

Example:
  $ fastsam study compare fastsam-out/proposals-FastSAM-s fastsam-out/proposals-FastSAM-x`,
    )
    .action(async (a: string, b: string, values: CommandValues) => {
      const options = filled(COMPARE_ROWS, values);
      const own = options.study === undefined ? [] : [await loadStudy(options.study)];
      await compareRuns([...studies, ...own], a, b, options);
    });
}

async function compareRuns(
  studies: readonly Study[],
  a: string,
  b: string,
  options: Resolved<typeof COMPARE_ROWS>,
): Promise<void> {
  const [runA, runB] = [await readRunOf(a), await readRunOf(b)];
  const study = studies.find(({ name }) => name === runA.header.study);
  if (!study)
    throw new FastSAMError(
      'UNKNOWN_NAME',
      `${a}: got a run of the unknown study ${runA.header.study}; give its module with --study`,
    );
  requireSameData(a, runA, b, runB);
  const { first, second, alone } = pair(runA, runB);
  const own = { a: optionsOf(runA), b: optionsOf(runB) };
  const comparisons = pairedBootstrap(first, second, (records, run) => summariseRecords(study, records, own[run]), {
    resamples: options.resamples,
    seed: options.seed,
  });
  const [nameA, nameB] = [nameOf(runA, runB, a), nameOf(runB, runA, b)];
  if (options.json) {
    const report = { study: study.name, a: nameA, b: nameB, images: first.length, alone, comparisons };
    printJson(report);
    return;
  }
  print(...formatTable(tableOf(study, comparisons, nameA, nameB, first.length, alone)).split('\n'));
}

async function readRunOf(path: string): Promise<RunFile> {
  const folder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const file = folder
    ? join(path, 'records.jsonl')
    : extname(path) === '.json'
      ? join(dirname(path), 'records.jsonl')
      : path;
  const run = await readRunFile(file);
  if (run) return run;
  throw new FastSAMError('FILE_UNREADABLE', `${file}: got no records, expected those of a run of fastsam study`);
}

function requireSameData(a: string, runA: RunFile, b: string, runB: RunFile): void {
  const [found, expected] = [runB.header, runA.header];
  if (found.study === expected.study && found.identity.data === expected.identity.data) return;
  const what = found.study === expected.study ? 'other data' : `study ${found.study}`;
  throw invalidArgument(`${b}: got ${what}, expected the same as in ${a} (${expected.study})`);
}

/** The images that both runs measured, in the order of the first. */
function pair(a: RunFile, b: RunFile): { first: StudyRecord[]; second: StudyRecord[]; alone: number } {
  const inB = new Map(b.records.map((record) => [record.key, record]));
  const first = a.records.filter(({ key }) => inB.has(key));
  const second = first.flatMap(({ key }) => inB.get(key) ?? []);
  return { first, second, alone: a.records.length + b.records.length - 2 * first.length };
}

function optionsOf({ header }: RunFile): StudyOptions {
  const { options } = header.identity;
  return typeof options === 'object' && options !== null ? (options as StudyOptions) : {};
}

/** The model's name, or the path where both have the same. */
function nameOf(run: RunFile, other: RunFile, path: string): string {
  return run.header.model === other.header.model ? path : run.header.model;
}

function tableOf(
  study: Study,
  comparisons: readonly Comparison[],
  a: string,
  b: string,
  images: number,
  alone: number,
): Parameters<typeof formatTable>[0] {
  return {
    title: `${study.name}: ${b} against ${a}, ${plural(images, 'image')}`,
    columns: [a, b, 'difference', '95 % interval', 'verdict'],
    rows: comparisons.map((each) => {
      const metric = study.metrics.find(({ key }) => key === each.metric);
      const interval = each.low === null || each.high === null ? null : `${signed(each.low)} … ${signed(each.high)}`;
      const difference = each.difference === null ? null : signed(each.difference);
      return {
        name: metric?.label ?? each.metric,
        values: [each.a, each.b, difference, interval, verdict(each, metric)],
      };
    }),
    note:
      'Paired bootstrap over images, percentile interval; every figure is recomputed in each resample.' +
      (alone > 0 ? ` ${plural(alone, 'record')} of one run only left out.` : ''),
  };
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

function verdict({ low, high }: Comparison, metric: Metric | undefined): string {
  if (low === null || high === null || (low <= 0 && high >= 0)) return 'not told apart';
  if (!metric) return low > 0 ? 'higher' : 'lower';
  return low > 0 === (metric.better === 'higher') ? 'better' : 'worse';
}
